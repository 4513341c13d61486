/** What the host keeps of commands and tokens. Written in the same commit as the fact that tells of it, so that the two can never disagree (ADR 0012). */
import { type CommandId, type FencingToken, type LeaseId, sessionLane, type SessionId } from "@claw/events";
import {
  type CommandRow,
  type Kept,
  LONGEST_DEADLINE_MS,
  type Outcome,
  ROW_KEPT_MS,
  type Writes,
} from "../domain/fence.ts";
import { hasRoom } from "../domain/room.ts";
import { openEvent } from "../domain/telling.ts";
import { append, type Core } from "./core.ts";

/** Rows that stay whatever the clock says: a machine that wakes without the time would else take all of them for old. */
const ROWS_KEPT = 1_000;

export interface CommandStore {
  readonly kept: (commandId: CommandId, sessionId: SessionId) => Kept;
  readonly newest: (sessionId: SessionId) => Kept["newest"];
  /** Commands that have no final outcome, in the order in which they came. */
  readonly open: () => readonly CommandRow[];
  /**
   * Whether the house is yet to hear how it ended, of which `acked` is the last sequence that it acknowledged: the fact is not among those, or comes
   * with the next sight of its session.
   */
  readonly isOnItsWay: (row: Pick<CommandRow, "commandId" | "sessionId">, acked: number) => boolean;
  /** One durable commit. The fact finds room even in a full outbox: it is what a caller waits for. */
  readonly write: (writes: Writes) => void;
  /** Whether a command may begin: an outbox that can take no more facts could not tell what the command leads to. */
  readonly hasRoom: () => boolean;
  /**
   * Whether this outbox may have forgotten a command that is repeated to it: it is a new one, or an old copy was put back, less long ago than a
   * command could have been carried out whose outcome is still asked for.
   */
  readonly mayHaveForgotten: (leftMs: number) => boolean;
}

/** The store over an open outbox; `commit` runs work as one durable transaction. */
export const commandStore = (core: Core, commit: (work: () => void) => void): CommandStore => ({
  kept: (commandId, sessionId) => ({ row: readRow(core, commandId), newest: readToken(core, sessionId) }),
  newest: (sessionId) => readToken(core, sessionId),
  open: () => core.sql.openCommands.all().map(({ body }) => JSON.parse(body) as CommandRow),
  isOnItsWay: (row, acked) => isOnItsWay(core, row, acked),
  write: (writes) => commit(() => write(core, writes)),
  hasRoom: () => hasRoom("a", core.figures.used, core.bounds),
  mayHaveForgotten: (leftMs) => isYoung(core, leftMs > 0 ? LONGEST_DEADLINE_MS : ROW_KEPT_MS),
});

function readRow({ sql }: Core, commandId: CommandId): CommandRow | null {
  const found = sql.getCommand.get(commandId);
  return found === undefined ? null : (JSON.parse(found.body) as CommandRow);
}

function readToken({ sql }: Core, sessionId: SessionId): Kept["newest"] {
  const found = sql.getToken.get(sessionId);
  if (found === undefined) return null;
  const { generation, counter, lease } = found;
  return { token: { generation, counter }, leaseId: lease as LeaseId | null };
}

function write(core: Core, { sessionId, row, newest, fact }: Writes): void {
  const at = core.wallMs();
  if (row !== null) {
    const isDone = row.phase === "done" ? 1 : 0;
    core.sql.putCommand.run(row.commandId, sessionId, isDone, JSON.stringify(row), at);
    core.sql.pruneCommands.run(at - ROW_KEPT_MS, ROWS_KEPT);
    if (fact === "outcome") tellOutcome(core, row);
  }
  if (newest === null) return;
  const { token, leaseId } = newest;
  core.sql.putToken.run(sessionId, token.generation, token.counter, leaseId);
  if (fact === "fenced" && leaseId !== null)
    append(core, sessionLane(sessionId), openEvent("lease.fenced", at, { leaseId, fence: token }));
}

function tellOutcome(core: Core, { commandId, sessionId, token, outcome }: CommandRow): void {
  if (outcome === null) return;
  append(
    core,
    sessionLane(sessionId),
    eventOf(outcome, { commandId, fence: token }, core.wallMs()),
    commandId,
  );
}

/** `openEvent` keeps of each outcome only what its kind lists. */
function eventOf(
  outcome: Outcome,
  of: { readonly commandId: CommandId; readonly fence: FencingToken },
  at: number,
) {
  switch (outcome.type) {
    case "command.succeeded":
      return openEvent(outcome.type, at, { ...of, ...outcome });
    case "command.failed":
      return openEvent(outcome.type, at, { ...of, ...outcome });
    case "command.collided":
      return openEvent(outcome.type, at, { ...of, ...outcome });
    case "command.expired":
      return openEvent(outcome.type, at, of);
    case "command.unknown":
      return openEvent(outcome.type, at, { ...of, ...outcome });
  }
}

/** A house no longer knows what it had confirmed: what became of commands is told again, each after its session, and fences when it asks again. */
export function untellCommands({ sql }: Core): void {
  sql.setMeta.run("untold_commands", String(sql.lastCommand.get()?.n ?? 0));
  sql.forgetFences.run();
}

function isOnItsWay(
  core: Core,
  { commandId, sessionId }: Pick<CommandRow, "commandId" | "sessionId">,
  acked: number,
): boolean {
  const { sql } = core;
  if ((sql.outcomeOf.get(commandId)?.seq ?? 0) > acked) return true;
  const isToBeSeen = sql.getSession.get(sessionId) === undefined;
  return isToBeSeen && sql.isUntold.get(commandId, untoldThrough(core)) !== undefined;
}

/** Up to this one, commands are told again as their sessions are seen. */
const untoldThrough = ({ sql }: Core): number => Number(sql.getMeta.get("untold_commands")?.value ?? "0");

/** The outcomes that a house has to be told again, after the session that they belong to. */
export function retellCommands(core: Core, sessionId: SessionId): void {
  for (const { body } of core.sql.toldCommands.all(sessionId, untoldThrough(core)))
    tellOutcome(core, JSON.parse(body) as CommandRow);
}

/** Outboxes of the first versions do not know when their epoch began; they never carried a command out. */
function isYoung({ sql, wallMs }: Core, ageMs: number): boolean {
  const at = sql.getMeta.get("epoch_at")?.value;
  return at !== undefined && Math.abs(wallMs() - Number(at)) < ageMs;
}
