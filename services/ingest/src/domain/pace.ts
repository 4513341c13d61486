/** Bytes that one host may send in a minute, over all its uplinks. Beyond it its sockets rest until the minute is over; nobody else's do. Pure. */
export interface Pace {
  readonly sinceMonoMs: number;
  readonly bytes: number;
}

/** Twice what a host sends that empties a full outbox (256 MiB) in half a minute, so only a flood meets it. */
export const MAX_BYTES_A_MINUTE = 1_024 * 1_048_576;
const MINUTE_MS = 60_000;

/** The pace after some more bytes. A new minute begins with the first of them. */
export const spend = (pace: Pace | undefined, bytes: number, monoMs: number): Pace =>
  pace === undefined || isOver(pace, monoMs)
    ? { sinceMonoMs: monoMs, bytes }
    : { ...pace, bytes: pace.bytes + bytes };

export const isSpent = (pace: Pace | undefined, monoMs: number, maxBytes: number): boolean =>
  pace !== undefined && !isOver(pace, monoMs) && pace.bytes > maxBytes;

const isOver = ({ sinceMonoMs }: Pace, monoMs: number): boolean => monoMs - sinceMonoMs >= MINUTE_MS;
