/** The feed: whispers of what moved, for whoever listens, and a bell for whoever waits for a position. */
import { type Position, position } from "@claw/events";
import type { Batch } from "@claw/views";
import type { Feed, Whisper } from "@claw/wire";
import { Deferred, Effect, PubSub, Stream } from "effect";

/** Whispers that wait for one slow listener; it loses the oldest, and can tell by the positions. */
const MAX_WAITING = 256;

interface Waiter {
  readonly position: Position;
  readonly reached: Deferred.Deferred<void>;
}

export interface FeedSource {
  readonly feed: Feed;
  /** Tells what a commit changed. */
  readonly tell: (batch: Batch) => void;
}

/** `stands` says where the views stand. */
export const makeFeed = (stands: () => Position): Effect.Effect<FeedSource> =>
  Effect.map(PubSub.sliding<Whisper>(MAX_WAITING), (whispers) => {
    const waiters = new Set<Waiter>();
    return {
      feed: {
        position: stands,
        subscribe: Effect.map(PubSub.subscribe(whispers), Stream.fromSubscription),
        reached: (position) => reach(waiters, stands, position),
      },
      tell: (batch) => {
        PubSub.publishUnsafe(whispers, whisperOf(batch));
        wake(waiters, stands());
      },
    };
  });

const whisperOf = ({ checkpoint, touched }: Batch): Whisper => ({
  position: position(checkpoint.position),
  changes: Array.from(touched.values(), ({ view, key, position }) => ({ view, key, position })),
});

const reach = (waiters: Set<Waiter>, stands: () => Position, position: Position): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (stands() >= position) return Effect.void;
    const waiter = { position, reached: Deferred.makeUnsafe<void>() };
    waiters.add(waiter);
    return Effect.ensuring(
      Deferred.await(waiter.reached),
      Effect.sync(() => waiters.delete(waiter)),
    );
  });

function wake(waiters: ReadonlySet<Waiter>, stands: Position): void {
  for (const { position, reached } of waiters)
    if (position <= stands) Deferred.doneUnsafe(reached, Effect.void);
}
