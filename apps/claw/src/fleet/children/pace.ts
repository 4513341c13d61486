/** When a child that ended is started again. Pure. */

/** 0.2 s after the first end, twice as long after each further one, at most 5 s: a restart storm would hide what is wrong. */
const FIRST_MS = 200;
const LONGEST_MS = 5_000;
/** A child that ran this long had started well, so its end is a first one again. */
const WELL_MS = 30_000;

export interface Pace {
  /** How long to wait before the next start. */
  readonly pauseMs: number;
  /** Ends in a row, this one included. */
  readonly inARow: number;
}

export const FRESH: Pace = { pauseMs: 0, inARow: 0 };

/** After a child that ran for `ranMs` has ended. */
export function afterEnd(pace: Pace, ranMs: number): Pace {
  const inARow = ranMs >= WELL_MS ? 1 : pace.inARow + 1;
  return { inARow, pauseMs: Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(inARow - 1, 10)) };
}
