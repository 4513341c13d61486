/**
 * How fast the log and a fold are on this machine's disk. Run as `npx node libs/eventlog/test/measure.ts [folder]`; prints entries per second.
 * Entries have one event with a body of 250 characters; folds keep 10,000 rows.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Effect, Stream } from "effect";
import { givenEntry, givenEvent, givenLane } from "../src/contract/given.ts";
import { type Draft, type EventLog, type FoldSpec, openFold, openSqliteLog } from "../src/index.ts";

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), "claw-measure-"));
const LANES = 10_000;
const NAME = { name: "n".repeat(250) };

let made = 0;
const drafts = (count: number): readonly Draft[] =>
  Array.from({ length: count }, () => {
    made += 1;
    const lane = givenLane(`s${made % LANES}`);
    return {
      entry: givenEntry({ id: `test/${made}`, lane, events: [givenEvent("session.named", {}, NAME)] }),
    };
  });

const latest: FoldSpec<{ readonly count: number; readonly name: string }> = {
  name: "latest",
  version: 1,
  key: ({ lane, event }) => (event.type === "session.named" ? lane : null),
  evolve: (row) => ({ count: (row?.count ?? 0) + 1, name: NAME.name }),
};

const timed = <E, R>(
  what: string,
  count: number,
  work: Effect.Effect<unknown, E, R>,
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    const start = performance.now();
    yield* work;
    const rate = Math.round((count / (performance.now() - start)) * 1_000);
    process.stdout.write(`${what.padEnd(40)} ${rate.toLocaleString("en").padStart(9)}/s\n`);
  });

function serial(log: EventLog, batch: number, count: number) {
  const list = drafts(count);
  const batches = Array.from({ length: Math.ceil(count / batch) }, (_, n) =>
    list.slice(n * batch, (n + 1) * batch),
  );
  return timed(`append, one after the other, by ${batch}`, count, Effect.forEach(batches, log.append));
}

function together(log: EventLog, concurrency: number, count: number) {
  const work = Effect.forEach(drafts(count), (draft) => log.append([draft]), { concurrency });
  return timed(`append one by one in ${concurrency} fibers`, count, work);
}

const program = Effect.gen(function* () {
  const log = yield* openSqliteLog({ path: join(folder, "log.db") });
  yield* serial(log, 1, 5_000);
  yield* serial(log, 64, 40_000);
  yield* serial(log, 500, 60_000);
  yield* together(log, 64, 20_000);
  yield* together(log, 500, 20_000);
  const last = yield* log.last;
  yield* timed("read", last, Stream.runDrain(log.read({ after: 0 })));
  const fold = yield* openFold({ ...latest, log, path: join(folder, "fold.db") });
  yield* timed("rebuild of a fold", last, fold.caughtUp(last));
});

try {
  await Effect.runPromise(Effect.scoped(program));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
