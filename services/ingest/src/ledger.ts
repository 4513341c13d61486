/** What the log holds of a host's outbox. On one machine the log is the ledger, so an append is its own receipt. */
import { type Epoch, hostEntryId, type HostId } from "@claw/events";
import type { IndexedLog, LogUnavailable } from "@claw/eventlog";
import type { Health } from "@claw/runtime";
import type { KnownReceipt, Receipt, Receipts } from "@claw/wire";
import { Effect, PubSub, Stream } from "effect";
import { patiently } from "./patience.ts";

/** Receipts that wait for one slow follower; a later one says all that an earlier one said. */
const MAX_WAITING = 1_024;

/**
 * The highest sequence of an epoch that the log holds, or 0. `held` is one that it holds for certain, or 0. Ingest appends them in order, and what it
 * had to leave out lies below `held`, so the log is asked from there in strides that double and then halve: some forty look-ups for any number
 * of facts, a few where `held` is fresh.
 */
const highestSeq = Effect.fnUntraced(function* (
  log: IndexedLog,
  hostId: HostId,
  epoch: Epoch,
  held: number,
): Effect.fn.Return<number, LogUnavailable> {
  const holds = (seq: number): Effect.Effect<boolean, LogUnavailable> =>
    Effect.map(log.find(hostEntryId(hostId, epoch, seq)), (found) => found !== null);
  let stride = 1;
  while (yield* holds(held + stride)) stride *= 2;
  let there = held + Math.floor(stride / 2);
  let missing = held + stride;
  while (missing - there > 1) {
    const middle = Math.floor((there + missing) / 2);
    if (yield* holds(middle)) there = middle;
    else missing = middle;
  }
  return there;
});

export interface LocalReceipts {
  readonly receipts: Receipts;
  readonly publish: (receipt: Receipt) => void;
}

/** Receipts of one machine, each proven. Waits while the log is away. `heldOf` is what the registry has folded of an epoch. */
export const makeLocalReceipts = Effect.fnUntraced(function* (
  log: IndexedLog,
  health: Health,
  heldOf: (hostId: HostId, epoch: Epoch) => number,
): Effect.fn.Return<LocalReceipts> {
  const issued = yield* PubSub.sliding<Receipt>(MAX_WAITING);
  const of: Receipts["of"] = (hostId, epoch) =>
    patiently(health, "ingest", highestSeq(log, hostId, epoch, heldOf(hostId, epoch))).pipe(
      Effect.map((confirmed): KnownReceipt => ({ hostId, epoch, confirmed, missing: [], isProven: true })),
      Effect.orDie,
    );
  const publish = (receipt: Receipt): void => void PubSub.publishUnsafe(issued, receipt);
  return { receipts: { of, follow: Stream.fromPubSub(issued) }, publish };
});
