/** What hosts and ingest say of sessions, for tests: entries of a small log, and the sight that they give. */
import {
  type By,
  type CommandId,
  DECIDED,
  type DataOf,
  type EndpointId,
  type Entry,
  type EntryId,
  Epoch,
  type EventType,
  type FencingToken,
  hostEntryId,
  type HostId,
  hostLane,
  type Json,
  type Lane,
  type LeaseId,
  markOf,
  type OpenEvent,
  type RootId,
  seal,
  sequence,
  type SessionId,
  sessionLane,
  sha256,
  stampEntry,
  type TurnId,
} from "@claw/events";
import { apply, type Logged, startOf } from "@claw/eventlog";
import type { Sight } from "../src/domain/sight.ts";
import { evolveSight, SIGHT_VERSION, sightIn, sightKey, type SightRow } from "../src/domain/sight-fold.ts";

/** Apart from `given.ts`, so that these tests need no decider. */
export const AT = 1_800_000_000_000;
export const H1 = "h1" as HostId;
export const S1 = "s1" as SessionId;
export const T1 = "T1" as TurnId;
export const T2 = "T2" as TurnId;
export const EPOCH = Epoch.parse("0".repeat(32));
export const spec = { name: "policy.sight", version: SIGHT_VERSION, key: sightKey, evolve: evolveSight };

export const said = <Type extends EventType>(
  type: Type,
  data: DataOf<Type>,
  at = AT,
  body?: Json,
): OpenEvent => ({ type, v: 1, at, data: data as Json, ...(body === undefined ? {} : { body }) });

/** An entry as its writer said it; `at` is when it was recorded. */
export const told = (lane: Lane, by: By, events: readonly OpenEvent[], id: string, at = AT): Entry =>
  stampEntry(
    seal(lane, null, events, () => "00".repeat(16)),
    { id: id as EntryId, by, at },
  );

/** Of the one session, by its host: the `seq`th fact of its outbox. */
export const fact = (seq: number, events: readonly OpenEvent[], at = AT, host = H1, session = S1): Entry =>
  told(
    sessionLane(session),
    { kind: "host", hostId: host, epoch: EPOCH, seq },
    events,
    hostEntryId(host, EPOCH, seq),
    at,
  );

/** Facts of the one session one after the other, each an entry. */
export const factsFrom = (first: number, ...events: readonly OpenEvent[]): readonly Entry[] =>
  events.map((event, index) => fact(first + index, [event]));

export const noticed = (event: OpenEvent, n = 1, host = H1): Entry =>
  told(hostLane(host), { kind: "ingest" }, [event], `notice/${host}/${n}`);

export const observed = (activity = "idle", host = H1): OpenEvent =>
  said(
    "session.observed",
    {
      hostId: host,
      endpointId: "main" as EndpointId,
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
      activity: { type: activity, flags: [] },
    },
    AT,
    { name: null, preview: null },
  );

export const became = (activity: string): OpenEvent =>
  said("session.became", { activity: { type: activity, flags: [] } });
export const started = (turnId: TurnId, startedAt: number | null = null): OpenEvent =>
  said("turn.started", { turnId, startedAt });
export const completed = (turnId: TurnId, startedAt: number | null = null): OpenEvent =>
  said(
    "turn.completed",
    { turnId, status: "completed", errorKind: null, startedAt, completedAt: null, durationMs: null },
    AT,
    { error: null },
  );
export const message = (turnId: TurnId, clientId: string | null, at = AT): OpenEvent =>
  said(
    "item.completed",
    {
      turnId,
      itemId: `I${at}` as never,
      kind: "userMessage",
      startedAt: null,
      status: null,
      completedAt: null,
      durationMs: null,
      exitCode: null,
      clientId,
      cutBytes: 0,
    },
    at,
    { text: "hello", command: null, output: null, tool: null, paths: [] },
  );
export const ours = (turnId: TurnId, commandId: string): OpenEvent =>
  message(turnId, markOf(commandId as CommandId));
export const used = (turnId: TurnId, total: number, last: number): OpenEvent => {
  const counts = (totalTokens: number) => ({
    totalTokens,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningOutputTokens: 0,
  });
  return said("usage.reported", { turnId, total: counts(total), last: counts(last), contextWindow: null });
};

export const tokenOf = (counter: number, generation = 1): FencingToken => ({ generation, counter });
export const succeeded = (
  commandId: string,
  turnId: TurnId,
  mode: DataOf<"command.succeeded">["mode"] = "start",
): OpenEvent =>
  said("command.succeeded", { commandId: commandId as CommandId, fence: tokenOf(1), mode, turnId });
/** What policy accepted for a session; an interrupt where the test says so. */
export const accepted = (
  commandId: string,
  {
    kind = "send",
    at = AT,
    session = S1,
    by = { kind: "policy" },
  }: { kind?: "send" | "interrupt"; at?: number; session?: SessionId; by?: By } = {},
): Entry => {
  const act =
    kind === "send"
      ? ({ kind, mode: "auto", expectedTurnId: null } as const)
      : ({ kind, expectedTurnId: T1 } as const);
  const data: DataOf<"command.accepted"> = {
    commandId: commandId as CommandId,
    commandType: `session.${kind}`,
    digest: sha256(commandId),
    principal: { kind: "person", name: "ada", role: "operator" },
    hostId: H1,
    instruction: { sessionId: session, endpointId: "main" as EndpointId, token: tokenOf(2), act },
    origin: { rootIds: ["r1" as RootId], hop: 0, path: [] },
    deadlineAt: AT,
  };
  const body = kind === "send" ? { text: "go on" } : undefined;
  return told(DECIDED, by, [said("command.accepted", data, at, body)], `decision/${commandId}`, at);
};
export const fenced = (leaseId: string, counter: number): OpenEvent =>
  said("lease.fenced", { leaseId: leaseId as LeaseId, fence: tokenOf(counter) });
export const heard = (edge: DataOf<"host.heard">["edge"]): OpenEvent =>
  said("host.heard", { edge, count: 1, longestGapMs: 0, rttMs: null, clockOffsetMs: null, outboxDepth: 0 });

export const logged = (entries: readonly Entry[]): readonly Logged[] =>
  entries.map((entry, index) => ({ sequence: sequence(index + 1), entry }));

/** The rows that entries give, folded in batches of this size. */
export function rowsOf(entries: readonly Entry[], batch = entries.length): ReadonlyMap<string, SightRow> {
  const rows = new Map<string, SightRow>();
  let checkpoint = startOf(1);
  const all = logged(entries);
  for (let from = 0; from < all.length; from += batch) {
    const applied = apply(spec, rows, checkpoint, all.slice(from, from + batch));
    for (const [key, row] of applied.touched) rows.set(key, row);
    checkpoint = applied.checkpoint;
  }
  return rows;
}

export const sightOf = (entries: readonly Entry[]): Sight => {
  const rows = rowsOf(entries);
  return sightIn((key) => rows.get(key));
};
