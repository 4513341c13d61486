/**
 * A process that opens a log and appends until it is killed. Run as `node child-log.ts <path> <run>`.
 * Says `open` once it owns the log, then each acked id on a line of its own; `refused <detail>` if it may not open it.
 */
import { writeSync } from "node:fs";
import { Effect } from "effect";
import { givenEntry, givenLane } from "../src/contract/given.ts";
import { openSqliteLog, type SqliteLog } from "../src/index.ts";

const [, , path = "", run = "0"] = process.argv;
const FIBERS = 16;
const BATCH = 3;

/** Synchronous, so that what was said was said before any kill. */
const say = (line: string): void => void writeSync(1, `${line}\n`);

const appendForever = Effect.fnUntraced(function* (log: SqliteLog, fiber: number) {
  for (let round = 0; ; round += 1) {
    const drafts = Array.from({ length: BATCH }, (_, index) => ({
      entry: givenEntry({ id: `test/${run}/${fiber}/${round}/${index}`, lane: givenLane(`s${fiber}`) }),
    }));
    yield* log.append(drafts);
    for (const { entry } of drafts) say(entry.envelope.id);
  }
});

const program = Effect.gen(function* () {
  const log = yield* openSqliteLog({ path });
  say("open");
  const fibers = Array.from({ length: FIBERS }, (_, fiber) => appendForever(log, fiber));
  yield* Effect.all(fibers, { concurrency: "unbounded" });
});

await Effect.runPromise(
  program.pipe(
    Effect.scoped,
    Effect.catch(({ detail }) => Effect.sync(() => say(`refused ${detail}`))),
  ),
);
