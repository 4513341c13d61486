/** What the log holds of a host's outbox. On one machine the log is the ledger, so an append is its own receipt. */
import { type Epoch, hostEntryId, type HostId } from "@claw/events";
import type { EventLog, LogUnavailable } from "@claw/eventlog";
import type { Health } from "@claw/runtime";
import type { Receipt, Receipts } from "@claw/wire";
import { Effect, PubSub, Stream } from "effect";
import { patiently } from "./patience.ts";

/** Receipts that wait for one slow follower; a later one says all that an earlier one said. */
const MAX_WAITING = 1_024;

/**
 * The highest sequence of an epoch that the log holds, or 0. Ingest appends them in order without a hole, so the log is asked in strides that
 * double and then halve: some forty look-ups for any number of facts, and right even where the registry has not folded the newest.
 */
export const highestSeq = Effect.fnUntraced(function* (
  log: EventLog,
  hostId: HostId,
  epoch: Epoch,
): Effect.fn.Return<number, LogUnavailable> {
  const holds = (seq: number): Effect.Effect<boolean, LogUnavailable> =>
    Effect.map(log.find(hostEntryId(hostId, epoch, seq)), (found) => found !== null);
  let stride = 1;
  while (yield* holds(stride)) stride *= 2;
  let held = Math.floor(stride / 2);
  let missing = stride;
  while (missing - held > 1) {
    const middle = Math.floor((held + missing) / 2);
    if (yield* holds(middle)) held = middle;
    else missing = middle;
  }
  return held;
});

export interface LocalReceipts {
  readonly receipts: Receipts;
  readonly publish: (receipt: Receipt) => void;
}

/** Receipts of one machine. Waits while the log is away. */
export const makeLocalReceipts = Effect.fnUntraced(function* (
  log: EventLog,
  health: Health,
): Effect.fn.Return<LocalReceipts> {
  const issued = yield* PubSub.sliding<Receipt>(MAX_WAITING);
  const of: Receipts["of"] = (hostId, epoch) =>
    patiently(health, "ingest", highestSeq(log, hostId, epoch)).pipe(
      Effect.map((confirmed): Receipt => ({ hostId, epoch, confirmed, missing: [] })),
      Effect.orDie,
    );
  const publish = (receipt: Receipt): void => void PubSub.publishUnsafe(issued, receipt);
  return { receipts: { of, follow: Stream.fromPubSub(issued) }, publish };
});
