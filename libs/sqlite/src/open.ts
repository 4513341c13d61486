/**
 * Opens SQLite files the one way this house does: write-ahead log, a stated durability, bounded side files, readable for the owner only.
 *
 * Settings are asked for and read back on every connection: SQLite answers a setting that it cannot keep (WAL on some network file systems)
 * with another value and no error, and with `NORMAL` a power cut loses committed rows (255 to 791 of them in every run, RELIABILITY E9).
 */
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { OpenRefused, refusalOf } from "./refused.ts";

export type { Database } from "better-sqlite3";

/** `full`: a commit survives a power cut. `normal`: it survives a crash of the process; for what can be rebuilt. */
export type Durability = "full" | "normal";

export interface OpenOptions {
  /** An absolute path, or `:memory:`. Its folder is made if missing (0700), the file too (0600). */
  readonly path: string;
  readonly durability: Durability;
  /** The version of the tables this code makes, kept in `user_version`. A file of a newer one is refused, of an older one handed to `migrate`. */
  readonly schemaVersion: number;
  /** Makes the tables in an empty file (`from` is 0), or moves them on. Runs in a transaction. */
  readonly migrate: (db: Database.Database, from: number) => void;
  readonly readonly?: boolean;
  /** Commits that would make the file larger fail with SQLITE_FULL. Default: the disk decides. */
  readonly maxBytes?: number;
}

/** What is set, by pragma name, as SQLite reads it back. */
export type Pragmas = Readonly<Record<string, string | number>>;

export const IN_MEMORY = ":memory:";

/** How long a statement waits for another connection's lock, in ms (RELIABILITY 3.2). */
const BUSY_TIMEOUT_MS = 5_000;
/** What the WAL is cut back to after a checkpoint, in bytes (RELIABILITY 3.2). */
const JOURNAL_SIZE_LIMIT_BYTES = 64 * 1_024 * 1_024;
/** After how many pages of 4 KiB the WAL is checkpointed: SQLite's default, said here so that it is read back. */
const WAL_AUTOCHECKPOINT_PAGES = 1_000;

/** `recursive_triggers` makes the triggers see the delete that hides in INSERT OR REPLACE. */
const settingsOf = ({ path, durability, readonly }: OpenOptions): Pragmas => ({
  ...(readonly !== true && { journal_mode: path === IN_MEMORY ? "memory" : "wal" }),
  synchronous: durability === "full" ? 2 : 1,
  busy_timeout: BUSY_TIMEOUT_MS,
  journal_size_limit: JOURNAL_SIZE_LIMIT_BYTES,
  wal_autocheckpoint: WAL_AUTOCHECKPOINT_PAGES,
  foreign_keys: 1,
  trusted_schema: 0,
  recursive_triggers: 1,
  query_only: readonly === true ? 1 : 0,
});

/** Opens the file and brings its tables to `schemaVersion`. Throws `OpenRefused`. */
export function openDatabase(options: OpenOptions): Database.Database {
  let db: Database.Database | null = null;
  try {
    if (options.path !== IN_MEMORY && options.readonly !== true) makePrivate(options.path);
    db = new Database(options.path, { readonly: options.readonly ?? false, timeout: BUSY_TIMEOUT_MS });
    applySettings(db, options);
    limitSize(db, options.maxBytes);
    if (options.readonly !== true) migrateTables(db, options);
    return db;
  } catch (error) {
    db?.close();
    throw refusalOf(error, options.path);
  }
}

/** Makes the file before SQLite does, because SQLite would make it readable for everyone; its side files inherit what they find. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
}

function applySettings(db: Database.Database, options: OpenOptions): void {
  for (const [name, asked] of Object.entries(settingsOf(options))) {
    db.pragma(`${name} = ${asked}`);
    const got = readPragma(db, name);
    if (got !== asked)
      throw new OpenRefused("pragma", options.path, `keeps ${name} at ${got} where ${asked} was asked for`);
  }
}

function limitSize(db: Database.Database, maxBytes: number | undefined): void {
  if (maxBytes === undefined) return;
  db.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / Number(readPragma(db, "page_size"))))}`);
}

function migrateTables(db: Database.Database, { path, schemaVersion, migrate }: OpenOptions): void {
  const found = Number(readPragma(db, "user_version"));
  if (found > schemaVersion) {
    const detail = `was written by a newer version (its tables are version ${found}, this code knows ${schemaVersion})`;
    throw new OpenRefused("newer", path, detail);
  }
  if (found === schemaVersion) return;
  db.transaction(() => {
    migrate(db, found);
    db.pragma(`user_version = ${schemaVersion}`);
  }).immediate();
}

/** One setting of a connection, as SQLite has it now. */
export const readPragma = (db: Database.Database, name: string): string | number =>
  db.pragma(name, { simple: true }) as string | number;

/** All settings that were asked for at opening, read back now. */
export const readPragmas = (db: Database.Database, options: OpenOptions): Pragmas =>
  Object.fromEntries(Object.keys(settingsOf(options)).map((name) => [name, readPragma(db, name)]));

/** Bytes of the database without its WAL. */
export const sizeBytes = (db: Database.Database): number =>
  Number(readPragma(db, "page_count")) * Number(readPragma(db, "page_size"));
