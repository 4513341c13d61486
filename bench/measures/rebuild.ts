/** All views from the log alone. */
import { join } from "node:path";
import { MAX_DRAFTS, openSqliteLog } from "@claw/eventlog";
import type { Entry } from "@claw/events";
import { Effect } from "effect";
import { type Bench, progress } from "../bench.ts";
import { makeEntries } from "../mix.ts";
import { runChild } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";

/** Writes a log of this many entries in 100 sessions. */
const fillLog = (folder: string, count: number): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: join(folder, "log.db") });
        for (const batch of batchesOf(makeEntries(count, 100)))
          yield* log.append(batch.map((entry) => ({ entry })));
      }),
    ),
  );

function* batchesOf(entries: Iterable<Entry>): Generator<readonly Entry[]> {
  let batch: Entry[] = [];
  for (const entry of entries) {
    batch.push(entry);
    if (batch.length < MAX_DRAFTS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

export const rebuildBench: Bench = {
  name: "rebuild",
  run: async (isQuick) => {
    const count = isQuick ? 30_000 : 200_000;
    const value = await inFolder(async (folder) => {
      progress(`rebuild: writing a log of ${count} events`);
      await fillLog(folder, count);
      return runChild("rebuild.ts", [folder]);
    });
    return [{ name: "rebuild of all views", value, unit: "events/s", better: "more", aim: "≥ 50,000" }];
  },
};
