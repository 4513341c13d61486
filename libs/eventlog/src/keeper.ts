/**
 * The keeper of streams, as a port: what only the projector of record may do, with a key of its own (ADR 0009). Nothing here is done in passing:
 * a stream is made once per generation, and no entry is ever taken out of one.
 */
import type { Entry, Sequence } from "@claw/events";
import type { Effect, Stream } from "effect";
import type { LogUnavailable } from "./faults.ts";
import type { RawLog } from "./raw-log.ts";

export interface Keeper {
  /** The newest generation that owns the log's subjects, opened or not yet; null where there never was one, or where its stream was deleted. */
  readonly current: Effect.Effect<number | null, LogUnavailable>;
  /** The newest generation that was retired and whose stream is still there; 0 where there is none. */
  readonly newestRetired: Effect.Effect<number, LogUnavailable>;
  /** Makes what is missing of the streams of pulses and receipts, and generation 1 if `isFirst`. Refuses (`drifted`) a stream of other settings. */
  readonly ensure: (isFirst: boolean) => Effect.Effect<void, LogUnavailable>;
  /** Takes the log's subjects away from a generation, so that nothing is appended to it any more. Done twice, or to a stream that is gone, it is done. */
  readonly retire: (generation: number) => Effect.Effect<void, LogUnavailable>;
  /** The messages of a retired generation, or null where its stream is gone. */
  readonly retired: (generation: number) => Effect.Effect<RawLog | null, LogUnavailable>;
  /**
   * Begins a generation whose first sequence is `first`: makes its stream, appends `entries` in order, then `opening`, which opens it to others. A
   * beginning that was cut short is begun again from nothing. Refuses (`drifted`) a generation that was opened by another entry, and
   * (`io`, because whoever asked knew too little) one that was retired.
   */
  readonly begin: (
    generation: number,
    first: Sequence,
    entries: Stream.Stream<Entry, LogUnavailable>,
    opening: Entry,
  ) => Effect.Effect<void, LogUnavailable>;
  /** Deletes the stream of a retired generation. Refuses the one that is current. */
  readonly remove: (generation: number) => Effect.Effect<void, LogUnavailable>;
}
