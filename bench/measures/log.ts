/** The bare logs: what the rest is compared with. */
import { join } from "node:path";
import { type EventLog, MAX_DRAFTS, openSqliteLog } from "@claw/eventlog";
import type { Entry } from "@claw/events";
import { Effect, Stream } from "effect";
import { type Bench, progress } from "../bench.ts";
import { makeEntries } from "../mix.ts";
import { inFolder } from "../support/folder.ts";
import { type Sync, SYNCS, withJetStreamLog } from "../support/jetstream.ts";
import type { Measure } from "../table.ts";

export const BARE_LOG = "bare log, synced batches of 500";

const SYNC_WORDS: Readonly<Record<Sync, string>> = {
  default: "default sync",
  always: "every write synced",
};

/** The baseline of a fleet on the same kind of server. */
export const bareJetStream = (sync: Sync): string =>
  `bare JetStream log, ${SYNC_WORDS[sync]}, batches of 500`;

interface Rates {
  readonly append: number;
  readonly follow: number;
}

/** Appends ready entries in batches as large as ingest's, one after the other, then reads them all. Answers entries a second. */
const measure = Effect.fnUntraced(function* (log: EventLog, entries: readonly Entry[]) {
  const appending = performance.now();
  for (let from = 0; from < entries.length; from += MAX_DRAFTS)
    yield* log.append(entries.slice(from, from + MAX_DRAFTS).map((entry) => ({ entry })));
  const append = rateOf(entries, appending);
  const following = performance.now();
  yield* Stream.runDrain(Stream.take(log.follow(0), entries.length));
  return { append, follow: rateOf(entries, following) };
});

const rateOf = (entries: readonly Entry[], startedAt: number): number =>
  (entries.length * 1_000) / (performance.now() - startedAt);

const measureSqlite = (folder: string, entries: readonly Entry[]): Promise<Rates> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(openSqliteLog({ path: join(folder, "log.db") }), (log) => measure(log, entries)),
    ),
  );

const line = { unit: "events/s", better: "more" } as const;

function linesOf(name: string, followName: string, { append, follow }: Rates, note: string): Measure[] {
  return [
    { name, value: append, ...line, note, ...(name !== BARE_LOG && { ratioOf: BARE_LOG }) },
    { name: followName, value: follow, ...line, note: "entries read and checked, from the first one on" },
  ];
}

export const logBench: Bench = {
  name: "log",
  run: async (isQuick) => {
    const entries = [...makeEntries(isQuick ? 15_000 : 60_000, 50)];
    const sqlite = await inFolder((folder) => measureSqlite(folder, entries));
    const lines = linesOf(BARE_LOG, "follow of the bare log", sqlite, "the baseline");
    for (const sync of SYNCS) {
      progress(`log: JetStream, ${SYNC_WORDS[sync]}`);
      const rates = await withJetStreamLog(sync, (log) => measure(log, entries));
      const follow = `follow of the JetStream log, ${SYNC_WORDS[sync]}`;
      lines.push(...linesOf(bareJetStream(sync), follow, rates, "the baseline of a fleet like it"));
    }
    return lines;
  },
};
