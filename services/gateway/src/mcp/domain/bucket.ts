/** Token buckets, one per caller, in a table that cannot grow without end. */

export interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

export interface Rate {
  readonly perMinute: number;
  readonly atOnce: number;
}

const MINUTE_MS = 60_000;

/** The bucket after one is taken; or how long to wait for the next one, in ms. */
export function takeOne(
  bucket: Bucket | undefined,
  { perMinute, atOnce }: Rate,
  nowMs: number,
): { readonly bucket: Bucket } | { readonly retryAfterMs: number } {
  const filled =
    bucket === undefined
      ? atOnce
      : Math.min(atOnce, bucket.left + (Math.max(0, nowMs - bucket.atMs) * perMinute) / MINUTE_MS);
  if (filled >= 1) return { bucket: { left: filled - 1, atMs: nowMs } };
  return { retryAfterMs: Math.ceil(((1 - filled) * MINUTE_MS) / perMinute) };
}
