/** Token buckets: so many at once, and so many a minute after that (RELIABILITY §5). They fill by themselves, so one that is full need not be kept. */
import type { Bucket } from "./state.ts";

export interface Size {
  readonly perMinute: number;
  readonly atOnce: number;
}

const MINUTE_MS = 60_000;
/** What fills by fractions may miss a whole by as little as this. */
const EPSILON = 1e-9;

/** A rate of 0 lets nothing through, not even at once. */
const capacity = ({ perMinute, atOnce }: Size): number => (perMinute === 0 ? 0 : atOnce);

/** What is in it at that time. A clock that went back fills nothing. */
export function levelAt(bucket: Bucket | undefined, size: Size, at: number): number {
  if (bucket === undefined) return capacity(size);
  const filled = (Math.max(0, at - bucket.at) * size.perMinute) / MINUTE_MS;
  return Math.min(capacity(size), bucket.level + filled);
}

/** Ms until one more is let through; 0 for now, null for never. */
export function waitOf(bucket: Bucket | undefined, size: Size, at: number): number | null {
  const missing = 1 - levelAt(bucket, size, at);
  if (missing <= EPSILON) return 0;
  return size.perMinute === 0 ? null : Math.ceil((missing * MINUTE_MS) / size.perMinute);
}

/** After one more was let through. */
export const drained = (bucket: Bucket | undefined, size: Size, at: number): Bucket => ({
  level: Math.max(0, levelAt(bucket, size, at) - 1),
  at,
});

export const isFull = (bucket: Bucket, size: Size, at: number): boolean =>
  levelAt(bucket, size, at) >= capacity(size);
