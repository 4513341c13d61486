/**
 * One process per data directory.
 *
 * The lock is an exclusive transaction on a tiny database that is kept open: the kernel lets go of it when the process dies, however it dies,
 * so no stale lock can survive a SIGKILL. The file says who holds it, for the sentence that the second process prints.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { OpenRefused } from "./open.ts";

export interface DirectoryLock {
  readonly release: () => void;
}

/** Takes the lock of a directory. Throws `OpenRefused` with reason `locked`, and the holder's pid in its message, when another process has it. */
export function lockDirectory(directory: string, name = "lock"): DirectoryLock {
  const holder = join(directory, `${name}.pid`);
  const db = connect(directory, join(directory, `${name}.db`));
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch {
    db.close();
    throw new OpenRefused("locked", directory, `in use by another process${holderOf(holder)}`);
  }
  writeFileSync(holder, String(process.pid));
  return {
    release: () => {
      db.exec("ROLLBACK");
      db.close();
    },
  };
}

function connect(directory: string, path: string): Database.Database {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return new Database(path, { timeout: 0 });
  } catch (error) {
    throw new OpenRefused("unwritable", directory, error instanceof Error ? error.message : "cannot be opened");
  }
}

function holderOf(path: string): string {
  try {
    return ` (pid ${readFileSync(path, "utf8").trim()})`;
  } catch {
    return "";
  }
}
