/** Simulated time: what is to happen, in the order of its moments; of two at the same moment, the one that was planned first. */
interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export interface Schedule {
  nowMs: number;
  planned: number;
  /** A binary heap. */
  readonly heap: Planned[];
}

export const newSchedule = (nowMs: number): Schedule => ({ nowMs, planned: 0, heap: [] });

const isBefore = (one: Planned, other: Planned): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);

export function plan(schedule: Schedule, atMs: number, run: () => void): void {
  const { heap } = schedule;
  const added: Planned = { atMs: Math.max(atMs, schedule.nowMs), order: schedule.planned, run };
  schedule.planned += 1;
  let index = heap.length;
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above] as Planned;
    if (isBefore(parent, added)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = added;
}

/** Runs everything up to that moment. */
export function runUntil(schedule: Schedule, untilMs: number): void {
  for (let next = schedule.heap[0]; next !== undefined && next.atMs <= untilMs; next = schedule.heap[0]) {
    removeFirst(schedule.heap);
    schedule.nowMs = next.atMs;
    next.run();
  }
  schedule.nowMs = untilMs;
}

function removeFirst(heap: Planned[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, heap[child] as Planned)) child += 1;
    const below = heap[child];
    if (below === undefined || isBefore(last, below)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}
