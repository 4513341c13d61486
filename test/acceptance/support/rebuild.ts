/** Views compared with a rebuild: the digest of what a stopped house had stored, and of what its log alone makes of them. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedger, openSqliteLog } from "@claw/eventlog";
import { position } from "@claw/events";
import { startProjector } from "@claw/projector";
import { makeHealth, makeMetrics, noDiagnostics, systemClocks } from "@claw/runtime";
import { viewDigest } from "@claw/views";
import Database from "better-sqlite3";
import { Effect } from "effect";
import { until } from "./until.ts";

/** Lets the views in a data directory catch up with its log. */
const catchUp = (dataDir: string): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const ledger = join(dataDir, "ledger.db");
        const log = existsSync(ledger)
          ? yield* openLedger({ path: ledger })
          : yield* openSqliteLog({ path: join(dataDir, "log.db") });
        const shell = {
          clocks: systemClocks,
          health: makeHealth(),
          metrics: makeMetrics(),
          diagnostics: noDiagnostics,
        };
        const projector = yield* startProjector({ ...shell, log, dataDir });
        yield* projector.feed.reached(position(yield* log.last));
        yield* Effect.promise(() => until("the views are served", () => shell.health.isReady(), 60_000));
      }),
    ),
  );

/** The digest of the generation that is served. */
function digestOf(dataDir: string): string {
  const current = readFileSync(join(dataDir, "views", "current"), "utf8").trim();
  const db = new Database(join(dataDir, "views", `views-${current}.db`), { readonly: true });
  try {
    return viewDigest(db);
  } finally {
    db.close();
  }
}

async function inCopy(dataDir: string, withViews: boolean): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), "claw-rebuild-"));
  try {
    cpSync(dataDir, copy, { recursive: true });
    if (!withViews) rmSync(join(copy, "views"), { recursive: true, force: true });
    await catchUp(copy);
    return digestOf(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

export const storedDigest = (dataDir: string): Promise<string> => inCopy(dataDir, true);
export const rebuiltDigest = (dataDir: string): Promise<string> => inCopy(dataDir, false);
