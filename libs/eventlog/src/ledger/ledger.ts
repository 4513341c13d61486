/**
 * The ledger, as a port: the durable copy of the log that views, replay and audits read, with the one order that readers see (DESIGN 14.1, ADR 0009).
 *
 * A ledger is an indexed log whose sequence is the position. It is filled with the stream's messages and with nothing else, so two ledgers that took
 * the same messages hold the same entries at the same positions, however the messages were cut into batches and however often they came.
 */
import type { Digest, Epoch, HostId, LedgerId, Placed, Position, Sequence } from "@claw/events";
import type { Effect, Stream } from "effect";
import type { IndexedLog } from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";
import type { RawMessage } from "../raw-log.ts";

/** The message that a ledger stands on: everything up to it was taken. Compared as a whole, because a stream gives its numbers twice. */
export interface Cursor {
  readonly generation: number;
  readonly sequence: Sequence;
  readonly messageId: string | null;
  /** SHA-256 of the message's bytes. */
  readonly digest: Digest;
}

/** What a ledger holds of one life of a host's outbox. The receipt of `@claw/wire` is one. */
export interface LedgerReceipt {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  /** Every fact of this epoch up to this one is in the ledger. */
  readonly confirmed: number;
  /** What has to be sent again, both ends included: the first `MAX_RANGES` holes. */
  readonly missing: readonly (readonly [number, number])[];
}

/** How many holes a receipt names: what a frame of the uplink takes. The others are named once these are closed. */
export const MAX_RANGES = 64;

/** How many entries wait for a gap, per host and epoch: four windows of the uplink, so that no honest ingest is ever turned away. */
export const MAX_PARKED = 4_096;

/** What became of a batch. Each count is of messages; what was passed over counts nowhere. */
export interface Taken {
  /** The last position that the ledger holds now. */
  readonly through: Position | 0;
  /** Entries that got a position, those that had waited for it included. */
  readonly admitted: number;
  /** Messages that were no entries, or not what they claimed. */
  readonly quarantined: number;
  readonly forks: number;
  readonly duplicates: number;
  readonly parked: number;
  /** Of each outbox that the batch touched, the newest. */
  readonly receipts: readonly LedgerReceipt[];
}

/** The bytes of a message that got a quarantine or a fork in its place, as far as they are kept. */
export interface Evidence {
  readonly subject: string;
  readonly messageId: string | null;
  /** How many there were; `data` holds at most the first 64 KiB. */
  readonly bytes: number;
  readonly data: Uint8Array;
}

/** What anybody may read of a ledger. `generation` and `start` say that it holds everything: positions go on over all generations of the stream. */
export interface ReadableLedger extends IndexedLog {
  readonly ledgerId: LedgerId;
  /** The chain at a position: 64 zeros at 0, null beyond the end. */
  readonly chain: (position: Position | 0) => Effect.Effect<Digest | null, LogUnavailable>;
  /** The message that the ledger stands on, or null where it took none yet. */
  readonly cursor: Effect.Effect<Cursor | null, LogUnavailable>;
  /** What it holds of one epoch of a host; nothing confirmed where it never heard of it. */
  readonly receipt: (hostId: HostId, epoch: Epoch) => Effect.Effect<LedgerReceipt, LogUnavailable>;
  /** Every host with the epoch that it was last heard in. */
  readonly hostsSeen: Effect.Effect<readonly Pick<LedgerReceipt, "hostId" | "epoch">[], LogUnavailable>;
  /** Each lane's last entry as of the call, in the order of their positions. */
  readonly tails: () => Stream.Stream<Placed, LogUnavailable>;
  /** The entries from a position on, that one included, up to the last one at the time of the call. */
  readonly entriesFrom: (position: Position) => Stream.Stream<Placed, LogUnavailable>;
  readonly evidence: (position: Position) => Effect.Effect<Evidence | null, LogUnavailable>;
  /** Bytes on disk, without the WAL. */
  readonly sizeBytes: Effect.Effect<number, LogUnavailable>;
}

export interface Ledger extends ReadableLedger {
  /**
   * Takes messages of a generation in their order: each at most 500 of them in one transaction, with everything that follows from them. Messages at
   * or before the cursor are passed over. After a failure some may have been taken: taking them again is safe.
   *
   * Until a generation is opened, what does not repeat what the ledger holds is passed over too. Refuses (`regressed`, never) messages of an older
   * generation; of a newer one whose sequences do not go on beyond the cursor; and an opening that goes on from another history than this ledger's.
   */
  readonly take: (
    generation: number,
    messages: readonly RawMessage[],
  ) => Effect.Effect<Taken, LogUnavailable>;
  /**
   * Takes messages of the cursor's own generation wherever they stand: what is left of a stream that lost its tail and was written on. What the
   * ledger holds is absorbed as a duplicate; the cursor never goes back.
   */
  readonly takeAgain: (
    generation: number,
    messages: readonly RawMessage[],
  ) => Effect.Effect<Taken, LogUnavailable>;
  /**
   * Takes over entries of the ledger of record, right behind this ledger's last position: for a replica that comes to a generation which began after
   * its end. Those at or before it are passed over, and the cursor stays. Refuses (`regressed`, never) what does not follow from what it holds. The
   * bytes of quarantined messages do not come with them.
   */
  readonly adopt: (entries: readonly Placed[]) => Effect.Effect<void, LogUnavailable>;
}

/** A ledger that another process of this machine fills. */
export interface LedgerReader extends ReadableLedger {
  /** Looks where the ledger ends now, and wakes who follows. */
  readonly refresh: Effect.Effect<Position | 0, LogUnavailable>;
}
