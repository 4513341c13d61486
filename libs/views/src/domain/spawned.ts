/**
 * Sessions that were asked for (DESIGN 14.16, S1-109, S1-110). The decision makes the row, under a name that no thread has; its host says which thread it
 * became; from then on the thread's own row says where it came from, and the first one only points there.
 *
 * Only the host that was chosen may say so, of a thread of its own, and once. A mark that a thread bears is believed only of the thread that is pointed to:
 * whoever starts a thread chooses its mark.
 */
import {
  type AskedSession,
  isRequested,
  markedCommand,
  markOf,
  type Principal,
  requestedSession,
  sessionAsked,
  SessionId,
} from "@claw/events";
import type { SessionRow } from "../rows.ts";
import type { Spawn } from "../spawn-rows.ts";
import { isFinal, outcomeBy, reportedCommand } from "./command-outcome.ts";
import { factsOf } from "./lanes.ts";
import { newSession } from "./new-session.ts";
import { type EventIn, type Fact, isForeign, type Lookup, sessionOf } from "./projection.ts";

type Accepted = EventIn<"command.accepted">;

/** The rows that a fact about a session that was asked for may change: its own, and that of its thread. */
export function rowsOf(sessionId: string, fact: Fact, rows: Lookup): readonly string[] {
  const { event } = fact;
  const boundTo =
    event.type === "session.bound" ? event.data.boundTo : (rows("sessions", sessionId)?.boundTo ?? null);
  return boundTo === null ? [sessionId] : [sessionId, boundTo];
}

/**
 * The row under `key` after the decision that asked for a session: that session's, or that of its thread. What another host said under its name before is as if
 * it had not been said.
 */
export function ordered(
  row: SessionRow | undefined,
  fact: Fact,
  event: Accepted,
  rows: Lookup,
  key: string,
): SessionRow | undefined {
  const order = sessionAsked(event.data);
  if (order === null || rows("commands", event.data.commandId)?.decision === "accepted") return undefined;
  const spawn = spawnOf(event, order, rows);
  if (key !== order.sessionId) {
    const isHis = rows("sessions", order.sessionId)?.hostId === order.hostId;
    return isHis && row !== undefined ? tied(row, spawn) : undefined;
  }
  const known = row?.hostId === order.hostId ? row : provisional(fact, event, order, rows);
  return { ...known, spawn: forItself(spawn, known), purpose: known.purpose ?? spawn.purpose };
}

function provisional(
  { recordedAt }: Fact,
  { data }: Accepted,
  order: AskedSession,
  rows: Lookup,
): SessionRow {
  const { hostId, sessionId, endpointId, act } = order;
  const described = {
    hostId,
    endpointId,
    workspace: act.workspace,
    source: "spawn",
    threadSource: markOf(data.commandId),
    model: act.settings.model,
    createdAt: recordedAt,
    name: act.purpose,
    preview: null,
  };
  const freshness = { state: "unknown", sinceAt: recordedAt, reason: "requested" } as const;
  return {
    ...newSession(sessionId, described, recordedAt),
    freshness,
    lifecycle: "provisioning",
    factCount: factsOf(rows, sessionId),
  };
}

function spawnOf({ data }: Accepted, { hostId, sessionId, act }: AskedSession, rows: Lookup): Spawn {
  const parentSessionId = data.origin?.path.at(-1) ?? sessionNamed(data.principal);
  const parent = parentSessionId === null ? undefined : rows("sessions", parentSessionId);
  return {
    commandId: data.commandId,
    purpose: act.purpose,
    parentSessionId,
    rootSessionId: parent?.spawn?.rootSessionId ?? parentSessionId ?? sessionId,
    createdBy: data.principal,
    hostId,
    isAttachable: false,
  };
}

function sessionNamed({ kind, name }: Principal): SessionId | null {
  return kind === "session" ? (SessionId.safeParse(name).data ?? null) : null;
}

/** Where no session asked for it, the top of its tree is itself, whatever its name is by now. */
const forItself = (spawn: Spawn, { sessionId }: Pick<SessionRow, "sessionId">): Spawn =>
  spawn.parentSessionId === null ? { ...spawn, rootSessionId: sessionId } : spawn;

/** The thread's row, with where it came from. What Codex says of its parent itself stays. */
function tied(row: SessionRow, spawn: Spawn): SessionRow | undefined {
  if (row.spawn !== null || row.hostId !== spawn.hostId) return undefined;
  const own = forItself(spawn, row);
  return attachable({
    ...row,
    spawn: own,
    purpose: row.purpose ?? own.purpose,
    parentSessionId: row.parentSessionId ?? own.parentSessionId,
    rootSessionId: row.rootSessionId ?? (own.parentSessionId === null ? null : own.rootSessionId),
  });
}

/** A thread that is told of after it was pointed to. */
export function tiedByMark(row: SessionRow, rows: Lookup): SessionRow {
  const commandId = row.spawn === null ? markedCommand(row.threadSource) : null;
  if (commandId === null) return row;
  const asked = rows("sessions", requestedSession(commandId as Spawn["commandId"]));
  return asked?.spawn && asked.boundTo === row.sessionId ? (tied(row, asked.spawn) ?? row) : row;
}

/** The row of the session that was asked for once its host has said which thread it became: the first word counts. */
export function bound(row: SessionRow, { by }: Fact, { data }: EventIn<"session.bound">): SessionRow {
  const isItself = by.kind === "host" && requestedSession(data.commandId) === row.sessionId;
  if (!isItself || row.boundTo !== null || isRequested(data.boundTo)) return row;
  return { ...row, boundTo: data.boundTo, lifecycle: "ready" };
}

/** The thread's row at the same moment. Both rows are as they were before the fact. */
export function pointedTo(
  row: SessionRow,
  fact: Fact,
  event: EventIn<"session.bound">,
  rows: Lookup,
): SessionRow | undefined {
  const asked = rows("sessions", sessionOf(fact) ?? "");
  if (asked === undefined || asked.spawn === null || isForeign(asked.hostId, fact)) return undefined;
  return bound(asked, fact, event) === asked ? undefined : tied(row, asked.spawn);
}

/** The row of one that was asked for after its command came to an end: without a thread it has failed. */
export function concluded(row: SessionRow, fact: Fact, rows: Lookup): SessionRow {
  const commandId = reportedCommand(fact);
  if (row.lifecycle !== "provisioning" || commandId !== row.spawn?.commandId) return row;
  const outcome = outcomeBy(rows("commands", commandId), fact);
  const isOver = outcome !== null && isFinal(outcome) && outcome.word !== "succeeded";
  return isOver ? { ...row, lifecycle: "failed" } : row;
}

/** People can attach to a thread that Codex keeps. */
export function attachable(row: SessionRow): SessionRow {
  const { spawn } = row;
  if (spawn === null || spawn.isAttachable || isRequested(row.sessionId) || !isKept(row)) return row;
  return { ...row, spawn: { ...spawn, isAttachable: true } };
}

/** Codex writes a thread down once it has a name or was spoken to (PROTOCOL trap 2). */
export const isKept = ({
  name,
  turnCount,
  preview,
}: Pick<SessionRow, "name" | "turnCount" | "preview">): boolean =>
  name !== null || turnCount > 0 || preview !== null;

/** The name under which it was asked for, which answers for it for ever; null where that is its only one, or nobody asked for it. */
export function firstNameOf({ sessionId, spawn }: Pick<SessionRow, "sessionId" | "spawn">): SessionId | null {
  const first = spawn === null ? null : requestedSession(spawn.commandId);
  return first === sessionId ? null : first;
}

/** In no list: it carries on under the name of its thread, or nobody asked for it. */
export const isHidden = ({ sessionId, boundTo, spawn }: SessionRow): boolean =>
  boundTo !== null || (isRequested(sessionId) && spawn === null);
