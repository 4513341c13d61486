/**
 * Group commit: everything that waits when a commit ends goes into the next one, because a synced commit costs the same for one draft and for
 * five hundred. Whoever appends waits for the commit that holds its drafts and for no timer.
 */
import { Effect } from "effect";
import { MAX_DRAFTS, type Outcome } from "../event-log.ts";
import { LogUnavailable } from "../faults.ts";
import type { Commit } from "./commit.ts";
import { closedFault, failureOf } from "./fault-of.ts";
import { type Prepared, weightOf } from "./rows.ts";

/** How much one transaction of several appends may weigh, in UTF-16 units. It holds at most `MAX_DRAFTS`: SQLite works on the event loop. */
const MAX_WEIGHT = 4 * 1_024 * 1_024;
/** How many drafts may wait, and how much they may weigh, before new ones are refused as `busy`: about a second's work. */
const MAX_WAITING_DRAFTS = 20_000;
const MAX_WAITING_WEIGHT = 64 * 1_024 * 1_024;

type Reply = Effect.Effect<readonly Outcome[], LogUnavailable>;

interface Waiting {
  readonly rows: readonly Prepared[];
  readonly weight: number;
  readonly reply: (reply: Reply) => void;
}

export interface Writer {
  /** An append that is interrupted while it waits may still be stored. */
  readonly append: (rows: readonly Prepared[]) => Reply;
  /** Appends that wait fail as `closed` and are not stored; so do later ones. */
  readonly close: () => void;
}

interface Desk {
  waiting: Waiting[];
  drafts: number;
  weight: number;
  scheduled: boolean;
  closed: boolean;
}

/** `committed` is called after each transaction, before its appends are answered. */
export function makeWriter(commit: Commit, committed: (outcomes: readonly Outcome[]) => void): Writer {
  const desk: Desk = { waiting: [], drafts: 0, weight: 0, scheduled: false, closed: false };
  const commitNext = (): void => {
    desk.scheduled = false;
    const group = takeGroup(desk);
    if (group.length > 0) answer(group, commit, committed);
    schedule(desk, commitNext);
  };
  return {
    append: (rows) =>
      Effect.callback((reply) => {
        const refusal = admit(desk, { rows, weight: sum(rows.map(weightOf)), reply });
        if (refusal === null) schedule(desk, commitNext);
        else reply(Effect.fail(refusal));
      }),
    close: () => close(desk),
  };
}

/** After the turn of the event loop: fibers that the last commit woke get their next appends into this one. */
function schedule(desk: Desk, commitNext: () => void): void {
  if (desk.scheduled || desk.waiting.length === 0) return;
  desk.scheduled = true;
  setImmediate(commitNext);
}

function admit(desk: Desk, append: Waiting): LogUnavailable | null {
  if (desk.closed) return closedFault();
  if (
    desk.drafts + append.rows.length > MAX_WAITING_DRAFTS ||
    desk.weight + append.weight > MAX_WAITING_WEIGHT
  )
    return new LogUnavailable({ reason: "busy", retry: "later", detail: `${desk.drafts} drafts wait` });
  desk.waiting.push(append);
  desk.drafts += append.rows.length;
  desk.weight += append.weight;
  return null;
}

/** The appends of the next transaction: at least one, and as many more as fit. An append is never divided. */
function takeGroup(desk: Desk): readonly Waiting[] {
  let drafts = 0;
  let weight = 0;
  const beyond = desk.waiting.findIndex((append, index) => {
    drafts += append.rows.length;
    weight += append.weight;
    return index > 0 && (drafts > MAX_DRAFTS || weight > MAX_WEIGHT);
  });
  const group = desk.waiting.splice(0, beyond === -1 ? desk.waiting.length : beyond);
  desk.drafts -= sum(group.map((append) => append.rows.length));
  desk.weight -= sum(group.map((append) => append.weight));
  return group;
}

function answer(
  group: readonly Waiting[],
  commit: Commit,
  committed: (outcomes: readonly Outcome[]) => void,
): void {
  const replies = repliesOf(group, commit, committed);
  group.forEach((append, index) => append.reply(replies(index)));
}

function repliesOf(
  group: readonly Waiting[],
  commit: Commit,
  committed: (outcomes: readonly Outcome[]) => void,
): (index: number) => Reply {
  try {
    const outcomes = commit(group.map((append) => append.rows));
    committed(outcomes.flat());
    return (index) => Effect.succeed(outcomes[index] ?? []);
  } catch (error) {
    return () => failureOf(error);
  }
}

function close(desk: Desk): void {
  desk.closed = true;
  const left = desk.waiting.splice(0);
  for (const append of left) append.reply(Effect.fail(closedFault()));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
