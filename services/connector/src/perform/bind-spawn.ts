/** What is written down of a spawn: its first word, its thread, and how far it has come. */
import type { Thread } from "@claw/codex-rpc";
import { sessionLane, type SessionId, type SpawnAct } from "@claw/events";
import type { Call, CommandRow } from "../domain/fence.ts";
import { sessionIdOf } from "../domain/names.ts";
import type { SessionState } from "../domain/remembered.ts";
import { bound, isUnbound, type Request, requested } from "../domain/requested.ts";
import { type Change, observe } from "../domain/session-state.ts";
import { forgotten, withThread } from "../domain/spawn.ts";
import { activityOf, describeThread } from "../domain/translate/thread.ts";
import type { Desk } from "../watch/desk.ts";
import type { PerformTools } from "./tools.ts";

/** What was said to be unknown before anything was called may have been called by a life that this outbox forgot. */
export const callIn = ({ call }: CommandRow): Call => call ?? forgotten;

/** The row with what is about to be asked, before it is. */
export function write({ outbox }: PerformTools, row: CommandRow, call: Call): CommandRow {
  const next = { ...row, call };
  outbox.commands.write({ sessionId: row.sessionId, row: next, newest: null, fact: null });
  return next;
}

/**
 * The thread is there: its session, its key, its name for whoever asked, and the row, in one commit. Null where the outbox has no room for it; then nothing of
 * it is written, and it is found again by its mark.
 */
export function bindThread(
  tools: PerformTools,
  desk: Desk,
  row: CommandRow,
  thread: Thread,
): CommandRow | null {
  try {
    return tools.outbox.commit(() => bindNow(tools, desk, row, thread));
  } catch (error) {
    if (error !== NO_ROOM) throw error;
    return null;
  }
}

const NO_ROOM = new Error("the outbox has no room for a thread");

function bindNow(tools: PerformTools, desk: Desk, row: CommandRow, thread: Thread): CommandRow {
  const { outbox, clocks } = tools;
  const { scrub } = desk.redaction;
  const seen = describeThread(thread, desk, null, scrub);
  const { sessionId } = seen;
  // The watch may have told of it already, and then knows more.
  if (outbox.session(sessionId) === null)
    say(tools, sessionId, observe(null, seen, activityOf(thread.status, scrub), clocks.wallMs()));
  tie(tools, row, { sessionId, threadId: thread.id });
  return write(tools, row, withThread(callIn(row), thread.id));
}

function say({ outbox }: PerformTools, sessionId: SessionId, { state, facts }: Change): void {
  if (!outbox.tell({ lane: sessionLane(sessionId), facts, session: { sessionId, state } })) throw NO_ROOM;
}

/** Its key, and its name for whoever asked; behind the first word of the session that was asked for, which the house may have lost. */
function tie(
  tools: PerformTools,
  row: CommandRow,
  thread: Pick<SessionState, "sessionId" | "threadId">,
): void {
  const { outbox, clocks, keys } = tools;
  const keyId = row.call?.spawned?.keyId ?? null;
  if (keyId !== null && !keys.bind(keyId, thread.sessionId)) throw NO_ROOM;
  if (!introduce(tools, requestOf(tools, row))) throw NO_ROOM;
  const asked = outbox.session(row.sessionId);
  if (asked !== null && isUnbound(asked))
    say(tools, row.sessionId, bound(asked, row.commandId, thread, clocks.wallMs()));
}

/** Its thread is on disk, and the house is to be told which it is: it lost what it had confirmed, and with that all that was told of sessions. */
export function isUntied({ outbox }: PerformTools, { sessionId, call }: CommandRow): boolean {
  const state = outbox.session(sessionId);
  return (call?.spawned?.threadId ?? null) !== null && (state === null || isUnbound(state));
}

/** Says so, in one commit with what is told again of the session. False as long as the thread itself was not told of again, or there is no room. */
export function tieAgain(tools: PerformTools, row: CommandRow): boolean {
  const { outbox } = tools;
  const threadId = row.call?.spawned?.threadId ?? null;
  if (threadId === null || !isUntied(tools, row)) return true;
  const thread = outbox.session(sessionIdOf(threadId));
  if (thread === null) return false;
  try {
    outbox.commit(() => tie(tools, row, thread));
    return true;
  } catch (error) {
    if (error !== NO_ROOM) throw error;
    return false;
  }
}

/** For what is about to be said of a spawn: nothing is said of a session that the house never heard of. */
export function introduceAgain(tools: PerformTools, row: CommandRow): void {
  if (tools.outbox.session(row.sessionId) !== null) return;
  if (!isUntied(tools, row) || !tieAgain(tools, row)) introduce(tools, requestOf(tools, row));
}

/** Says whose the session is that was asked for, unless that was said. False where the outbox has no room. */
export function introduce(tools: PerformTools, asked: Omit<Request, "hostId">): boolean {
  const { outbox, clocks, redaction, hostId } = tools;
  const { sessionId } = asked;
  if (outbox.session(sessionId) !== null) return true;
  const { state, facts } = requested({ ...asked, hostId }, redaction.scrub, clocks.wallMs());
  return outbox.tell({ lane: sessionLane(sessionId), facts, session: { sessionId, state } });
}

const requestOf = ({ hostId }: PerformTools, row: CommandRow): Request => {
  const { commandId, sessionId, endpointId } = row;
  return { commandId, sessionId, endpointId, hostId, act: row.act as SpawnAct };
};
