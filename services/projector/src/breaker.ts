/**
 * The circuit breaker: one entry that cannot be folded is poison; many are a bug of ours, and going on would quarantine the whole log
 * (RELIABILITY 3.4: more than 20 a minute, or more than 1 % of the last 1,000). Pure.
 */
export interface Breaker {
  /** Entries that were seen so far. */
  readonly seen: number;
  /** The quarantined ones that still count: which one it was, and when (monotonic ms). */
  readonly marks: readonly { readonly nth: number; readonly atMs: number }[];
}

export const CLOSED: Breaker = { seen: 0, marks: [] };

const PER_MINUTE = 20;
const MINUTE_MS = 60_000;
const WINDOW = 1_000;
const PER_WINDOW = 10;

/** One more entry. */
export function count(breaker: Breaker, isQuarantined: boolean, atMs: number): Breaker {
  const seen = breaker.seen + 1;
  if (!isQuarantined) return { seen, marks: breaker.marks };
  const counting = breaker.marks.filter((mark) => mark.nth > seen - WINDOW || mark.atMs > atMs - MINUTE_MS);
  return { seen, marks: [...counting, { nth: seen, atMs }] };
}

/**
 * Why projecting must stop, or null. History is folded faster than it happened, so for it (`isLive` false) the rate of a minute means nothing.
 */
export function tripped({ seen, marks }: Breaker, isLive: boolean, atMs: number): string | null {
  const inWindow = marks.filter(({ nth }) => nth > seen - WINDOW).length;
  if (inWindow > PER_WINDOW) return `${inWindow} of the last ${WINDOW} entries could not be folded`;
  const inMinute = marks.filter((mark) => mark.atMs > atMs - MINUTE_MS).length;
  return isLive && inMinute > PER_MINUTE
    ? `${inMinute} entries of the last minute could not be folded`
    : null;
}
