/** All views from the log alone. */
import { join } from "node:path";
import { MAX_DRAFTS, messageOf, openLedger, openSqliteLog } from "@claw/eventlog";
import { type Entry, sequence } from "@claw/events";
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

/** Takes the same entries into a ledger, as a projector of record takes a stream's messages. */
const fillLedger = (folder: string, count: number): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: join(folder, "ledger.db") });
        let last = 0;
        for (const batch of batchesOf(makeEntries(count, 100))) {
          const from = last;
          const messages = batch.map((entry, n) => ({
            ...messageOf(entry),
            sequence: sequence(from + n + 1),
          }));
          last += batch.length;
          yield* ledger.take(1, messages);
        }
      }),
    ),
  );

const rebuildFrom = (
  source: "log" | "ledger",
  fill: (folder: string, count: number) => Promise<void>,
  count: number,
): Promise<number> =>
  inFolder(async (folder) => {
    progress(`rebuild: writing a ${source} of ${count} events`);
    await fill(folder, count);
    return runChild("rebuild.ts", [folder, source]);
  });

const FROM_LOG = "rebuild of all views";
const line = { unit: "events/s", better: "more", aim: "≥ 50,000" } as const;

export const rebuildBench: Bench = {
  name: "rebuild",
  run: async (isQuick) => {
    const count = isQuick ? 30_000 : 200_000;
    const fromLog = await rebuildFrom("log", fillLog, count);
    const fromLedger = await rebuildFrom("ledger", fillLedger, count);
    return [
      { name: FROM_LOG, value: fromLog, ...line },
      { name: "rebuild of all views from a fleet's ledger", value: fromLedger, ...line, ratioOf: FROM_LOG },
    ];
  },
};
