/**
 * One owner for a file or a folder: two processes that append to one log would each believe to know its last sequence.
 *
 * The lock is SQLite's own, on a small file beside: an exclusive transaction that is begun and never ended. It is a lock of the kernel on an
 * open file, so it ends with the process however that dies, and there is no stale pid to judge. The pid file is for people only, and a file of
 * its own: POSIX drops a process's locks on a file as soon as that process closes any descriptor of it.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { OpenRefused, refusalOf } from "./refused.ts";

export interface Lock {
  readonly release: () => void;
}

/** Takes the lock of a database file. Throws `OpenRefused`: `locked` names the holder's pid. */
export function lockFile(path: string): Lock {
  const lock = hold(path);
  writeFileSync(pidPath(path), `${process.pid}\n`, { mode: 0o600 });
  return { release: () => lock.close() };
}

/** Takes the lock of a folder, made if missing. */
export const lockDirectory = (directory: string): Lock => lockFile(join(directory, "folder"));

function hold(path: string): Database.Database {
  let lock: Database.Database | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!existsSync(`${path}.lock`)) closeSync(openSync(`${path}.lock`, "a", 0o600));
    lock = new Database(`${path}.lock`, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    const refusal = refusalOf(error, path);
    if (!(refusal instanceof OpenRefused && refusal.reason === "locked")) throw refusal;
    throw new OpenRefused("locked", path, `is in use by ${holderOf(path)}: only one process may open it`);
  }
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
