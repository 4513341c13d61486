/**
 * How each observation changes what is remembered of a session.
 * Pure: every function takes the state and returns the next one with the facts that are new. A fact that says nothing new is not told.
 */
import type { Activity, EndpointId } from "@claw/events";
import type { ClosedApproval, OpenApproval, SessionState } from "./remembered.ts";
import { type Fact, fact, openEvent } from "./telling.ts";
import { type Description, describedAs } from "./translate/thread.ts";

export interface Change {
  readonly state: SessionState;
  readonly facts: readonly Fact[];
}

export const MAX_OPEN = 64;

const unchanged = (state: SessionState): Change => ({ state, facts: [] });

/**
 * The session as one server may speak of it. Of two on one Codex home, the one that has the thread loaded speaks for it (W-17); null when the
 * other says what it does not do there.
 */
export function spokenFor(
  state: SessionState,
  endpointId: EndpointId,
  activity: Activity | null,
): SessionState | null {
  if (state.endpointId === endpointId) return state;
  return activity === null || activity.type === "notLoaded" ? null : { ...state, endpointId };
}

/** The thread as a list, a read or a notification describes it. `activity` is null when a newer word about it is known already. */
export function observe(
  state: SessionState | null,
  seen: Description,
  activity: Activity | null,
  at: number,
): Change {
  if (state === null) return firstSight(seen, activity ?? { type: "notLoaded", flags: [] }, at);
  return observeAgain(state, withSource(seen, state.threadSource ?? null), activity ?? state.activity, at);
}

/** A row of a list does not say who made the thread; what was said before stays true. */
const withSource = (seen: Description, threadSource: string | null): Description =>
  seen.data.threadSource !== null || threadSource === null
    ? seen
    : describedAs({ ...seen, data: { ...seen.data, threadSource } });

function observeAgain(state: SessionState, seen: Description, now: Activity, at: number): Change {
  if (seen.digest === state.described) return becomes(named(state, seen.name, at), now, at);
  const data = { ...seen.data, endpointId: state.endpointId, activity: now };
  const told = fact(openEvent("session.observed", at, data, { name: seen.name, preview: seen.preview }), "a");
  const { threadSource } = seen.data;
  const next = { ...state, described: seen.digest, name: seen.name, threadSource };
  return becomes({ state: next, facts: [told] }, now, at);
}

function firstSight(seen: Description, activity: Activity, at: number): Change {
  const body = { name: seen.name, preview: seen.preview };
  const state: SessionState = {
    sessionId: seen.sessionId,
    threadId: seen.threadId,
    endpointId: seen.data.endpointId,
    described: seen.digest,
    activity,
    name: seen.name,
    threadSource: seen.data.threadSource,
    standing: "open",
    isLost: false,
    lastTurnId: null,
    openTurns: [],
    approvals: [],
    isGapped: false,
  };
  return { state, facts: [fact(openEvent("session.observed", at, { ...seen.data, activity }, body), "a")] };
}

/**
 * Codex says what the thread does now. A thread that was put away and does something again is open again; one that rests waits for nobody, also if
 * nobody heard how its questions ended.
 */
export function becomes(before: Change, activity: Activity, at: number): Change {
  const awake = activity.type === "notLoaded" ? before : reopens(before, at);
  const over =
    activity.type === "active"
      ? { state: awake.state, facts: [] }
      : withdraw(awake.state, "turn_ended", () => true, at);
  const facts = [...awake.facts, ...over.facts];
  if (sameActivity(over.state.activity, activity) && !over.state.isLost) return { state: over.state, facts };
  const told = fact(openEvent("session.became", at, { activity }), "a");
  return { state: { ...over.state, activity, isLost: false }, facts: [...facts, told] };
}

const sameActivity = (a: Activity, b: Activity): boolean =>
  a.type === b.type && a.flags.join() === b.flags.join();

function reopens(before: Change, at: number): Change {
  if (before.state.standing === "open" || before.state.standing === "deleted") return before;
  const told = fact(openEvent("session.reopened", at, {}), "a");
  return { state: { ...before.state, standing: "open" }, facts: [...before.facts, told] };
}

/** `thread/unarchived`, or any sign that a thread which was put away is back. */
export const returns = (state: SessionState, at: number): Change => reopens(unchanged(state), at);

export const active = (state: SessionState, activity: Activity, at: number): Change =>
  becomes(unchanged(state), activity, at);

export function named(state: SessionState, name: string | null, at: number): Change {
  if (name === state.name) return unchanged(state);
  return { state: { ...state, name }, facts: [fact(openEvent("session.named", at, {}, { name }), "a")] };
}

/** Codex put the thread away; its questions are over. */
export function closes(state: SessionState, how: "unloaded" | "archived" | "deleted", at: number): Change {
  if (state.standing === how || state.standing === "deleted") return unchanged(state);
  const over = withdraw(state, "thread_closed", () => true, at);
  const told = fact(openEvent("session.closed", at, { how }), "a");
  return { state: { ...over.state, standing: how }, facts: [...over.facts, told] };
}

/** The app-server cannot be reached. Its open questions are out of sight, so they no longer count as open. */
export function loses(state: SessionState, reason: string, at: number): Change {
  const over = withdraw(state, "endpoint_lost", () => true, at);
  if (state.isLost || state.activity.type === "notLoaded" || state.standing !== "open") return over;
  const told = fact(openEvent("session.lost", at, { endpointId: state.endpointId, reason }), "a");
  return { state: { ...over.state, isLost: true }, facts: [...over.facts, told] };
}

/** Closes the open questions that `isOver` names. */
export function withdraw(
  state: SessionState,
  how: ClosedApproval["how"],
  isOver: (open: OpenApproval) => boolean,
  at: number,
): Change {
  const over = state.approvals.filter(isOver);
  if (over.length === 0) return unchanged(state);
  const facts = over.map(({ requestId }) =>
    fact(openEvent("approval.resolved", at, { requestId, how }), "a"),
  );
  const approvals = state.approvals.filter((open) => !isOver(open));
  const closedApprovals = [...(state.closedApprovals ?? []), ...over.map((one) => ({ ...one, how }))];
  return { state: { ...state, approvals, closedApprovals: closedApprovals.slice(-MAX_OPEN) }, facts };
}
