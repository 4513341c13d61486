import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteLog } from "@claw/eventlog";
import { Effect } from "effect";
import { makeEntries } from "../mix.ts";

/** Entries per second into the bare SQLite log, in batches as ingest makes them: what the rest is compared with. */
export const measureBareLog = (count: number, batch: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), "claw-bench-"));
  const entries = makeEntries(count, 50);
  const program = Effect.gen(function* () {
    const log = yield* openSqliteLog({ path: join(folder, "log.db") });
    const startedAt = performance.now();
    for (let from = 0; from < entries.length; from += batch)
      yield* log.append(entries.slice(from, from + batch).map((entry) => ({ entry })));
    return (count * 1_000) / (performance.now() - startedAt);
  });
  return Effect.runPromise(Effect.scoped(program)).finally(() =>
    rmSync(folder, { recursive: true, force: true }),
  );
};
