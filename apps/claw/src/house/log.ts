/** The log of a house on one machine, and the sentences for what can be wrong with it. */
import { join } from "node:path";
import { type LogUnavailable, openSqliteLog, type SqliteLog } from "@claw/eventlog";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect, type Scope } from "effect";

/** Opens the log in the data directory. Refuses, in one sentence, what another process has, what cannot be written, and what is damaged or newer. */
export const openLog = (dataDir: string): Effect.Effect<SqliteLog, Stopped, Scope.Scope> =>
  openSqliteLog({ path: join(dataDir, "log.db") }).pipe(Effect.mapError((fault) => stopped(fault, dataDir)));

const WAYS_OUT: Readonly<Partial<Record<LogUnavailable["reason"], (dataDir: string) => string>>> = {
  locked: () => "Stop that one with `claw down`, or choose another folder with CLAW_DATA_DIR.",
  unwritable: (dataDir) =>
    `Make ${dataDir} a folder that you may write, or choose another with CLAW_DATA_DIR.`,
  newer: () => "Start the newer version again, or choose another folder with CLAW_DATA_DIR.",
  corrupt: (dataDir) => `Move ${dataDir} away and start again; hosts send what they still have.`,
  disk_full: () => "Make room on the disk and start again.",
};

function stopped({ reason, detail }: LogUnavailable, dataDir: string): Stopped {
  const wayOut = WAYS_OUT[reason]?.(dataDir) ?? "Start again; if it stays so, look at `claw doctor`.";
  const exitCode = reason === "locked" ? EXIT.conflict : EXIT.fault;
  return new Stopped({ sentence: `${detail.replace(/\.?$/, ".")} ${wayOut}`, exitCode });
}
