/**
 * A copy of a log or ledger while another process writes it: `VACUUM INTO` reads one snapshot and blocks no writer (RELIABILITY 3.5). The copy gets
 * its name only when it is whole, checked and synced, so a file with that name is never half of one.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { Effect } from "effect";
import { LogUnavailable } from "../faults.ts";
import { attempt } from "./fault-of.ts";

export interface Backup {
  readonly bytes: number;
}

/**
 * Copies the database at `from` to the new file `to` (0600). Refuses a target that exists (`unwritable`) and a source that is missing or damaged;
 * the side files of the source are part of what is read.
 */
export const backupTo = (from: string, to: string): Effect.Effect<Backup, LogUnavailable> =>
  attempt(() => {
    if (existsSync(to)) throw refused("unwritable", `${to} exists already: a backup never writes over one.`);
    if (!existsSync(from)) throw refused("unwritable", `${from} does not exist.`);
    const partial = `${to}.partial`;
    try {
      copy(from, partial);
      check(partial);
      sync(partial);
      renameSync(partial, to);
      sync(dirname(to));
      return { bytes: statSync(to).size };
    } finally {
      rmSync(partial, { force: true });
    }
  });

/** Reads a whole file that no process has open and says whether SQLite finds it sound. Fails as `corrupt` otherwise. */
export const checkBackup = (path: string): Effect.Effect<void, LogUnavailable> => attempt(() => check(path));

/** The empty file is made first, because SQLite would make it readable for everyone; VACUUM takes an empty target. */
function copy(from: string, partial: string): void {
  rmSync(partial, { force: true });
  closeSync(openSync(partial, "wx", 0o600));
  const db = new Sqlite(from, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    db.prepare("VACUUM INTO ?").run(partial);
  } finally {
    db.close();
  }
}

function check(path: string): void {
  const db = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    const [answer] = db.pragma("integrity_check(1)", { simple: false }) as { integrity_check: string }[];
    if (answer?.integrity_check !== "ok")
      throw refused("corrupt", `${path} is damaged: SQLite's integrity check says so.`);
  } finally {
    db.close();
  }
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const refused = (reason: "unwritable" | "corrupt", detail: string): LogUnavailable =>
  new LogUnavailable({ reason, retry: "never", detail });
