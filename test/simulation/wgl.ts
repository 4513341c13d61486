/**
 * Whether a history is linearizable: each operation took effect at one moment between its begin and its end, in an order that a sequential specification allows.
 * The search of Wing and Gong, with Lowe's memory of what was tried: a set of operations that left the same state behind is tried once. What only
 * reads takes its place as soon as it may: if it could stand anywhere later, it can stand there.
 */

export interface Operation<Op> {
  readonly op: Op;
  readonly fromMs: number;
  /** Null: nobody was told that it is over. It may have taken effect at any moment since, or never. */
  readonly untilMs: number | null;
}

export interface Specification<State, Op> {
  readonly initial: State;
  /** The state after it, or null where it may not happen. */
  readonly step: (state: State, op: Op) => State | null;
  /** Whether it changes no state, whatever the state is. */
  readonly isRead: (op: Op) => boolean;
  /** The same for equal states, and for no others. */
  readonly keyOf: (state: State) => string;
}

/** A begin or an end, in a list from which what has its place is taken, and into which it is put back. */
interface Entry {
  readonly index: number;
  readonly isBegin: boolean;
  end: Entry | null;
  previous: Entry | null;
  next: Entry | null;
}

interface Placed<State> {
  readonly begin: Entry;
  readonly before: State;
  readonly done: bigint;
  readonly isFree: boolean;
}

/** Where an attempt stands. */
interface Attempt<State> {
  state: State;
  /** The operations that have a place, one bit each. */
  done: bigint;
  readonly placed: Placed<State>[];
  /** How many operations that are over have no place yet. */
  left: number;
}

/** Null if the history is linearizable, else the operation for which the longest attempt found no place. Operations that touch in time overlap. */
export function misplaced<State, Op>(
  { initial, step, isRead, keyOf }: Specification<State, Op>,
  operations: readonly Operation<Op>[],
): Operation<Op> | null {
  const head = listOf(operations);
  const left = operations.filter(({ untilMs }) => untilMs !== null).length;
  const attempt: Attempt<State> = { state: initial, done: 0n, placed: [], left };
  const tried = new Set<string>();
  let [most, stuck]: [number, Operation<Op> | null] = [-1, null];
  let entry = head.next;
  while (attempt.left > 0 && entry !== null) {
    const operation = operations[entry.index] as Operation<Op>;
    if (!entry.isBegin) {
      if (attempt.placed.length > most) [most, stuck] = [attempt.placed.length, operation];
      const last = goBack(attempt);
      if (last === null) return stuck;
      entry = last.next;
      continue;
    }
    const after = step(attempt.state, operation.op);
    const done = attempt.done | (1n << BigInt(entry.index));
    const key = after === null ? "" : `${done.toString(36)} ${keyOf(after)}`;
    if (after === null || tried.has(key)) {
      entry = entry.next;
      continue;
    }
    tried.add(key);
    place(attempt, { begin: entry, isFree: isRead(operation.op) }, after, done);
    entry = head.next;
  }
  return null;
}

function place<State>(
  attempt: Attempt<State>,
  { begin, isFree }: Pick<Placed<State>, "begin" | "isFree">,
  after: State,
  done: bigint,
): void {
  const { state: before, done: doneBefore } = attempt;
  attempt.placed.push({ begin, before, done: doneBefore, isFree });
  attempt.left -= begin.end === null ? 0 : 1;
  [attempt.state, attempt.done] = [after, done];
  takeOut(begin);
}

/** To the last place at which something else can be tried; gives what stood there. */
function goBack<State>(attempt: Attempt<State>): Entry | null {
  for (let last = attempt.placed.pop(); last !== undefined; last = attempt.placed.pop()) {
    [attempt.state, attempt.done] = [last.before, last.done];
    attempt.left += last.begin.end === null ? 0 : 1;
    putBack(last.begin);
    if (!last.isFree) return last.begin;
  }
  return null;
}

/** By time; begins come before ends of the same moment. */
function listOf<Op>(operations: readonly Operation<Op>[]): Entry {
  const marks = operations.flatMap(({ fromMs, untilMs }, index) => {
    const end = untilMs === null ? null : entryOf(index, false);
    const begin = { at: fromMs, entry: { ...entryOf(index, true), end } };
    return end === null || untilMs === null ? [begin] : [begin, { at: untilMs, entry: end }];
  });
  marks.sort((one, other) => one.at - other.at || Number(other.entry.isBegin) - Number(one.entry.isBegin));
  const head = entryOf(-1, true);
  let last = head;
  for (const { entry } of marks) {
    [last.next, entry.previous] = [entry, last];
    last = entry;
  }
  return head;
}

const entryOf = (index: number, isBegin: boolean): Entry => ({
  index,
  isBegin,
  end: null,
  previous: null,
  next: null,
});

function takeOut(begin: Entry): void {
  for (const entry of [begin, begin.end]) {
    if (entry === null) continue;
    if (entry.previous !== null) entry.previous.next = entry.next;
    if (entry.next !== null) entry.next.previous = entry.previous;
  }
}

/** In the opposite order of `takeOut`, so that each finds its neighbours as they were. */
function putBack(begin: Entry): void {
  for (const entry of [begin.end, begin]) {
    if (entry === null) continue;
    if (entry.previous !== null) entry.previous.next = entry;
    if (entry.next !== null) entry.next.previous = entry;
  }
}
