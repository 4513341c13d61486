/**
 * Builds all views from the log in a folder, `log.db`, or from the ledger in it, `ledger.db`: `rebuild.ts <folder> [ledger]`. Prints events a second, from disk to disk. For a
 * profile: `node --cpu-prof`.
 */
import { join } from "node:path";
import { openLedger, openSqliteLog } from "@claw/eventlog";
import { position } from "@claw/events";
import { startProjector } from "@claw/projector";
import { makeHealth, makeMetrics, noDiagnostics, systemClocks } from "@claw/runtime";
import { Effect } from "effect";

const [dataDir = ".", source = "log"] = process.argv.slice(2);

const rebuild = Effect.gen(function* () {
  const log =
    source === "ledger"
      ? yield* openLedger({ path: join(dataDir, "ledger.db") })
      : yield* openSqliteLog({ path: join(dataDir, "log.db") });
  const last = yield* log.last;
  const startedAt = performance.now();
  const projector = yield* startProjector({
    log,
    dataDir,
    clocks: systemClocks,
    health: makeHealth(),
    metrics: makeMetrics(),
    diagnostics: noDiagnostics,
  });
  yield* projector.feed.reached(position(last));
  return (last * 1_000) / (performance.now() - startedAt);
});

process.stdout.write(`${await Effect.runPromise(Effect.scoped(rebuild))}\n`);
