/**
 * What a new connection learns by asking: first the threads in the server's memory, by exact reads, then those that were known before and are not
 * there, and last, in the background, the newest rows of the list. A home with thousands of old threads delays nothing (W-09, W-10, W-11).
 */
import {
  type CodexFault,
  loadedThreadIds,
  type MethodParams,
  type MethodResult,
  type Thread,
  threadSourceKinds,
} from "@claw/codex-rpc";
import { Effect } from "effect";
import { sessionIdOf } from "../domain/names.ts";
import type { SessionState } from "../domain/remembered.ts";
import { observe } from "../domain/session-state.ts";
import { isPrivate } from "../domain/title-threads.ts";
import { activityOf, describeThread } from "../domain/translate/thread.ts";
import { type Desk, tellChange, watched } from "./desk.ts";

/** Rows of the list that are reported at first sight; older threads are reported when something happens in them. */
const LISTED_ROWS = 200;
const PAGE_ROWS = 50;

/** Marks every thread that matters now; the watch then reads them. */
export const learnLoaded = Effect.fnUntraced(function* (desk: Desk): Effect.fn.Return<void, CodexFault> {
  const loaded = yield* loadedThreadIds(desk.connection);
  for (const threadId of loaded) watched(desk, threadId);
  for (const state of desk.outbox.sessionsOf(desk.endpointId))
    if (isUnfinished(state)) watched(desk, state.threadId);
});

/** Something was going on, or was left unsaid, when we last heard of it. */
const isUnfinished = ({ activity, isLost, isGapped, openTurns, standing }: SessionState): boolean =>
  standing !== "deleted" && (isLost || isGapped || openTurns.length > 0 || activity.type !== "notLoaded");

/** Reports stored threads that were never seen, newest first. */
export const learnListed = Effect.fnUntraced(function* (desk: Desk): Effect.fn.Return<void, CodexFault> {
  let cursor: string | null = null;
  for (let rows = 0; rows < LISTED_ROWS; rows += PAGE_ROWS) {
    const params: MethodParams<"thread/list"> = {
      sourceKinds: [...threadSourceKinds],
      limit: PAGE_ROWS,
      cursor,
    };
    const page: MethodResult<"thread/list"> = yield* desk.connection.request("thread/list", params);
    desk.outbox.commit(() => page.data.forEach((row) => firstSight(desk, row)));
    cursor = page.nextCursor ?? null;
    if (cursor === null) return;
  }
});

/** A row has less than a read, so it is used for what was never seen, and for what nobody reads because it is not loaded. */
function firstSight(desk: Desk, row: Thread): void {
  const sessionId = sessionIdOf(row.id);
  if (isPrivate(row) || desk.threads.has(row.id) || desk.outbox.session(sessionId) !== null) return;
  if (row.status.type !== "notLoaded") return void watched(desk, row.id);
  const { scrub } = desk.redaction;
  const seen = describeThread(row, desk, null, scrub);
  const sight = observe(null, seen, activityOf(row.status, scrub), desk.clocks.wallMs());
  tellChange(desk, { sessionId, isCaughtUp: false }, sight);
}
