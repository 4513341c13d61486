/** How long to wait before trying again: full jitter, so that a crowd that fell together does not come back together. */
export interface BackoffLimits {
  readonly baseMs: number;
  readonly capMs: number;
}

/** A wait between 0 and min(cap, base · 2^attempt). `random` gives numbers in [0, 1). */
export const backoffMs = (
  attempt: number,
  limits: BackoffLimits,
  random: () => number = Math.random,
): number => Math.round(random() * Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(attempt, 30)));
