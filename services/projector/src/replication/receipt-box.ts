/**
 * Receipts on their way out. Nobody waits for whoever reads them: of each life of a host's outbox the newest is kept until it was taken, and of
 * too many hosts the longest unread gives way, because an ingest asks again at a hello.
 */
import type { Receipt } from "@claw/wire";
import { Effect, Queue, Stream } from "effect";

/** Outboxes whose receipt waits to be read: more hosts than a fleet has. */
export const MAX_WAITING = 16_384;

export interface ReceiptBox {
  readonly put: (receipts: readonly Receipt[]) => void;
  /** Each receipt once, in the order in which they first waited. For one reader at a time. */
  readonly stream: Stream.Stream<Receipt>;
  /** Forgets what waits: for a ledger that is not of record any more. */
  readonly clear: () => void;
}

export const makeReceiptBox: Effect.Effect<ReceiptBox> = Effect.map(Queue.sliding<void>(1), (bell) => {
  const waiting = new Map<string, Receipt>();
  return {
    put: (receipts) => {
      for (const receipt of receipts) keep(waiting, receipt);
      if (waiting.size > 0) Queue.offerUnsafe(bell, undefined);
    },
    stream: Stream.flatMap(Stream.fromQueue(bell), () => Stream.fromArray(drain(waiting))),
    clear: () => waiting.clear(),
  };
});

function keep(waiting: Map<string, Receipt>, receipt: Receipt): void {
  waiting.set(`${receipt.hostId}/${receipt.epoch}`, receipt);
  if (waiting.size <= MAX_WAITING) return;
  const oldest = waiting.keys().next();
  if (oldest.done !== true) waiting.delete(oldest.value);
}

function drain(waiting: Map<string, Receipt>): readonly Receipt[] {
  const receipts = [...waiting.values()];
  waiting.clear();
  return receipts;
}
