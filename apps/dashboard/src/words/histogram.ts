/** How many fall into each stretch of time. Pure. */

export interface Stretches {
  /** Epoch ms at which the last stretch ends. */
  readonly until: number;
  /** Ms of one stretch. */
  readonly eachMs: number;
  readonly count: number;
}

/** Counts of the stretches, the oldest first. What is older, later than `until`, or not known is in none of them. */
export function countsIn(
  times: readonly (number | null)[],
  { until, eachMs, count }: Stretches,
): readonly number[] {
  const counts = Array.from({ length: count }, () => 0);
  for (const at of times) {
    if (at === null) continue;
    const index = count - 1 - Math.floor((until - at) / eachMs);
    if (index >= 0 && index < count) counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

export const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
