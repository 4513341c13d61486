/** How each kind of thing looks in a table. Columns read what the API gives and show a dash for what it does not. */
import type { Thing } from "../client/pages.ts";
import { ageOf, ageSince } from "./age.ts";
import type { Look } from "./output.ts";
import type { Column } from "./table.ts";
import type { Colour } from "./terminal.ts";

/** The value at a path such as `freshness.state`, or undefined. */
export function at(thing: Thing, path: string): unknown {
  let value: unknown = thing;
  for (const key of path.split("."))
    value = typeof value === "object" && value !== null ? (value as Thing)[key] : undefined;
  return value;
}

const text = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(text).join(",")
    : value === null || value === undefined
      ? "-"
      : String(value);

const column = (title: string, path: string, more: Partial<Column> = {}): Column => ({
  title,
  value: (thing) => text(at(thing, path)),
  ...more,
});
const age = (title: string, path: string): Column => ({
  title,
  value: (thing, nowMs) => ageSince(at(thing, path), nowMs),
});
const rounded = (title: string, path: string, more: Partial<Column> = {}): Column => ({
  title,
  value: (thing) => {
    const value = at(thing, path);
    return typeof value === "number" ? value.toFixed(1) : "-";
  },
  ...more,
});
const wide = { isWide: true } as const;

const FRESHNESS_COLOURS: Readonly<Record<string, Colour>> = {
  live: "green",
  stale: "yellow",
  unknown: "yellow",
  gone: "grey",
};

/** A state with how long it has been so: a state without its age is not evidence. */
const freshness: Column = {
  title: "FRESHNESS",
  value: (thing) => {
    const ageMs = at(thing, "freshness.ageMs");
    const state = text(at(thing, "freshness.state"));
    return typeof ageMs === "number" ? `${state} ${ageOf(ageMs)}` : state;
  },
  colour: (thing) => FRESHNESS_COLOURS[text(at(thing, "freshness.state"))] ?? null,
};

const status: Column = {
  title: "STATUS",
  value: (thing, nowMs) => {
    const flags = at(thing, "activity.flags");
    const words = [text(at(thing, "status")), ...(Array.isArray(flags) ? flags.map(text) : [])].join("+");
    return `${words} ${ageSince(at(thing, "activity.sinceAt"), nowMs)}`;
  },
};

export const sessions: Look = {
  key: "sessions",
  name: (thing) => text(at(thing, "sessionId")),
  columns: [
    column("SESSION", "sessionId"),
    column("HOST", "host"),
    status,
    freshness,
    column("REPO", "repo"),
    column("BRANCH", "branch"),
    age("SEEN", "lastSeenAt"),
    column("SUMMARY", "summary"),
    column("ENDPOINT", "endpointId", wide),
    column("WORKSPACE", "workspace", wide),
    column("MODEL", "model", wide),
    column("TURNS", "turnCount", wide),
    column("TOKENS", "usage.totalTokens", wide),
    column("ATTACHED", "presence.attached", wide),
    column("CLOSED", "closed", wide),
    column("NAME", "name", wide),
  ],
};

export const hosts: Look = {
  key: "hosts",
  name: (thing) => text(at(thing, "hostId")),
  columns: [
    column("HOST", "hostId"),
    column("NAME", "hostname"),
    freshness,
    age("HEARD", "lastHeardAt"),
    rounded("RTT-MS", "rttMs"),
    column("OUTBOX", "outboxDepth"),
    column("LOST", "lostFacts"),
    column("CONNECTOR", "connectorVersion"),
    column("PLATFORM", "platform", wide),
    column("ARCH", "arch", wide),
    column("CPUS", "cpus", wide),
    rounded("OFFSET-MS", "clockOffsetMs", wide),
    column("FORKS", "forks", wide),
    column("EVIDENCE", "evidenceKept", wide),
  ],
};

const STATE_COLOURS: Readonly<Record<string, Colour>> = { ready: "green", down: "red", draining: "yellow" };

export const endpoints: Look = {
  key: "endpoints",
  name: (thing) => `${text(at(thing, "hostId"))}/${text(at(thing, "endpointId"))}`,
  columns: [
    column("HOST", "hostId"),
    column("ENDPOINT", "endpointId"),
    column("STATE", "state", { colour: (thing) => STATE_COLOURS[text(at(thing, "state"))] ?? null }),
    age("SINCE", "sinceAt"),
    column("REASON", "reason"),
    column("CODEX", "codexVersion"),
    column("TRANSPORT", "transport", wide),
    column("ADDRESS", "address", wide),
    column("MISREAD", "misreadFrames", wide),
  ],
};

export const approvals: Look = {
  key: "approvals",
  name: (thing) => `${text(at(thing, "sessionId"))}/${text(at(thing, "requestId"))}`,
  columns: [
    column("SESSION", "sessionId"),
    column("REQUEST", "requestId"),
    column("KIND", "kind"),
    column("STATE", "state"),
    age("OPENED", "openedAt"),
    column("SUBJECT", "subject"),
    column("REASON", "reason", wide),
    column("DECISIONS", "availableDecisions", wide),
    column("HOW", "how", wide),
  ],
};

export const tokens: Look = {
  key: "tokens",
  name: (thing) => text(at(thing, "tokenId")),
  columns: [
    column("TOKEN", "tokenId"),
    column("NAME", "name"),
    column("ROLE", "role"),
    column("HOST", "hostId"),
    column("STATE", "state"),
    age("CREATED", "createdAt"),
    column("UNTIL", "until"),
    column("REVOKED", "revokedAt", wide),
  ],
};

export const quarantine: Look = {
  key: "quarantine",
  none: "nothing is in quarantine",
  name: (thing) => text(at(thing, "position")),
  columns: [
    column("POSITION", "position"),
    column("STATE", "state"),
    column("EVENT", "eventType"),
    column("LANE", "lane"),
    age("SEEN", "firstSeenAt"),
    column("TRIES", "attempts"),
    column("PROBLEM", "problem"),
    column("ENTRY", "entryId", wide),
    column("REASON", "reason", wide),
  ],
};
