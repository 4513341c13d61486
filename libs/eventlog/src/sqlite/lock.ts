/**
 * One owner per database: two processes that append to one log would each believe to know its last sequence.
 *
 * The lock is SQLite's own, on a small file beside the database: an exclusive transaction that is begun and never ended. It is a lock of the
 * kernel on an open file, so it ends with the process however that dies, and there is no stale pid to judge. The pid file is for people only.
 * It is a second file on purpose: POSIX drops a process's locks on a file as soon as that process closes any descriptor of it, so nobody may
 * ever read the locked file by hand.
 */
import { readFileSync, writeFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { LogUnavailable } from "../faults.ts";

/** Takes the lock of a database, or throws `LogUnavailable` (`locked`, one sentence). Returns what gives it back. */
export function takeLock(path: string): () => void {
  const lock = new Sqlite(`${path}.lock`, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!(error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY"))) throw error;
    const detail = `${path} is in use by ${holderOf(path)}: only one process may open it.`;
    throw new LogUnavailable({ reason: "locked", retry: "never", detail });
  }
  writeFileSync(pidPath(path), `${process.pid}\n`, { mode: 0o600 });
  return () => lock.close();
}

const pidPath = (path: string): string => `${path}.pid`;

function holderOf(path: string): string {
  try {
    const pid = readFileSync(pidPath(path), "utf8").trim();
    return pid === String(process.pid) ? "this very process" : `process ${pid}`;
  } catch {
    return "another process";
  }
}
