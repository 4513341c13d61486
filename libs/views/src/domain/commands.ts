/**
 * Commands, from the decision to the end of the turn that they had a part in. What was accepted under an id is the command, whatever was refused under it before
 * or after: a refusal takes the id from nobody but whoever was refused (ADR 0012). Until something is accepted the row shows the first refusal, and one of
 * somebody who may not ask for such a thing at all gives way to any other.
 */
import {
  DECIDED,
  isRequested,
  requestedSession,
  sessionAsked,
  sessionLane,
  type SessionId,
} from "@claw/events";
import type { CommandRow, LeaseRow, Outcome } from "../command-rows.ts";
import { isItsHost, outcomeBy, reportedCommand } from "./command-outcome.ts";
import { turnKey } from "./keys.ts";
import { type EventIn, type Fact, type Lookup, ownSession, type ViewProjection } from "./projection.ts";
import { hasEnded, IN_PROGRESS, turns } from "./turns.ts";

/** Letters of a command's text that its row keeps: what a list shows of it. The whole is an item of the transcript, or was refused. */
export const MAX_COMMAND_LETTERS = 4_096;

export const commands: ViewProjection<"commands"> = {
  name: "commands",
  version: 4,
  key: (fact, rows) => {
    if (fact.lane === DECIDED) return decidedCommand(fact);
    if (fact.event.type === "session.bound") return fact.event.data.commandId;
    return fact.event.type === "turn.completed" ? commandsIn(fact, fact.event, rows) : reportedCommand(fact);
  },
  evolve: (row, fact, rows) => {
    const { event } = fact;
    switch (event.type) {
      case "command.accepted":
      case "command.refused":
        return row === undefined || weighsMore(event, row) ? decided(fact, event, rows) : undefined;
      case "lease.offered":
        return row === undefined ? undefined : aimed(row, event.data);
      case "lease.released":
      case "lease.broken":
        return row === undefined ? undefined : aimed(row, rows("leases", event.data.leaseId));
      case "turn.completed":
        return row === undefined ? undefined : turnEnded(row, fact, rows);
      case "session.bound":
        return row === undefined ? undefined : bound(row, fact, event);
      default:
        return withOutcome(row, outcomeBy(row, fact), rows);
    }
  },
};

function decidedCommand({ event, asked }: Fact): string | null {
  switch (event.type) {
    case "command.accepted":
    case "command.refused":
    case "command.overdue":
      return event.data.commandId;
    case "lease.offered":
      return event.data.leaseId;
    case "lease.released":
    case "lease.broken":
      return asked?.commandId ?? null;
    default:
      return null;
  }
}

/** Whose decision the row shows, where there are several under its id. */
const weighsMore = (
  { type, data }: EventIn<"command.accepted" | "command.refused">,
  row: CommandRow,
): boolean =>
  weightOf(type === "command.accepted" ? null : data.code) >
  weightOf(row.decision === "accepted" ? null : row.code);

/** `code` is null for what was accepted. `command_id_reused` says that another command has the id. */
const weightOf = (code: string | null): number => (code === null ? 3 : (WEIGHTS.get(code) ?? 2));
const WEIGHTS: ReadonlyMap<string, number> = new Map([
  ["command_id_reused", 0],
  ["forbidden", 1],
]);

/** The commands that had a part in the turn that ends. */
function commandsIn(fact: Fact, { data }: EventIn<"turn.completed">, rows: Lookup): readonly string[] {
  const sessionId = ownSession(fact, rows);
  const waiting = (sessionId === null ? undefined : rows("sessions", sessionId))?.turnCommands ?? [];
  return waiting.filter(({ turnId }) => turnId === data.turnId).map(({ commandId }) => commandId);
}

function decided(
  fact: Fact,
  event: EventIn<"command.accepted" | "command.refused">,
  rows: Lookup,
): CommandRow {
  const { commandId, commandType, principal, origin = null } = event.data;
  const both = {
    commandId,
    commandType,
    principal,
    decidedAt: fact.recordedAt,
    decidedPosition: fact.position,
    origin,
    ...NOT_YET,
  };
  return event.type === "command.accepted"
    ? { ...both, decision: "accepted", ...acceptedWith(event), spawnedSessionId: threadOf(event, rows) }
    : { ...both, decision: "refused", ...refusedWith(event, rows) };
}

/** Its host may have said so before the decision was seen: a decision that was lost with the tail of a log is made again. */
function threadOf(event: EventIn<"command.accepted">, rows: Lookup): SessionId | null {
  const order = sessionAsked(event.data);
  const asked = order === null ? undefined : rows("sessions", order.sessionId);
  return asked?.hostId === order?.hostId ? (asked?.boundTo ?? null) : null;
}

/** The thread that was made for it, as its host says in the lane of the session that was asked for. */
function bound(row: CommandRow, fact: Fact, { data }: EventIn<"session.bound">): CommandRow | undefined {
  const asked = requestedSession(row.commandId);
  const isIts = row.sessionId === asked && fact.lane === sessionLane(asked) && isItsHost(row, fact);
  if (!isIts || row.spawnedSessionId !== null || isRequested(data.boundTo)) return undefined;
  return { ...row, spawnedSessionId: data.boundTo };
}

/** The session in which its turn is. */
const turnSessionOf = ({ spawnedSessionId, sessionId }: CommandRow): SessionId | null =>
  spawnedSessionId ?? sessionId;

const NOT_YET = { spawnedSessionId: null, outcome: null, turnStatus: null, turnEndedAt: null } as const;

function acceptedWith({ data, body }: EventIn<"command.accepted">) {
  const { instruction, hostId = null, deadlineAt = null } = data;
  return {
    sessionId: instruction?.sessionId ?? data.sessionId ?? null,
    hostId,
    endpointId: instruction?.endpointId ?? null,
    act: instruction?.act ?? null,
    token: instruction?.token ?? null,
    deadlineAt,
    reason: data.reason ?? null,
    ...bounded(body?.text ?? null),
    code: null,
    rule: null,
    facts: {},
  };
}

/** Policy forgets a lease that is over; the lease's own row still knows the session of what came too late for it. */
function refusedWith({ data }: EventIn<"command.refused">, rows: Lookup) {
  const { code, rule = null, facts } = data;
  const { leaseId } = facts;
  const lease = typeof leaseId === "string" ? rows("leases", leaseId) : undefined;
  const sessionId = data.sessionId ?? lease?.sessionId ?? null;
  const nowhere = { hostId: null, endpointId: null, act: null, token: null, deadlineAt: null };
  return { ...nowhere, ...bounded(null), reason: null, sessionId, code, rule, facts };
}

/** Cut between letters, never inside a surrogate pair. */
function bounded(text: string | null): Pick<CommandRow, "text" | "cutLetters"> {
  if (text === null || text.length <= MAX_COMMAND_LETTERS) return { text, cutLetters: 0 };
  return {
    text: text.slice(0, MAX_COMMAND_LETTERS).toWellFormed(),
    cutLetters: text.length - MAX_COMMAND_LETTERS,
  };
}

/** A command about a lease names no host itself; the lease does. */
function aimed(
  row: CommandRow,
  lease: Pick<LeaseRow, "sessionId" | "hostId" | "endpointId"> | undefined,
): CommandRow | undefined {
  if (lease === undefined || row.decision !== "accepted" || row.sessionId !== null) return undefined;
  const { sessionId, hostId, endpointId } = lease;
  return { ...row, sessionId, hostId, endpointId };
}

function withOutcome(
  row: CommandRow | undefined,
  outcome: Outcome | null,
  rows: Lookup,
): CommandRow | undefined {
  if (row === undefined || outcome === null) return undefined;
  const sessionId = turnSessionOf(row);
  if (outcome.turnId === null || sessionId === null) return { ...row, outcome };
  const turn = rows("turns", turnKey(sessionId, outcome.turnId));
  const isOver = turn !== undefined && hasEnded(turn);
  return {
    ...row,
    outcome,
    turnStatus: isOver ? turn.status : IN_PROGRESS,
    turnEndedAt: isOver ? turn.completedAt : null,
  };
}

/** The turn's end by the same rule as the turn's own row. */
function turnEnded(row: CommandRow, fact: Fact, rows: Lookup): CommandRow | undefined {
  const sessionId = turnSessionOf(row);
  const turnId = row.outcome?.turnId ?? null;
  if (sessionId === null || turnId === null) return undefined;
  const key = turnKey(sessionId, turnId);
  const after = turns.evolve(rows("turns", key), fact, rows, key);
  if (after === undefined || row.turnEndedAt !== null) return undefined;
  return { ...row, turnStatus: after.status, turnEndedAt: after.completedAt };
}
