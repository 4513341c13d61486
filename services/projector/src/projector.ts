/** The projector: the log as rows that readers see, always a whole commit, always able to be built again. */
import { join } from "node:path";
import type { IndexedLog, LogUnavailable } from "@claw/eventlog";
import { position } from "@claw/events";
import { type Clocks, type Diagnostics, EXIT, type Health, type Metrics, Stopped } from "@claw/runtime";
import {
  type AnyProjection,
  lockViews,
  readerOf,
  type ViewReader,
  viewProjections,
  type ViewSnapshot,
  ViewsRefused,
} from "@claw/views";
import type { Feed } from "@claw/wire";
import { Effect, Fiber, type Scope, Semaphore } from "effect";
import { CLOSED } from "./breaker.ts";
import type { ProjectorFault } from "./faults.ts";
import { makeFeed } from "./feed.ts";
import { project } from "./follow.ts";
import { chooseGeneration, closeGeneration, sweep } from "./generations.ts";
import type { House } from "./house.ts";
import { rebuild, type Rebuilt } from "./rebuild.ts";
import { makeReport } from "./report.ts";

export interface ProjectorOptions {
  /** The SQLite log of one machine, or the ledger of a fleet: an entry's sequence there is its position. */
  readonly log: IndexedLog;
  /** The views live in its folder `views`, which may be deleted whenever the projector does not run. */
  readonly dataDir: string;
  readonly clocks: Clocks;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
  /** Other projections than the house's: for tests. */
  readonly projections?: readonly AnyProjection[];
}

export interface Projector {
  readonly feed: Feed;
  /** Reads the generation that serves now; stays good through rebuilds, until the projector's scope closes. */
  readonly reader: () => ViewReader;
  /** The rows of the generation that serves, as they are now; to be closed soon, in any case before the projector's scope is. Throws `ViewsRefused`. */
  readonly snapshot: () => ViewSnapshot;
  /** How many entries of the log are not in the views yet. */
  readonly lag: () => Effect.Effect<number, LogUnavailable>;
  /** Builds the views again beside the ones that serve, and swaps them. */
  readonly rebuild: () => Effect.Effect<Rebuilt, ProjectorFault>;
  /** Never succeeds; dies with the defect that ended projecting, so that the process can crash of it. A fault ends nothing: health says it. */
  readonly ended: Effect.Effect<never>;
}

/**
 * Starts projecting for the time of a scope and returns at once: health says `rebuilding n %` until the end of the log was reached once. Fails
 * (`Stopped`) when the folder cannot be written or another process has it.
 */
export const startProjector = Effect.fnUntraced(function* (
  options: ProjectorOptions,
): Effect.fn.Return<Projector, Stopped, Scope.Scope> {
  const directory = join(options.dataDir, "views");
  yield* Effect.acquireRelease(
    refusable(() => lockViews(directory)),
    (lock) => Effect.sync(lock.release),
  );
  const house = yield* Effect.acquireRelease(openHouse(options, directory), ({ live }) =>
    Effect.sync(() => closeGeneration(live)),
  );
  const fiber = yield* Effect.forkScoped(Effect.tapDefect(project(house), () => tellDefect(house)));
  const reader = readerOf(() => house.live.reader);
  return {
    feed: house.source.feed,
    reader: () => reader,
    snapshot: () => house.live.reader.snapshot(),
    lag: () => Effect.map(house.log.last, (last) => last - house.live.store.checkpoint().position),
    rebuild: () => rebuild(house),
    ended: Effect.andThen(Fiber.join(fiber), Effect.never),
  };
});

const tellDefect = (house: House): Effect.Effect<void> =>
  Effect.sync(() => {
    house.report.failing("a defect ended projecting");
    house.diagnostics.fatal("a defect ended projecting");
  });

const openHouse = Effect.fnUntraced(function* (
  options: ProjectorOptions,
  directory: string,
): Effect.fn.Return<House, Stopped> {
  const projections = options.projections ?? viewProjections;
  const writing = yield* Semaphore.make(1);
  const building = yield* Semaphore.make(1);
  const { chosen, isPointedAt } = yield* refusable(() => {
    const choice = chooseGeneration(directory, projections);
    sweep(directory, choice.chosen);
    return choice;
  });
  const stands = (): ReturnType<typeof position> => position(house.live.store.checkpoint().position);
  const house: House = {
    log: options.log,
    directory,
    projections,
    clocks: options.clocks,
    diagnostics: options.diagnostics,
    report: makeReport(options.health, options.metrics, stands),
    source: yield* makeFeed(stands),
    writing,
    building,
    live: chosen,
    isReady: isPointedAt,
    breaker: CLOSED,
  };
  house.report.building(0);
  return house;
});

/** What is wrong with the folder, as the sentence that the process stops with. */
const refusable = <A>(work: () => A): Effect.Effect<A, Stopped> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(work());
    } catch (error) {
      if (!(error instanceof ViewsRefused)) throw error;
      const what = error.message.replace(/\.$/, "");
      const sentence = `The views cannot be kept: ${what}. Stop the other process, or set CLAW_DATA_DIR to a folder that can be written.`;
      return Effect.fail(new Stopped({ sentence, exitCode: EXIT.fault }));
    }
  });
