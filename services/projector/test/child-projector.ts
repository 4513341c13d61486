/**
 * A process that appends to a log and projects it until it is killed. Run as `node child-projector.ts <folder> <run>`.
 * Says each position that the views reached on a line of its own.
 */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { openSqliteLog } from "@claw/eventlog";
import type { EntryId } from "@claw/events";
import { makeHealth, makeMetrics, noDiagnostics, systemClocks } from "@claw/runtime";
import { entryPlan, toEntry } from "@claw/testkit/arbitraries";
import { Effect, Stream } from "effect";
import fc from "fast-check";
import { startProjector } from "../src/index.ts";

const [, , folder = "", life = "0"] = process.argv;
const BATCH = 7;

/** Synchronous, so that what was said was said before any kill. */
const say = (line: string | number): void => void writeSync(1, `${line}\n`);

const program = Effect.gen(function* () {
  const log = yield* openSqliteLog({ path: join(folder, "log.db") });
  const projector = yield* startProjector({
    log,
    dataDir: folder,
    clocks: systemClocks,
    health: makeHealth(),
    metrics: makeMetrics(),
    diagnostics: noDiagnostics,
  });
  const whispers = yield* projector.feed.subscribe;
  yield* Effect.forkScoped(Stream.runForEach(whispers, ({ position }) => Effect.sync(() => say(position))));
  const plans = fc.sample(entryPlan, { numRuns: 200, seed: Number(life) });
  for (let round = 0; ; round += 1) {
    const drafts = Array.from({ length: BATCH }, (_, n) => {
      const plan = plans[(round * BATCH + n) % plans.length] as (typeof plans)[number];
      const entry = toEntry(plan, n);
      return {
        entry: { ...entry, envelope: { ...entry.envelope, id: `test/${life}/${round}/${n}` as EntryId } },
      };
    });
    yield* log.append(drafts);
  }
});

await Effect.runPromise(Effect.scoped(program));
