import type { Position } from "@claw/events";
import type { Whisper } from "@claw/wire";
import { Effect, Queue, Stream } from "effect";

/** A feed that whispers when told to. */
export function makeFakeFeed(standing: () => Position) {
  const queues = new Set<Queue.Queue<Whisper>>();
  return {
    feed: {
      position: standing,
      subscribe: Effect.gen(function* () {
        const queue = yield* Queue.sliding<Whisper>(16);
        queues.add(queue);
        return Stream.fromQueue(queue);
      }),
      reached: () => Effect.void,
    },
    whisper: (): void =>
      queues.forEach((queue) => Queue.offerUnsafe(queue, { position: standing(), changes: [] })),
  };
}
