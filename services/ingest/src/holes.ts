/**
 * Holes: facts that neither the ledger of record nor their host has any more. Loss is never silent, so each range is a fact of its own, once; and the
 * ledger goes on behind it.
 */
import type { Epoch, HostId } from "@claw/events";
import type { EventLog, LogUnavailable } from "@claw/eventlog";
import { Effect, Queue } from "effect";
import { lost, lostName } from "./domain/notices.ts";
import { hostOf, type Register } from "./register.ts";
import { appendNotations, type WriterParts } from "./writer.ts";

export interface Hole {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  /** Inclusive, both. */
  readonly from: number;
  readonly to: number;
}

/** Writes holes until the log fails for good. One that the log knows already is not written again, whoever found it. */
export const keepHoles = (
  parts: WriterParts,
  holes: Queue.Queue<Hole>,
): Effect.Effect<never, LogUnavailable> =>
  Effect.forever(
    Effect.flatMap(Queue.take(holes), (hole) =>
      Effect.gen(function* () {
        yield* parts.register.rows.caughtUp(parts.register.lastAppended);
        if (hostOf(parts.register, hole.hostId)?.hole === lostName(hole)) return;
        yield* appendNotations(parts, [lost(hole, parts.clocks.wallMs())]);
      }),
    ),
  );

/**
 * The last fact of an epoch below which this log lacks none, asked for where a host lacks facts that the ledger of record lacks too: what the log holds is on its
 * way to the ledger, and no hole.
 */
export const lastHeld = Effect.fnUntraced(function* (
  register: Register,
  log: Pick<EventLog, "last">,
  hostId: HostId,
  epoch: Epoch,
): Effect.fn.Return<number, LogUnavailable> {
  yield* register.rows.caughtUp(yield* log.last);
  const host = hostOf(register, hostId);
  return host?.epoch === epoch ? host.through : 0;
});
