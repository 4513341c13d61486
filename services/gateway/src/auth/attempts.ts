/**
 * Failed sign-ins, counted per address and minute in a table that cannot grow without end. What else may not go on for ever is counted alike (`Desk.opened`).
 *
 * A valid token is never held up by this: it has 256 random bits, so what is limited is noise and work, not guessing. Loopback is counted
 * like any other address.
 */

/** Failures from one address in one minute before it is told to wait. */
export const MAX_FAILURES = 30;
/** Addresses remembered at a time; beyond it, new ones are told to wait as if they had used up theirs. */
export const MAX_ADDRESSES = 10_000;
const MINUTE_MS = 60_000;

export interface Attempts {
  /** Counts a failure. Null if the address may go on, else how long it has to wait. */
  readonly failed: (address: string) => { readonly retryAfterMs: number } | null;
  /** How many addresses are remembered. */
  readonly size: () => number;
}

export function makeAttempts(monoMs: () => number): Attempts {
  const minute = { number: -1, counts: new Map<string, number>() };
  return {
    failed: (address) => countFailure(minute, address, monoMs()),
    size: () => minute.counts.size,
  };
}

interface Minute {
  number: number;
  readonly counts: Map<string, number>;
}

function countFailure(
  minute: Minute,
  address: string,
  nowMs: number,
): { readonly retryAfterMs: number } | null {
  const number = Math.floor(nowMs / MINUTE_MS);
  if (number !== minute.number) {
    minute.number = number;
    minute.counts.clear();
  }
  const wait = { retryAfterMs: Math.ceil((number + 1) * MINUTE_MS - nowMs) };
  const count = minute.counts.get(address);
  if (count === undefined && minute.counts.size >= MAX_ADDRESSES) return wait;
  const failures = (count ?? 0) + 1;
  minute.counts.set(address, Math.min(failures, MAX_FAILURES + 1));
  return failures > MAX_FAILURES ? wait : null;
}
