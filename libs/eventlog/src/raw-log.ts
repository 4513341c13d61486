/**
 * The log as messages: what a projector replicates into its ledger. Whatever is stored comes through here, also what is no entry, because every
 * message has its place in the order (DESIGN 14.1). Only the stream has this view; the SQLite log is its own ledger.
 */
import type { Sequence } from "@claw/events";
import type { Effect, Stream } from "effect";
import type { LogUnavailable } from "./faults.ts";

/** One stored message as the server gave it. */
export interface RawMessage {
  readonly sequence: Sequence;
  readonly subject: string;
  /** The header `Nats-Msg-Id`, or null. An entry's is its id; see `jetstream/message.ts` for the one exception. */
  readonly messageId: string | null;
  readonly data: Uint8Array;
}

export interface RawLog {
  readonly generation: number;
  /** All messages after a sequence, then each new one. Fails as `ReadableLog.follow` does. */
  readonly follow: (after: Sequence | 0) => Stream.Stream<RawMessage, LogUnavailable>;
  /** All messages up to the last one at the time of the call, then ends. */
  readonly read: (after: Sequence | 0) => Stream.Stream<RawMessage, LogUnavailable>;
  /** The message with this number, or null. */
  readonly at: (sequence: Sequence) => Effect.Effect<RawMessage | null, LogUnavailable>;
  readonly last: Effect.Effect<Sequence | 0, LogUnavailable>;
}
