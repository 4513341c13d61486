/**
 * Receipts: what the ledger of record holds of each host's outbox. They travel projector → ingest → connector and are what lets a host forget.
 * On one machine the log is the ledger, so an append is its own receipt.
 */
import type { Epoch, HostId } from "@claw/events";
import type { Effect, Stream } from "effect";

export interface Receipt {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  /** Every fact of this epoch up to this one is in the ledger. */
  readonly confirmed: number;
  readonly missing: readonly (readonly [number, number])[];
}

/**
 * A receipt with what it is worth. Proven: the ledger of record says so itself, now. Not proven: it is the last that was heard, or zero where none
 * was; then the ledger may hold more, and nothing may be concluded from what it seems to lack.
 */
export interface KnownReceipt extends Receipt {
  readonly isProven: boolean;
}

export interface Receipts {
  /** What is known of one epoch of a host now. */
  readonly of: (hostId: HostId, epoch: Epoch) => Effect.Effect<KnownReceipt>;
  /** Receipts as they come. */
  readonly follow: Stream.Stream<Receipt>;
}
