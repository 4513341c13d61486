/** A token bucket with a waiting line: when may the next one begin? Pure; the caller brings the time. */
export interface Bucket {
  /** Below 0: so many wait. */
  readonly left: number;
  readonly atMonoMs: number;
}

export interface BucketLimits {
  readonly perSecond: number;
  /** Tokens that a full bucket holds. In any second at most `burst + perSecond` begin. */
  readonly burst: number;
  /** How long one may wait for its token. */
  readonly maxWaitMs: number;
}

/**
 * Uplinks that are let in: at most 200 in any second, so that a thousand hosts which all come back are welcome within ten and what they send is
 * read meanwhile (RELIABILITY R5). Who has to wait is held before the upgrade, well within the ten seconds that a connector gives its greeting.
 */
export const WELCOMES: BucketLimits = { perSecond: 185, burst: 15, maxWaitMs: 4_000 };

/** Of one host: whoever cycles through sockets with its token takes the turns of no other. An honest one comes once in many minutes. */
export const WELCOMES_OF_HOST: BucketLimits = { perSecond: 1, burst: 16, maxWaitMs: 0 };

export const fullBucket = (monoMs: number, { burst }: BucketLimits): Bucket => ({
  left: burst,
  atMonoMs: monoMs,
});

export interface Turn {
  readonly bucket: Bucket;
  readonly waitMs: number;
}

/** Takes the next turn, now or after a wait; null where the wait would be too long. A clock that steps back fills nothing. */
export function takeTurn(
  bucket: Bucket,
  monoMs: number,
  { perSecond, burst, maxWaitMs }: BucketLimits,
): Turn | null {
  const elapsedMs = Math.max(0, monoMs - bucket.atMonoMs);
  const left = Math.min(burst, bucket.left + (elapsedMs * perSecond) / 1_000) - 1;
  const waitMs = left < 0 ? Math.ceil((-left * 1_000) / perSecond) : 0;
  return waitMs > maxWaitMs
    ? null
    : { bucket: { left, atMonoMs: Math.max(monoMs, bucket.atMonoMs) }, waitMs };
}
