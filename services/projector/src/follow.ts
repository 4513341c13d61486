/** The projector at work: build what is missing, then follow the log, and outlast what passes. */
import type { Logged } from "@claw/eventlog";
import { sequence } from "@claw/events";
import { backoffMs, type BackoffLimits } from "@claw/runtime";
import { Effect, Stream } from "effect";
import { attempt, phraseOf, ProjectingStopped, type ProjectorFault } from "./faults.ts";
import { build, chunksOf, foldLive } from "./fold.ts";
import { pointAt, sweep } from "./generations.ts";
import type { House } from "./house.ts";

/** Waits between tries while the log or the disk is away (RELIABILITY 3.4). */
const PATIENCE: BackoffLimits = { baseMs: 100, capMs: 5_000 };

/** Projects until a fault that does not pass; then health says which, and what was projected stays readable. */
export const project = Effect.fnUntraced(function* (house: House): Effect.fn.Return<void> {
  for (let tries = 0; ; tries += 1) {
    const from = house.live.store.checkpoint().position;
    const fault = yield* Effect.flip(projectOnce(house));
    const phrase = phraseOf(fault);
    house.report.failing(phrase);
    house.diagnostics.warn({ fault: fault._tag, phrase, retry: fault.retry }, "projecting failed");
    if (fault.retry === "never") return;
    if (house.live.store.checkpoint().position > from) tries = 0;
    yield* Effect.sleep(backoffMs(tries, PATIENCE));
  }
});

/** Never succeeds: a log is followed for ever. */
const projectOnce = Effect.fnUntraced(function* (house: House): Effect.fn.Return<never, ProjectorFault> {
  yield* refuseOtherLog(house);
  if (!house.isReady) yield* house.building.withPermit(makeReady(house));
  yield* tellFollowing(house);
  yield* Stream.runForEachArray(
    Stream.suspend(() => house.log.follow(sequence(house.live.store.checkpoint().position))),
    (page) => Effect.forEach(chunksOf(page), (chunk) => commitLive(house, chunk), { discard: true }),
  );
  return yield* Effect.never;
});

const tellFollowing = (house: House): Effect.Effect<void, ProjectorFault> =>
  attempt(() => house.report.following(house.live.store.openQuarantines()));

const commitLive = (house: House, chunk: readonly Logged[]): Effect.Effect<void, ProjectorFault> =>
  house.writing.withPermit(
    Effect.gen(function* () {
      const { batch, breaker } = yield* foldLive(house, house.live, house.breaker, chunk);
      house.breaker = breaker;
      house.report.committed(batch);
      house.source.tell(batch);
      if (batch.quarantine.size > 0) yield* tellFollowing(house);
    }),
  );

/** Builds the generation that was chosen at the start up to the end of the log, then points at it. */
const makeReady = Effect.fnUntraced(function* (house: House): Effect.fn.Return<void, ProjectorFault> {
  const target = yield* house.log.last;
  const { live, clocks } = house;
  const fromMs = clocks.monoMs();
  const progress = (): void => house.report.building(live.store.checkpoint().position / Math.max(1, target));
  progress();
  house.breaker = yield* build(house, live, house.breaker, target, (batch) => {
    house.report.committed(batch);
    house.source.tell(batch);
    progress();
  });
  yield* attempt(() => {
    pointAt(house.directory, live);
    sweep(house.directory, live);
  });
  house.isReady = true;
  house.report.built(clocks.monoMs() - fromMs);
});

/**
 * A log that is shorter than what was read from it, or that holds another entry at the place of the last one, lost its tail; it must not be
 * continued (DESIGN 14.5). The number alone would not tell, because a log that lost its tail uses its numbers again.
 */
const refuseOtherLog = Effect.fnUntraced(function* ({
  log,
  live,
}: House): Effect.fn.Return<void, ProjectorFault> {
  const { position, entryId } = live.store.checkpoint();
  if (entryId === null) return;
  const found = yield* log.find(entryId);
  if (found?.sequence === position) return;
  const last = yield* log.last;
  return yield* new ProjectingStopped({
    reason: "log.regressed",
    detail: `the log ends at ${last} and does not hold the entry that the views read at ${position}`,
    retry: "never",
  });
});
