/** The bare log: what the rest is compared with. */
import { join } from "node:path";
import { MAX_DRAFTS, openSqliteLog } from "@claw/eventlog";
import type { Entry } from "@claw/events";
import { Effect } from "effect";
import type { Bench } from "../bench.ts";
import { makeEntries } from "../mix.ts";
import { inFolder } from "../support/folder.ts";

export const BARE_LOG = "bare log, synced batches of 500";

/** Appends ready entries in batches as large as ingest's, each one synced. Answers entries a second. */
const measure = (folder: string, entries: readonly Entry[]): Promise<number> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: join(folder, "log.db") });
        const startedAt = performance.now();
        for (let from = 0; from < entries.length; from += MAX_DRAFTS)
          yield* log.append(entries.slice(from, from + MAX_DRAFTS).map((entry) => ({ entry })));
        return (entries.length * 1_000) / (performance.now() - startedAt);
      }),
    ),
  );

export const logBench: Bench = {
  name: "log",
  run: async (isQuick) => {
    const entries = [...makeEntries(isQuick ? 15_000 : 60_000, 50)];
    const value = await inFolder((folder) => measure(folder, entries));
    return [{ name: BARE_LOG, value, unit: "events/s", better: "more", note: "the baseline" }];
  },
};
