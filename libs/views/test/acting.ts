/** Scripted histories of commands and leases in one session, for tests. */
import {
  DECIDED,
  type Entry,
  type EntryId,
  Epoch,
  hostEntryId,
  HostId,
  type Json,
  type Lane,
  seal,
  SessionId,
  sessionLane,
  stampEntry,
} from "@claw/events";
import { readerOf } from "./given.ts";

export const AT = 1_800_000_000_000;
export const session = SessionId.parse("s1");
export const own = HostId.parse("host-a");
const other = HostId.parse("host-b");
const epoch = Epoch.parse("0".repeat(32));

/** Who says it: the session's host, another host, ingest, or policy (in the decided lane). */
type Writer = "host" | "stranger" | "ingest" | "policy";
export interface Step {
  readonly by: Writer;
  readonly type: string;
  readonly data: Json;
  readonly body?: Json;
  readonly lane?: Lane;
  /** Told so many ms later than its place says. */
  readonly lateMs?: number;
  /** Further events of the same entry. */
  readonly also?: readonly Step[];
}

export const by = (writer: Writer, step: Step): Step => ({ ...step, by: writer });
/** One entry of several events, as policy writes a decision and what follows from it. */
export const together = (first: Step, ...also: readonly Step[]): Step => ({ ...first, also });
export const late = (lateMs: number, step: Step): Step => ({ ...step, lateMs });
export const inLane = (lane: Lane, step: Step): Step => ({ ...step, lane });

const policy = (type: string, data: Json, body?: Json): Step => ({
  by: "policy",
  type,
  data,
  ...(body !== undefined && { body }),
});
const host = (type: string, data: Json, body?: Json): Step => ({
  by: "host",
  type,
  data,
  ...(body !== undefined && { body }),
});

export const observed = host("session.observed", {
  hostId: own,
  endpointId: "main",
  workspace: null,
  repo: null,
  branch: null,
  commit: null,
  source: "cli",
  threadSource: null,
  parentSessionId: null,
  rootSessionId: null,
  model: null,
  modelProvider: null,
  codexVersion: null,
  createdAt: null,
  activity: { type: "idle", flags: [] },
});

export const who = { kind: "claw", name: "claw-1", role: "claw", group: "default" };
const asked = (commandId: string, commandType: string) => ({
  commandId,
  commandType,
  digest: "a".repeat(64),
  principal: who,
});
const token = { generation: 1, counter: 1 };

export const sent = (
  commandId = "c1",
  text = "go on",
  act: Json = { kind: "send", mode: "auto", expectedTurnId: null },
): Step =>
  policy(
    "command.accepted",
    {
      ...asked(commandId, "session.send"),
      hostId: own,
      instruction: {
        sessionId: session,
        endpointId: "main",
        token,
        act,
      },
      origin: { rootIds: [commandId], hop: 0, path: [] },
      deadlineAt: AT + 30_000,
    },
    { text },
  );
/** A command that no host has anything to do with. */
export const kept = (commandId = "c1", commandType = "host.add"): Step =>
  policy("command.accepted", asked(commandId, commandType));
/** Any refusal, of a Claw unless somebody else is named. */
export const refusedFor = (code: string, more: object = {}, commandType = "session.send"): Step =>
  policy("command.refused", { ...asked(`r-${code}`, commandType), code, facts: {}, ...more });
export const acquired = (commandId = "l1"): Step =>
  policy("command.accepted", asked(commandId, "lease.acquire"));
export const refused = (commandId = "c1"): Step =>
  policy("command.refused", {
    ...asked(commandId, "session.send"),
    code: "lease_held",
    facts: { holder: "claw-2" },
    rule: "lease",
    sessionId: session,
  });
export const overdue = (commandId = "c1"): Step =>
  policy("command.overdue", { commandId, deadlineAt: AT + 30_000 });
export const succeeded = (turnId = "T1", mode = "start", commandId = "c1"): Step =>
  host("command.succeeded", { commandId, fence: token, mode, turnId });
export const failed = (commandId = "c1"): Step =>
  host("command.failed", { commandId, fence: token, code: "stale_token", facts: { newest: 7 } });
export const collided = (turnId = "T1", commandId = "c1"): Step =>
  host("command.collided", { commandId, fence: token, turnId });
export const expired = (commandId = "c1"): Step => host("command.expired", { commandId, fence: token });
export const unknown = (commandId = "c1"): Step =>
  host("command.unknown", { commandId, fence: token, reason: "restarted" });
export const turnStarted = (turnId = "T1"): Step => host("turn.started", { turnId, startedAt: null });
export const turnEnded = (turnId = "T1", status = "completed"): Step =>
  host(
    "turn.completed",
    { turnId, status, errorKind: null, startedAt: null, completedAt: null, durationMs: null },
    { error: null },
  );
export const said = (clientId: string | null): Step =>
  host(
    "item.completed",
    {
      turnId: "T1",
      itemId: "I1",
      kind: "userMessage",
      startedAt: null,
      status: null,
      completedAt: null,
      durationMs: null,
      exitCode: null,
      clientId,
      cutBytes: 0,
    },
    { text: "hello", command: null, output: null, tool: null, paths: [] },
  );

export const offered = (leaseId = "l1", counter = 1): Step =>
  policy("lease.offered", {
    leaseId,
    sessionId: session,
    hostId: own,
    endpointId: "main",
    holder: who,
    token: { generation: 1, counter },
    ttlMs: 30_000,
    offerUntil: AT + 10_000,
  });
export const granted = (leaseId = "l1"): Step => policy("lease.granted", { leaseId, sessionId: session });
export const leaseEnd = (how: string, leaseId = "l1"): Step =>
  policy(`lease.${how}`, { leaseId, sessionId: session, reason: `because ${how}` });
export const policyFact = policy;
export const hostFact = host;

function entryOf(step: Step, index: number): Entry {
  const { by: writer, lane, also = [], lateMs = 0 } = step;
  const at = AT + index * 1_000 + lateMs;
  const hostId = writer === "stranger" ? other : own;
  const isHost = writer === "host" || writer === "stranger";
  const where = lane ?? (writer === "policy" ? DECIDED : sessionLane(session));
  const events = [step, ...also].map(({ type, data, body }) => ({
    type,
    v: 1,
    at,
    data,
    ...(body !== undefined && { body }),
  }));
  return stampEntry(
    seal(where, null, events, () => "00".repeat(16)),
    {
      id: isHost ? hostEntryId(hostId, epoch, index + 1) : (`step/${index}` as EntryId),
      by: isHost
        ? { kind: "host", hostId, epoch, seq: index + 1 }
        : { kind: writer === "policy" ? "policy" : "ingest" },
      at,
    },
  );
}

export const entriesOf = (steps: readonly Step[]): readonly Entry[] => steps.map(entryOf);

/** The views after these steps; each is one entry, a second after the one before. */
export const after = (...steps: readonly Step[]) => readerOf(entriesOf(steps));
