/** How sessions, hosts, endpoints and what they ask look in a table. */
import { ageOf, ageSince } from "../age.ts";
import { age, ahead, at, column, principalOf, rounded, text, wide } from "../columns.ts";
import type { Look } from "../output.ts";
import { progressOf } from "../session.ts";
import type { Thing } from "../../client/pages.ts";
import type { Column } from "../table.ts";
import type { Colour } from "../terminal.ts";

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

/** What it says of its own work, else what it is: a session that the supervisor made is marked. */
const work: Column = {
  title: "WORK",
  value: (thing) => {
    const progress = at(thing, "progress");
    const isSpawned = at(thing, "spawn") !== undefined && at(thing, "spawn") !== null;
    const said = typeof progress === "object" && progress !== null ? progressOf(progress as Thing) : "";
    const lifecycle = text(at(thing, "lifecycle"));
    const life = UNBORN.has(lifecycle) ? lifecycle : "";
    return [isSpawned ? "spawned" : "", life, said].filter(Boolean).join(", ") || "-";
  },
  colour: (thing) => WORK_COLOURS[text(at(thing, "progress.state"))] ?? null,
};
/** Of one that was asked for and has no thread. */
const UNBORN: ReadonlySet<string> = new Set(["provisioning", "failed"]);
const WORK_COLOURS: Readonly<Record<string, Colour>> = { blocked: "yellow", failed: "red", done: "green" };

export const sessions: Look = {
  key: "sessions",
  name: (thing) => text(at(thing, "sessionId")),
  columns: [
    column("SESSION", "sessionId"),
    column("HOST", "host"),
    status,
    freshness,
    work,
    column("REPO", "repo"),
    column("BRANCH", "branch"),
    age("SEEN", "lastSeenAt"),
    column("SUMMARY", "summary"),
    column("ENDPOINT", "endpointId", wide),
    column("GROUP", "group", wide),
    column("WORKSPACE", "workspace", wide),
    column("MODEL", "model", wide),
    column("TURNS", "turnCount", wide),
    column("TOKENS", "usage.totalTokens", wide),
    column("WRITER", "writer.holder.name", wide),
    column("ATTACHED", "presence.attached", wide),
    column("CLOSED", "closed", wide),
    column("NAME", "name", wide),
    column("PURPOSE", "purpose", wide),
    { title: "SPAWNED-BY", value: (thing) => principalOf(thing, "spawn.createdBy"), isWide: true },
    column("PARENT", "spawn.parentSessionId", wide),
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
    column("GROUP", "group"),
    column("PLACEMENT", "placement"),
    column("LOST", "lostFacts"),
    column("CONNECTOR", "connectorVersion"),
    column("PLATFORM", "platform", wide),
    column("ARCH", "arch", wide),
    column("CPUS", "cpus", wide),
    rounded("OFFSET-MS", "clockOffsetMs", wide),
    column("CATCHING-UP", "catchingUp", wide),
    column("FORKS", "forks", wide),
    column("EVIDENCE", "evidenceKept", wide),
    column("ROOTS", "workspaceRoots", wide),
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

const WHOSE: ReadonlyMap<unknown, string> = new Map([
  [true, "ours"],
  [false, "person"],
]);

const answered: Column = {
  title: "STATE",
  // Decided is not closed: its host still has to say that it answered.
  value: (thing) => {
    const answer = at(thing, "decision.answer");
    const words = at(thing, "state") === "open" ? ["open", answer] : [answer ?? at(thing, "how") ?? "closed"];
    return words.filter((word) => typeof word === "string").join("+");
  },
  colour: (thing) => (at(thing, "state") === "open" ? "yellow" : "grey"),
};

export const approvals: Look = {
  key: "approvals",
  name: (thing) => `${text(at(thing, "sessionId"))}/${text(at(thing, "requestId"))}`,
  columns: [
    column("SESSION", "sessionId"),
    column("REQUEST", "requestId"),
    column("KIND", "kind"),
    { title: "TURN", value: (thing) => WHOSE.get(at(thing, "isOurs")) ?? "-" },
    age("AGE", "openedAt"),
    ahead("DECLINED", "deadlineAt"),
    answered,
    column("SUBJECT", "subject"),
    column("WORKSPACE", "workspace", wide),
    column("REASON", "reason", wide),
    column("DECISIONS", "availableDecisions", wide),
    { title: "BY", value: (thing) => principalOf(thing, "decision.by"), isWide: true },
    column("HOW", "how", wide),
    column("DIGEST", "subjectDigest", wide),
  ],
};

/** Tokens as Codex counted them, the most first. */
export const usage: Look = {
  key: "usage",
  none: "no session reported tokens",
  name: (thing) => text(at(thing, "name")),
  columns: [
    column("NAME", "name"),
    column("SESSIONS", "sessions"),
    column("TOKENS", "totalTokens"),
    column("INPUT", "inputTokens"),
    column("CACHED", "cachedInputTokens"),
    column("OUTPUT", "outputTokens"),
    column("REASONING", "reasoningOutputTokens"),
  ],
};
