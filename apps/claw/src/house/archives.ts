/** The archives of a house on one machine: a folder of its data directory, which the archivist fills and empties (ADR 0014). */
import { join } from "node:path";
import { type ObjectStore, openDirectoryObjects } from "@claw/archives";
import type { ReadableLog } from "@claw/eventlog";
import { position } from "@claw/events";
import {
  type ArchivePatience,
  archiveRowsOf,
  makeArchivist,
  type Projector,
  readLedgerOf,
} from "@claw/projector";
import { type Clocks, type Diagnostics, EXIT, type Metrics, Stopped } from "@claw/runtime";
import type { Gate } from "@claw/wire";
import { Effect, type Scope } from "effect";

interface Archiving {
  readonly dataDir: string;
  readonly clocks: Clocks;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
  readonly log: ReadableLog;
  readonly projector: Projector;
  readonly gate: Gate;
  /** For tests: how long things wait. */
  readonly patience?: Partial<ArchivePatience>;
}

/** Archives for the time of a scope, and gives the store, for whoever reads archives. Stops the house where its folder cannot be written. */
export const keepArchives = Effect.fnUntraced(function* ({
  log,
  projector,
  ...shell
}: Archiving): Effect.fn.Return<ObjectStore, Stopped, Scope.Scope> {
  const store = yield* openArchives(shell.dataDir);
  const archivist = makeArchivist({
    ...shell,
    store,
    caughtUp: Effect.flatMap(log.last, (last) => projector.feed.reached(position(last))),
    rows: archiveRowsOf(projector),
    read: readLedgerOf(log),
  });
  yield* Effect.forkScoped(archivist);
  return store;
});

/** The folder `archives` of a data directory. */
export const openArchives = (dataDir: string): Effect.Effect<ObjectStore, Stopped> =>
  Effect.mapError(
    openDirectoryObjects(join(dataDir, "archives")),
    ({ reason, detail }) =>
      new Stopped({
        sentence: `Archives cannot be kept in ${join(dataDir, "archives")} (${reason}: ${detail}): make it a folder that can be written.`,
        exitCode: EXIT.fault,
      }),
  );
