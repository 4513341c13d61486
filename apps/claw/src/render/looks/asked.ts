/** How what was asked of the house looks in a table: commands, and leases. */
import { ageOf } from "../age.ts";
import { age, at, column, principal, text, wide } from "../columns.ts";
import type { Look } from "../output.ts";
import type { Column } from "../table.ts";
import type { Colour } from "../terminal.ts";

const OUTCOME_COLOURS: Readonly<Record<string, Colour>> = {
  succeeded: "green",
  failed: "red",
  expired: "yellow",
  collided: "yellow",
  unknown: "yellow",
};

/** A refusal by its code; an accepted command by what became of it, `open` while nobody has said. */
const outcome: Column = {
  title: "OUTCOME",
  value: (thing) => {
    const said = at(thing, "outcome");
    if (at(thing, "decision") === "refused") return text(at(thing, "refusal.code"));
    return said === null || said === undefined ? (at(thing, "state") === "open" ? "open" : "-") : text(said);
  },
  colour: (thing) =>
    at(thing, "decision") === "refused" ? "red" : (OUTCOME_COLOURS[text(at(thing, "outcome"))] ?? null),
};

export const commands: Look = {
  key: "commands",
  name: (thing) => text(at(thing, "commandId")),
  columns: [
    column("COMMAND", "commandId"),
    column("TYPE", "type"),
    principal("BY", "principal"),
    column("SESSION", "sessionId"),
    column("DECISION", "decision"),
    outcome,
    column("DID", "mode"),
    age("AGE", "decidedAt"),
    column("TURN", "turnId", wide),
    column("HOST", "hostId", wide),
    column("RULE", "refusal.rule", wide),
    column("FAILURE", "failure.code", wide),
    column("HOP", "origin.hop", wide),
    column("ROOTS", "origin.rootIds", wide),
    column("REASON", "reason", wide),
    column("TEXT", "text", wide),
  ],
};

const token: Column = {
  title: "TOKEN",
  value: (thing) => `${text(at(thing, "token.generation"))}.${text(at(thing, "token.counter"))}`,
};

const ttl: Column = {
  title: "TTL",
  value: (thing) => {
    const ms = at(thing, "ttlMs");
    return typeof ms === "number" ? ageOf(ms) : "-";
  },
};

const leaseState: Column = {
  title: "STATE",
  value: (thing) => (at(thing, "state") === "ended" ? text(at(thing, "how")) : text(at(thing, "state"))),
  colour: (thing) => (at(thing, "state") === "inForce" ? "green" : "grey"),
};

export const leases: Look = {
  key: "leases",
  name: (thing) => text(at(thing, "leaseId")),
  columns: [
    column("LEASE", "leaseId"),
    column("SESSION", "sessionId"),
    principal("HOLDER", "holder"),
    leaseState,
    age("SINCE", "grantedAt"),
    ttl,
    token,
    column("REASON", "reason"),
    column("HOST", "hostId", wide),
    column("ENDPOINT", "endpointId", wide),
    age("ENDED", "endedAt"),
    principal("ENDED-BY", "endedBy"),
  ],
};
