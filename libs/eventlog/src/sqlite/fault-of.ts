/** What an error of SQLite means to a caller of the log. */
import { type OpenRefusal, OpenRefused } from "@claw/sqlite";
import Sqlite from "better-sqlite3";
import { Effect } from "effect";
import { LogUnavailable } from "../faults.ts";

type Meaning = Pick<LogUnavailable, "reason" | "retry">;

/** By primary result code; an extended code such as `SQLITE_IOERR_FSYNC` starts with its primary one. */
const meanings: readonly (readonly [prefix: string, meaning: Meaning])[] = [
  ["SQLITE_FULL", { reason: "disk_full", retry: "later" }],
  ["SQLITE_BUSY", { reason: "busy", retry: "later" }],
  ["SQLITE_LOCKED", { reason: "busy", retry: "later" }],
  ["SQLITE_IOERR", { reason: "io", retry: "later" }],
  ["SQLITE_NOMEM", { reason: "io", retry: "later" }],
  ["SQLITE_CORRUPT", { reason: "corrupt", retry: "never" }],
  ["SQLITE_NOTADB", { reason: "corrupt", retry: "never" }],
  ["SQLITE_READONLY", { reason: "unwritable", retry: "never" }],
  ["SQLITE_CANTOPEN", { reason: "unwritable", retry: "never" }],
  ["SQLITE_PERM", { reason: "unwritable", retry: "never" }],
];

/**
 * The fault that an error stands for. Rethrows what is not the world's failure but ours (a wrong statement, a broken constraint): a defect.
 * The detail is SQLite's code: its messages may quote SQL.
 */
export function faultOf(error: unknown): LogUnavailable {
  if (error instanceof LogUnavailable) return error;
  if (error instanceof OpenRefused) return openFault(error);
  const code = error instanceof Sqlite.SqliteError ? error.code : codeOf(error);
  const meaning = meanings.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (meaning === undefined) throw error;
  return new LogUnavailable({ ...meaning, detail: code });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

const OPEN_REASONS: Readonly<Record<OpenRefusal, Meaning>> = {
  newer: { reason: "newer", retry: "never" },
  unwritable: { reason: "unwritable", retry: "never" },
  pragma: { reason: "unwritable", retry: "never" },
  corrupt: { reason: "corrupt", retry: "never" },
  locked: { reason: "locked", retry: "never" },
  disk_full: { reason: "disk_full", retry: "later" },
};

const openFault = ({ reason, message }: OpenRefused): LogUnavailable =>
  new LogUnavailable({ ...OPEN_REASONS[reason], detail: message });

/** Runs synchronous work on SQLite: what the world failed at is a fault, what we failed at is a defect. */
export const attempt = <A>(work: () => A): Effect.Effect<A, LogUnavailable> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(work());
    } catch (error) {
      return failureOf(error);
    }
  });

/** An error as the failed effect that it means. */
export function failureOf(error: unknown): Effect.Effect<never, LogUnavailable> {
  try {
    return Effect.fail(faultOf(error));
  } catch (defect) {
    return Effect.die(defect);
  }
}

export const closedFault = (): LogUnavailable =>
  new LogUnavailable({ reason: "closed", retry: "never", detail: "The log was closed." });
