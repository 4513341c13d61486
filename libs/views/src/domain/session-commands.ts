/** What is done to a session by command: who may write to it, what was last asked of it, and which commands wait for the end of their turn. */
import { DECIDED, isRequested, SessionId } from "@claw/events";
import type { SessionRow } from "../rows.ts";
import { admitted } from "./admission.ts";
import { outcomeBy, reportedCommand } from "./command-outcome.ts";
import { turnKey } from "./keys.ts";
import { isEnd } from "./leases.ts";
import type { EventIn, Fact, Lookup } from "./projection.ts";
import { MAX_LINE_LETTERS, reportIn } from "./reports.ts";
import { rowsOf } from "./spawned.ts";
import { ofHost } from "./session-work.ts";
import { hasEnded } from "./turns.ts";

/** Commands of one session that may wait for the ends of turns; of more, the oldest are not told. */
const MAX_WAITING = 64;

/** The session that a decision is about, or null; of one that was asked for and has its thread, that of the thread too. */
export function decidedSession(fact: Fact, rows: Lookup): string | readonly string[] | null {
  const { lane, event } = fact;
  if (lane !== DECIDED) return null;
  const host = admitted(fact, rows)?.host;
  if (host !== undefined) return host.admission.asking;
  const sessionId = sessionIn(event, rows);
  return sessionId !== null && isRequested(sessionId) ? rowsOf(sessionId, fact, rows) : sessionId;
}

function sessionIn(event: Fact["event"], rows: Lookup): SessionId | null {
  if (event.type === "lease.granted" || isEnd(event)) return event.data.sessionId;
  switch (event.type) {
    case "command.accepted":
      return event.data.instruction?.sessionId ?? null;
    case "command.refused":
      return sessionRefused(event);
    case "command.overdue":
      return rows("commands", event.data.commandId)?.sessionId ?? null;
    case "progress.reported":
    case "caller.attempted":
      return event.data.sessionId;
    default:
      return null;
  }
}

/** The session that asked for what was refused, as the channel proved it, or null. The first decisions name it as the principal alone. */
function sessionRefused({ data }: EventIn<"command.refused">): SessionId | null {
  if (data.viaSessionId !== undefined) return data.viaSessionId;
  const { kind, name } = data.principal;
  return kind === "session" ? (SessionId.safeParse(name).data ?? null) : null;
}

/** The session after a decision about it. */
export function decided(row: SessionRow, fact: Fact, rows: Lookup): SessionRow {
  const { event } = fact;
  if (event.type === "command.accepted") return asked(row, fact, event, rows);
  if (event.type === "command.refused") return refused(row, fact, event);
  if (event.type === "command.overdue") return told(row, fact, event.data.commandId, rows);
  if (event.type === "caller.attempted") return { ...row, attempts: row.attempts + event.data.count };
  if (event.type === "progress.reported") return progressed(row, fact, event);
  if (event.type === "lease.granted") return granted(row, fact, event, rows);
  const admission = admitted(fact, rows);
  if (admission !== null) return ofHost(row, admission.isLetIn);
  if (!isEnd(event)) return row;
  const lease = rows("leases", event.data.leaseId);
  if (lease?.sessionId !== row.sessionId || lease.state === "ended") return row;
  const writer = row.writer?.leaseId === event.data.leaseId ? null : row.writer;
  return event.type === "lease.yielded"
    ? { ...row, writer, automationYieldedAt: fact.recordedAt }
    : { ...row, writer };
}

/** What a session says of itself is what it is for from then on, and what it does (S1-058, S1-166). */
const progressed = (
  row: SessionRow,
  { recordedAt }: Fact,
  event: EventIn<"progress.reported">,
): SessionRow => ({
  ...row,
  progress: reportIn(event, recordedAt, MAX_LINE_LETTERS),
  purpose: event.body?.purpose ?? row.purpose,
});

/** What it asked for itself, and was not given: the newest (X1-015). */
const refused = (
  row: SessionRow,
  { recordedAt: at }: Fact,
  { data: { code, commandId } }: EventIn<"command.refused">,
): SessionRow => ({ ...row, refusal: { code, at, commandId } });

function asked(row: SessionRow, fact: Fact, { data }: EventIn<"command.accepted">, rows: Lookup): SessionRow {
  const { commandId, commandType, instruction } = data;
  if (instruction?.sessionId !== row.sessionId) return row;
  if (rows("commands", commandId)?.decision === "accepted") return row;
  return { ...row, lastCommand: { commandId, commandType, decidedAt: fact.recordedAt, outcome: null } };
}

function granted(row: SessionRow, fact: Fact, { data }: EventIn<"lease.granted">, rows: Lookup): SessionRow {
  const lease = rows("leases", data.leaseId);
  if (lease?.state !== "offered" || lease.sessionId !== row.sessionId) return row;
  const { leaseId, holder, ttlMs } = lease;
  return { ...row, automationYieldedAt: null, writer: { leaseId, holder, ttlMs, sinceAt: fact.recordedAt } };
}

/** The session after a fact that may tell what became of a command. */
export function reported(row: SessionRow, fact: Fact, rows: Lookup): SessionRow {
  const commandId = reportedCommand(fact);
  return commandId === null ? row : told(row, fact, commandId, rows);
}

function told(row: SessionRow, fact: Fact, commandId: string, rows: Lookup): SessionRow {
  const command = rows("commands", commandId);
  const outcome = outcomeBy(command, fact);
  if (command === undefined || outcome === null) return row;
  const { lastCommand } = row;
  const isLast = lastCommand?.commandId === command.commandId;
  const turn = outcome.turnId === null ? undefined : rows("turns", turnKey(row.sessionId, outcome.turnId));
  const isHere = row.sessionId === (command.spawnedSessionId ?? command.sessionId);
  const waits = isHere && outcome.turnId !== null && (turn === undefined || !hasEnded(turn));
  return {
    ...row,
    lastCommand: isLast ? { ...lastCommand, outcome: outcome.word } : lastCommand,
    turnCommands: waits
      ? [...row.turnCommands, { turnId: outcome.turnId, commandId: command.commandId }].slice(-MAX_WAITING)
      : row.turnCommands,
  };
}

/** Lets go of the commands whose turn ended. */
export function released(row: SessionRow, { data }: EventIn<"turn.completed">): SessionRow {
  const turnCommands = row.turnCommands.filter(({ turnId }) => turnId !== data.turnId);
  return turnCommands.length === row.turnCommands.length ? row : { ...row, turnCommands };
}
