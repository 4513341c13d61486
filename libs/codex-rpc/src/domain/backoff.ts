/** How an overloaded server is asked again: full jitter below an exponential ceiling. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
  /** Repeats after the first try; 0 never repeats. */
  readonly repeats: number;
}

export const defaultBackoff: Backoff = { baseMs: 100, capMs: 5_000, repeats: 6 };

/** The wait before repeat number `attempt` (0, 1, …), for a random number in [0, 1). Never above `capMs`. */
export function backoffMs(backoff: Backoff, attempt: number, random: number): number {
  return Math.floor(random * Math.min(backoff.capMs, backoff.baseMs * 2 ** attempt));
}
