/** Waiting for the end of something, without asking again and again: by the row's own changes, until it is over, late, or nobody listens any more. */
import { Effect, Exit, Option } from "effect";
import type { Place } from "./waiters.ts";

/** What is seen of a thing, and whether there is more to wait for. */
export interface Seen<What> {
  readonly what: What | null;
  readonly isOver: boolean;
}

/** Looks now, and whenever the row changes. After `waitMs`, or when the caller goes away, it answers with what is seen then. */
export const waitUntilOver = <What>(
  place: Place,
  look: () => Seen<What>,
  { waitMs, left }: { readonly waitMs: number; readonly left: AbortSignal },
): Effect.Effect<Seen<What>> =>
  Effect.suspend(() => {
    const now = look();
    if (now.isOver || waitMs === 0) return Effect.succeed(now);
    return Effect.raceFirst(over(place, look), gone(left)).pipe(
      Effect.timeoutOption(waitMs),
      Effect.map(Option.getOrNull),
      Effect.map((seen) => seen ?? look()),
    );
  });

/** A look that fails is its own caller's failure, and nobody else's. */
const over = <What>(place: Place, look: () => Seen<What>): Effect.Effect<Seen<What>> =>
  Effect.callback((resume) => {
    place.watch(() => {
      const seen = Effect.runSyncExit(Effect.sync(look));
      if (Exit.isFailure(seen) || seen.value.isOver) resume(seen);
    });
    return Effect.sync(place.leave);
  });

/** Ends when the caller goes away. */
const gone = (left: AbortSignal): Effect.Effect<null> =>
  Effect.callback((resume) => {
    const end = (): void => resume(Effect.succeed(null));
    if (left.aborted) return end();
    left.addEventListener("abort", end, { once: true });
    return Effect.sync(() => left.removeEventListener("abort", end));
  });
