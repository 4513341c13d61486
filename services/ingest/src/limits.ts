/** What one host may use up, and how many may come at once. Generous: only a flood or a forger meets them (RELIABILITY S14). */
import { type BucketLimits, WELCOMES_OF_HOST } from "./domain/bucket.ts";
import { MAX_EPOCHS_A_DAY } from "./domain/epochs.ts";
import { MAX_BYTES_A_MINUTE } from "./domain/pace.ts";
import { type TurnstileLimits, WELCOMES } from "./domain/turnstile.ts";
import { MAX_SESSIONS_OF_HOST } from "./register.ts";

export interface IngestLimits {
  readonly welcomes: TurnstileLimits;
  readonly welcomesOfHost: BucketLimits;
  readonly sessionsOfHost: number;
  readonly epochsADay: number;
  readonly bytesAMinute: number;
}

export const INGEST_LIMITS: IngestLimits = {
  welcomes: WELCOMES,
  welcomesOfHost: WELCOMES_OF_HOST,
  sessionsOfHost: MAX_SESSIONS_OF_HOST,
  epochsADay: MAX_EPOCHS_A_DAY,
  bytesAMinute: MAX_BYTES_A_MINUTE,
};
