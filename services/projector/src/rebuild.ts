/** Building the views again beside the ones that serve, and putting them in their place without anybody noticing. */
import { sequence } from "@claw/events";
import { viewDigestSteps } from "@claw/views";
import { Effect } from "effect";
import { CLOSED } from "./breaker.ts";
import { attempt, type ProjectorFault, type ViewsUnavailable } from "./faults.ts";
import { build, CHUNK } from "./fold.ts";
import { closeGeneration, type Generation, newGeneration, pointAt, sweep } from "./generations.ts";
import type { House } from "./house.ts";

/** What a rebuild found. */
export interface Rebuilt {
  readonly generation: number;
  readonly position: number;
  /** Whether the old views held the same, byte for byte, at the same position. */
  readonly isEqual: boolean;
}

/**
 * Builds a new generation from the first entry while the old one serves and goes on; when it has nearly caught up, the old one pauses,
 * both are compared at one position, and the new one takes its place. A failed rebuild leaves the old one as it was. One at a time.
 */
export const rebuild = (house: House): Effect.Effect<Rebuilt, ProjectorFault> =>
  house.building.withPermit(
    Effect.acquireUseRelease(
      attempt(() => newGeneration(house.directory, house.projections)),
      (next) => buildAndSwap(house, next),
      (next) => Effect.sync(() => discardUnlessServing(house, next)),
    ),
  );

const buildAndSwap = Effect.fnUntraced(function* (
  house: House,
  next: Generation,
): Effect.fn.Return<Rebuilt, ProjectorFault> {
  const fromMs = house.clocks.monoMs();
  const behind = (): number => house.live.store.checkpoint().position - next.store.checkpoint().position;
  do yield* buildUpToLive(house, next);
  while (behind() > CHUNK);
  return yield* house.writing.withPermit(
    Effect.gen(function* () {
      yield* buildUpToLive(house, next);
      const isEqual = (yield* digestOf(house.live)) === (yield* digestOf(next));
      yield* attempt(() => swap(house, next));
      house.report.rebuilt(isEqual);
      house.report.built(house.clocks.monoMs() - fromMs);
      return { generation: next.number, position: next.store.checkpoint().position, isEqual };
    }),
  );
});

/** The old quarantines are history: its own breaker, from zero. */
const buildUpToLive = (house: House, next: Generation): Effect.Effect<unknown, ProjectorFault> =>
  Effect.suspend(() =>
    build(house, next, CLOSED, sequence(house.live.store.checkpoint().position), () => {}),
  );

/** Between two questions of a reader: it reads from the old file, then from the new one, and both hold the same position. */
function swap(house: House, next: Generation): void {
  const old = house.live;
  pointAt(house.directory, next);
  house.live = next;
  closeGeneration(old);
  sweep(house.directory, next);
}

function discardUnlessServing(house: House, next: Generation): void {
  if (house.live === next) return;
  closeGeneration(next);
  sweep(house.directory, house.live);
}

const digestOf = Effect.fnUntraced(function* ({
  store,
}: Generation): Effect.fn.Return<string, ViewsUnavailable> {
  const steps = viewDigestSteps(store.db);
  for (;;) {
    const step = yield* attempt(() => steps.next());
    if (step.done === true) return step.value;
    yield* Effect.yieldNow;
  }
});
