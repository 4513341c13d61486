/**
 * What arrives by itself, told as it arrives (N1-041). Synchronous: a whole batch of arrivals is one commit.
 *
 * A word about a thread that was not seen yet is not told; the thread is read, and what was missed comes with the backfill. So a thread that
 * must not leave the host never does, not even by one word.
 */
import type { Inbound, KnownNotification } from "@claw/codex-rpc";
import { answered } from "../domain/approvals.ts";
import { labelOf } from "../domain/scrub.ts";
import { active, closes, named, returns, spokenFor } from "../domain/session-state.ts";
import { isPrivate } from "../domain/title-threads.ts";
import { turnBegins, turnEnds } from "../domain/turns.ts";
import { activityOf } from "../domain/translate/thread.ts";
import { itemCompleted, itemStarted, type Means, usageReported } from "../domain/translate/turn.ts";
import { saneMs } from "../domain/names.ts";
import { change, type Desk, ignore, meansOf, subscription, type Watched, watched } from "./desk.ts";
import { dropNumber, dropTurn, hearQuestion } from "./questions.ts";

/** Live words that may wait for a backfill; beyond them the backfill is done again. */
const MAX_HELD = 1_000;

export function hear(desk: Desk, inbound: Inbound): void {
  if (inbound.kind === "unreadable") {
    desk.misread.count(inbound);
    return mistrust(desk);
  }
  if (inbound.kind === "request") return hearQuestion(desk, inbound);
  if (inbound.known) hearNotification(desk, inbound);
}

/** Something was said that could not be read, maybe about a turn: every thread that is at work is checked when it rests. */
function mistrust(desk: Desk): void {
  for (const thread of desk.threads.values()) if (thread.subscription.isActive) miss(thread);
}

/** A word of the thread is lost: its history is due, also when it is being read right now. */
function miss(thread: Watched): void {
  thread.isCaughtUp = false;
  thread.hasMissed = true;
}

function hearNotification(desk: Desk, heard: KnownNotification): void {
  if (heard.method === "thread/started") return threadStarted(desk, heard.params.thread);
  const { threadId } = heard.params as { readonly threadId?: unknown };
  const thread = typeof threadId === "string" ? watched(desk, threadId) : null;
  if (thread === null) return;
  // A question about files comes right behind them, and waits for no history.
  desk.files.note(heard, desk.redaction.scrub);
  if (waitsForHistory(thread, heard.method)) hold(thread, heard);
  else hearOfThread(desk, thread, heard);
}

function threadStarted(desk: Desk, thread: Parameters<typeof isPrivate>[0] & { readonly id: string }): void {
  if (isPrivate(thread)) return ignore(desk, thread.id);
  desk.ignored.delete(thread.id);
  const started = watched(desk, thread.id);
  if (started !== null) started.needsRead = true;
}

/** While the history is read, words about turns wait their turn, so that a lane is told in order. */
const waitsForHistory = (thread: Watched, method: string): boolean =>
  !thread.isCaughtUp &&
  thread.faults === 0 &&
  thread.subscription.status === "subscribed" &&
  /^(turn|item)\//.test(method);

function hold(thread: Watched, heard: KnownNotification): void {
  if (thread.held.length < MAX_HELD) thread.held.push(heard);
  else miss(thread);
}

/** Tells what was held, in order. */
export function letGo(desk: Desk, thread: Watched): void {
  const held = thread.held.splice(0);
  desk.outbox.commit(() => {
    for (const heard of held) hearOfThread(desk, thread, heard);
  });
}

function hearOfThread(desk: Desk, thread: Watched, heard: KnownNotification): void {
  const at = saneMs(heard.emittedAtMs) ?? desk.clocks.wallMs();
  switch (heard.method) {
    case "thread/status/changed":
      return statusChanged(desk, thread, heard.params.status, at);
    case "thread/name/updated":
      return change(desk, thread, (state) =>
        named(state, labelOf(heard.params.threadName, desk.redaction.scrub), at),
      );
    case "thread/closed":
      return closed(desk, thread, "unloaded", at);
    case "thread/archived":
      return closed(desk, thread, "archived", at);
    case "thread/deleted":
      return closed(desk, thread, "deleted", at);
    case "thread/unarchived":
      return change(desk, thread, (state) => returns(state, at));
    case "serverRequest/resolved":
      dropNumber(thread, heard.params.requestId);
      return change(desk, thread, (state) => answered(state, heard.params.requestId, at));
    case "thread/tokenUsage/updated": {
      const { turnId, tokenUsage } = heard.params;
      const told = usageReported(turnId, tokenUsage, meansOf(desk, thread, at));
      return change(desk, thread, (state) => ({ state, facts: [told] }));
    }
    default:
      return hearOfTurn(desk, thread, heard, at);
  }
}

function hearOfTurn(desk: Desk, thread: Watched, heard: KnownNotification, at: number): void {
  const means = meansOf(desk, thread, at);
  switch (heard.method) {
    case "turn/started":
      return change(desk, thread, (state) => turnBegins(state, heard.params.turn, means));
    case "turn/completed":
      dropTurn(thread, heard.params.turn.id);
      return hearEnd(desk, thread, heard.params.turn, means);
    case "item/started": {
      const { item, turnId, startedAtMs } = heard.params;
      desk.deltas.begin({ threadId: thread.threadId, turnId, itemId: item.id });
      return change(desk, thread, (state) => ({
        state,
        facts: [itemStarted(item, turnId, startedAtMs, means)],
      }));
    }
    case "item/completed": {
      const { item, turnId, completedAtMs } = heard.params;
      desk.deltas.end({ threadId: thread.threadId, turnId, itemId: item.id });
      const told = itemCompleted(item, turnId, completedAtMs, means);
      return change(desk, thread, (state) => ({ state, facts: [told] }));
    }
    case "item/agentMessage/delta":
    case "item/plan/delta":
      return desk.deltas.push(heard.params);
    default:
  }
}

/** One turn runs at a time, so another one that is still open was cut off, unheard: its end is in the history. */
function hearEnd(desk: Desk, thread: Watched, turn: Parameters<typeof turnEnds>[1], means: Means): void {
  change(desk, thread, (state) => {
    const told = turnEnds(state, turn, means, thread.isCaughtUp);
    if (told.state.openTurns.length > 0) miss(thread);
    return told;
  });
}

function statusChanged(
  desk: Desk,
  thread: Watched,
  status: Parameters<typeof activityOf>[0],
  at: number,
): void {
  const activity = activityOf(status, desk.redaction.scrub);
  const isActive = activity.type === "active";
  const wasActive = thread.subscription.isActive;
  thread.statusHeard += 1;
  // What was doubted while it rested may be true of the next rest.
  thread.doubted = null;
  thread.activity = activity;
  // A turn begins unheard: what of it is over when the subscription stands comes with the backfill.
  if (isActive && thread.subscription.status !== "subscribed") thread.isCaughtUp = false;
  // Preview, name and branch may have changed with the turn.
  if (wasActive && !isActive) thread.needsRead = true;
  subscription(desk, thread, { type: "activity", isActive });
  if (!isActive) thread.questions.clear();
  change(desk, thread, (state) => {
    const spoken = spokenFor(state, desk.endpointId, activity);
    return spoken === null ? { state, facts: [] } : active(spoken, activity, at);
  });
}

function closed(desk: Desk, thread: Watched, how: "unloaded" | "archived" | "deleted", at: number): void {
  subscription(desk, thread, { type: "closed" });
  thread.questions.clear();
  // What is loaded elsewhere stays open; what is archived or deleted is so for every server on the home.
  change(desk, thread, (state) =>
    how === "unloaded" && state.endpointId !== desk.endpointId
      ? { state, facts: [] }
      : closes(state, how, at),
  );
}
