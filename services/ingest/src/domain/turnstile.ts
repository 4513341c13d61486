/**
 * A turnstile: so many pass in any second, whoever comes sooner stands in a line, and the line has an end. Pure; the caller brings the time.
 *
 * A turn is given when it is taken, never ahead of time: a house that stood still for a while would otherwise let in at once all whose turn had come
 * meanwhile, and the next ones as if nothing had been.
 */
import { type Bucket, type BucketLimits, fullBucket, take, untilTokenMs } from "./bucket.ts";

export interface TurnstileLimits extends BucketLimits {
  /** How long the last one of the line waits, when the house keeps up. */
  readonly maxWaitMs: number;
}

/**
 * Uplinks that are let in: at most 200 in any second, so that a thousand hosts which all come back are welcome within ten and what they send is
 * read meanwhile (RELIABILITY R5). Who has to wait is held before the upgrade, well within the ten seconds that a connector gives its greeting.
 */
export const WELCOMES: TurnstileLimits = { perSecond: 185, burst: 15, maxWaitMs: 4_000 };

export interface Turnstile<Who> {
  readonly bucket: Bucket;
  /** In their order. */
  readonly line: readonly Who[];
}

export const openTurnstile = <Who>(monoMs: number, limits: BucketLimits): Turnstile<Who> => ({
  bucket: fullBucket(monoMs, limits),
  line: [],
});

/** Somebody comes, and stands in the line until `pass` says that it is their turn; null where the line is too long. */
export function arrive<Who>(
  { bucket, line }: Turnstile<Who>,
  who: Who,
  monoMs: number,
  limits: TurnstileLimits,
): Turnstile<Who> | null {
  const places = Math.floor((limits.perSecond * limits.maxWaitMs) / 1_000);
  const isFree = line.length === 0 && take(bucket, monoMs, limits) !== null;
  return isFree || line.length < places ? { bucket, line: [...line, who] } : null;
}

/** Somebody leaves the line, and takes nothing with them. */
export const leave = <Who>({ bucket, line }: Turnstile<Who>, who: Who): Turnstile<Who> => ({
  bucket,
  line: line.filter((other) => other !== who),
});

export interface Passing<Who> {
  readonly turnstile: Turnstile<Who>;
  /** Whose turn it is, in their order. */
  readonly passed: readonly Who[];
  /** When the next one may have a turn, in ms from now; null: nobody waits. */
  readonly nextMs: number | null;
}

export function pass<Who>(
  { bucket, line }: Turnstile<Who>,
  monoMs: number,
  limits: BucketLimits,
): Passing<Who> {
  let [now, count] = [bucket, 0];
  while (count < line.length) {
    const next = take(now, monoMs, limits);
    if (next === null) break;
    now = next;
    count += 1;
  }
  const rest = line.slice(count);
  return {
    turnstile: { bucket: now, line: rest },
    passed: line.slice(0, count),
    nextMs: rest.length === 0 ? null : untilTokenMs(now, monoMs, limits),
  };
}
