/** Tells the newest text of each subject: what was not told yet when a newer one comes is never told. */
import { Effect, Latch, type Scope } from "effect";
import { publish, roundTrip, SMALL, type Talk } from "./talk.ts";

/** How long the texts of a subject gather: at most one of each goes out in that time. */
const GATHER_MS = 50;
/** Subjects that may wait while the server is away. The one that waits longest is given up first. */
const MAX_WAITING = 10_000;
/** How long the server has to take what was told, before it is told again. */
const TAKEN_MS = 5_000;

export interface NewestTeller {
  readonly tell: (subject: string, text: string) => void;
}

/** Runs for the time of a scope. What the server may not have got is told again, unless there is something newer. */
export const makeNewestTeller = Effect.fnUntraced(function* (
  talk: Talk,
): Effect.fn.Return<NewestTeller, never, Scope.Scope> {
  const waiting = new Map<string, string>();
  const latch = Latch.makeUnsafe(false);
  yield* Effect.forkScoped(Effect.forever(tellOnce(talk, waiting, latch)));
  return {
    tell: (subject, text) => {
      waiting.delete(subject);
      waiting.set(subject, text);
      for (const oldest of waiting.keys()) {
        if (waiting.size <= MAX_WAITING) break;
        waiting.delete(oldest);
        talk.trouble("lost");
      }
      latch.openUnsafe();
    },
  };
});

const tellOnce = Effect.fnUntraced(function* (
  talk: Talk,
  waiting: Map<string, string>,
  latch: Latch.Latch,
): Effect.fn.Return<void> {
  yield* latch.await;
  latch.closeUnsafe();
  const batch = [...waiting];
  waiting.clear();
  for (const [subject, text] of batch) publish(talk, subject, text, SMALL);
  if (!(yield* roundTrip(talk, TAKEN_MS))) again(batch, waiting, latch);
  yield* Effect.sleep(GATHER_MS);
});

function again(
  batch: readonly (readonly [string, string])[],
  waiting: Map<string, string>,
  latch: Latch.Latch,
): void {
  for (const [subject, text] of batch)
    if (!waiting.has(subject) && waiting.size < MAX_WAITING) waiting.set(subject, text);
  latch.openUnsafe();
}
