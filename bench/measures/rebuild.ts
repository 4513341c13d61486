/** All views from the log alone. */
import { join } from "node:path";
import { MAX_DRAFTS, openSqliteLog } from "@claw/eventlog";
import { Effect } from "effect";
import { type Bench, progress } from "../bench.ts";
import { makeEntries } from "../mix.ts";
import { runChild } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";

/** Writes a log of this many entries in 100 sessions. */
export const fillLog = (folder: string, count: number): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: join(folder, "log.db") });
        const entries = makeEntries(count, 100);
        for (let written = 0; written < count; written += MAX_DRAFTS)
          yield* log.append([...entries.take(MAX_DRAFTS)].map((entry) => ({ entry })));
      }),
    ),
  );

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
