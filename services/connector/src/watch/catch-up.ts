/** Reads a thread's history down to what was told before, and tells the rest (DESIGN 14.17). Then live words may be believed to be all. */
import { CodexFault, listTurns } from "@claw/codex-rpc";
import { Effect } from "effect";
import { type Ask, beginBackfill, continueBackfill, type Page, type Step } from "../domain/backfill.ts";
import { doubt } from "../domain/doubt.ts";
import type { SessionState } from "../domain/remembered.ts";
import { historyGapped, toldThrough, turnsListed } from "../domain/turns.ts";
import { change, type Desk, meansOf, tellChange, type Watched } from "./desk.ts";
import { letGo } from "./hear.ts";

/** For one page: a home that is slow to read must not keep a thread's live words waiting for longer. */
const PAGE_MS = 10_000;
/** A turn that seems to have ended by itself is looked at again after this. */
const SECOND_LOOK_MS = 1_000;
/** A list without end is read this often again before its rest is given up. */
const TRIES = 3;

export const catchUp = Effect.fnUntraced(function* (desk: Desk, thread: Watched) {
  const isWatching = listensThroughout(thread);
  const state = desk.outbox.session(thread.sessionId);
  if (state === null) {
    thread.needsRead = true;
    return;
  }
  // Another server has the thread loaded. To this one, a turn that runs there looks interrupted (W-17).
  if (state.endpointId !== desk.endpointId) {
    thread.isCaughtUp = true;
    return;
  }
  thread.hasMissed = false;
  yield* readAll(desk, thread, state).pipe(
    Effect.catchIf(isWithoutHistory, () => Effect.sync(() => noHistory(desk, thread, state))),
    // Before the held words are let go: one of them that finds no room makes the history due again, and that has to stay.
    Effect.tap((isWhole) => Effect.sync(() => settle(thread, isWhole && isWatching()))),
    // Also after a fault: what was heard meanwhile is told, and the history stays due.
    Effect.ensuring(Effect.sync(() => letGo(desk, thread))),
  );
  if (isDoubtful(thread)) {
    thread.isCaughtUp = false;
    thread.retryAt = desk.clocks.monoMs() + SECOND_LOOK_MS;
  }
  if (thread.isCaughtUp && state.isGapped)
    change(desk, thread, (current) => ({ state: { ...current, isGapped: false }, facts: [] }));
});

/** Caught up, unless a word was missed while the history was read: then it is read again, down to what was told. */
function settle(thread: Watched, isWhole: boolean): void {
  thread.isCaughtUp = isWhole && !thread.hasMissed;
}

/** What has to be true from before the first page on, so that nothing can fall between the pages and the live words. */
function listensThroughout(thread: Watched): () => boolean {
  const isSubscribed = (): boolean => thread.subscription.status === "subscribed";
  if (isSubscribed()) return isSubscribed;
  const { statusHeard } = thread;
  return () => !thread.subscription.isActive && thread.statusHeard === statusHeard;
}

/** True when all of it was told. */
const readAll = Effect.fnUntraced(function* (desk: Desk, thread: Watched, state: SessionState) {
  let step = beginBackfill(state.lastTurnId);
  let isTold = true;
  while (step.next !== null) {
    const page: Page = yield* ask(desk, thread, step.next.ask);
    step = continueBackfill(step.next.state, page);
    if (step.gap !== null && thread.faults < TRIES) return yield* Effect.fail(goesInCircles);
    isTold = tellStep(desk, thread, step) && isTold;
  }
  return isTold;
});

const ask = (
  desk: Desk,
  { threadId }: Watched,
  { cursor, limit, itemsView }: Ask,
): Effect.Effect<Page, CodexFault> =>
  listTurns(desk.connection, { threadId, cursor, limit, itemsView }).pipe(
    Effect.timeoutOrElse({ duration: PAGE_MS, orElse: () => Effect.fail(tooSlow) }),
  );

const goesInCircles = new CodexFault({
  code: "cursor_loop",
  retry: "later",
  message: "the list of turns has no end",
});

const tooSlow = new CodexFault({
  code: "request_timeout",
  retry: "later",
  message: "a page of turns did not come in time",
  timeoutMs: PAGE_MS,
});

const isDoubtful = ({ doubted, subscription }: Watched): boolean =>
  doubted !== null && !subscription.isActive;

function tellStep(desk: Desk, thread: Watched, { next, tell: turns, gap }: Step): boolean {
  const seen = next === null ? doubt(thread.doubted, turns, thread.subscription.isActive) : null;
  if (seen !== null) thread.doubted = seen.doubted;
  const tell = seen?.turns ?? turns;
  const state = desk.outbox.session(thread.sessionId);
  if (state === null) return false;
  const at = desk.clocks.wallMs();
  const missing = gap === null ? { state, facts: [] } : historyGapped(state, gap, at);
  const listed = turnsListed(missing.state, tell, meansOf(desk, thread));
  return tellChange(desk, thread, {
    state: toldThrough(listed.state, tell),
    facts: [...missing.facts, ...listed.facts],
  });
}

/** A thread that has nothing on disk yet, or a server that cannot list turns (N1-039). An error of no known code is a fault like another. */
const isWithoutHistory = ({ code, rpcCode }: CodexFault): boolean =>
  code === "method_unknown" || (code === "rejected" && REFUSED.includes(rpcCode ?? 0));

const REFUSED: readonly number[] = [-32_600, -32_601];

/** Nothing to tell; unless turns were seen to start, whose end is now out of reach. */
function noHistory(desk: Desk, thread: Watched, { openTurns }: SessionState): boolean {
  if (openTurns.length === 0) return true;
  change(desk, thread, (state) =>
    historyGapped({ ...state, openTurns: [] }, "unreadable", desk.clocks.wallMs()),
  );
  return true;
}
