/** A token bucket: may the next one begin now? Pure; the caller brings the time. */
export interface Bucket {
  readonly left: number;
  readonly atMonoMs: number;
}

export interface BucketLimits {
  readonly perSecond: number;
  /** Tokens that a full bucket holds. In any second at most `burst + perSecond` begin. */
  readonly burst: number;
}

/** Of one host: whoever cycles through sockets with its token takes the turns of no other. An honest one comes once in many minutes. */
export const WELCOMES_OF_HOST: BucketLimits = { perSecond: 1, burst: 16 };

export const fullBucket = (monoMs: number, { burst }: BucketLimits): Bucket => ({
  left: burst,
  atMonoMs: monoMs,
});

/** Takes a token; null where there is none. A clock that steps back fills nothing. */
export function take(bucket: Bucket, monoMs: number, limits: BucketLimits): Bucket | null {
  const left = leftAt(bucket, monoMs, limits);
  return left < 1 ? null : { left: left - 1, atMonoMs: Math.max(monoMs, bucket.atMonoMs) };
}

/** How long until there is a token, in whole ms. */
export const untilTokenMs = (bucket: Bucket, monoMs: number, limits: BucketLimits): number =>
  Math.ceil((Math.max(0, 1 - leftAt(bucket, monoMs, limits)) * 1_000) / limits.perSecond);

function leftAt({ left, atMonoMs }: Bucket, monoMs: number, { perSecond, burst }: BucketLimits): number {
  return Math.min(burst, left + (Math.max(0, monoMs - atMonoMs) * perSecond) / 1_000);
}
