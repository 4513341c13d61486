/** Since when somebody was away. Pure. */

/** Shorter than that nobody was away: a coffee, another window. */
export const AWAY_MS = 10 * 60_000;

/** Epoch ms since when, by the last moment at which somebody looked; null where somebody was here all the time, or never. */
export const awayFrom = (seenAt: number | null, now: number): number | null =>
  seenAt !== null && now - seenAt >= AWAY_MS ? seenAt : null;
