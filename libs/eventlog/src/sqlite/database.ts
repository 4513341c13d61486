/**
 * Opens SQLite files the house's way. Every SQLite user of this package goes through here.
 *
 * Settings are asked for and read back: SQLite answers a setting that it cannot keep (WAL on some network file systems, say) with another
 * value and no error, and a log that only thinks it is durable is the worst kind.
 */
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { Effect, type Scope } from "effect";
import { LogUnavailable } from "../faults.ts";
import { attempt } from "./fault-of.ts";
import { takeLock } from "./lock.ts";

export type Database = Sqlite.Database;

/** A path that lives in memory and has neither lock nor WAL: for tests. */
export const IN_MEMORY = ":memory:";

export interface DatabaseOptions {
  /** An absolute path, or `:memory:`. Its folder is made if missing (0700), the file too (0600). */
  readonly path: string;
  /** `full` syncs at each commit: what was committed survives a power cut. `normal` may lose the last commits, never consistency. */
  readonly synchronous: "full" | "normal";
  readonly schema: Schema;
  /** Commits that would make the file larger fail with `disk_full`. Default: the disk decides. */
  readonly maxBytes?: number;
}

/** The tables of a file. `version` is kept in `user_version`; a file of a newer version is refused. */
export interface Schema {
  readonly version: number;
  readonly create: string;
}

/** What is set, by pragma name, as SQLite reads it back. */
export type Pragmas = Readonly<Record<string, string | number>>;

/** How long a statement waits for another connection's lock, in ms (RELIABILITY 3.2). */
const BUSY_TIMEOUT_MS = 5_000;
/** What the WAL is cut back to after a checkpoint, in bytes (RELIABILITY 3.2). */
const JOURNAL_SIZE_LIMIT_BYTES = 64 * 1_024 * 1_024;
/** After how many pages of 4 KiB the WAL is checkpointed: SQLite's default, said here so that it is read back. */
const WAL_AUTOCHECKPOINT_PAGES = 1_000;

/** `recursive_triggers` makes the triggers see the delete that hides in INSERT OR REPLACE. */
const settingsOf = ({ path, synchronous }: DatabaseOptions): Pragmas => ({
  journal_mode: path === IN_MEMORY ? "memory" : "wal",
  synchronous: synchronous === "full" ? 2 : 1,
  busy_timeout: BUSY_TIMEOUT_MS,
  journal_size_limit: JOURNAL_SIZE_LIMIT_BYTES,
  wal_autocheckpoint: WAL_AUTOCHECKPOINT_PAGES,
  foreign_keys: 1,
  trusted_schema: 0,
  recursive_triggers: 1,
});

/** Opens a database for the time of a scope, owned by this process alone. */
export const openDatabase = (
  options: DatabaseOptions,
): Effect.Effect<Database, LogUnavailable, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      attempt(() => openOwned(options)),
      ({ db, release }) =>
        Effect.sync(() => {
          db.close();
          release();
        }),
    ),
    ({ db }) => db,
  );

interface Owned {
  readonly db: Database;
  readonly release: () => void;
}

function openOwned(options: DatabaseOptions): Owned {
  const { path } = options;
  if (path === IN_MEMORY) return { db: configured(options), release: () => {} };
  makePrivate(path);
  const release = takeLock(path);
  try {
    return { db: configured(options), release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Makes the file before SQLite does, because SQLite would make it readable for everyone; WAL and lock inherit what it finds. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (const file of [path, `${path}.lock`]) if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
}

function configured(options: DatabaseOptions): Database {
  const db = new Sqlite(options.path, { timeout: BUSY_TIMEOUT_MS });
  try {
    applySettings(db, settingsOf(options));
    limitSize(db, options.maxBytes);
    createSchema(db, options.schema);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function applySettings(db: Database, settings: Pragmas): void {
  for (const [name, asked] of Object.entries(settings)) {
    db.pragma(`${name} = ${asked}`);
    const got = readPragma(db, name);
    if (got === asked) continue;
    const detail = `SQLite keeps ${name} at ${got} where ${asked} was asked for.`;
    throw new LogUnavailable({ reason: "unwritable", retry: "never", detail });
  }
}

function limitSize(db: Database, maxBytes: number | undefined): void {
  if (maxBytes === undefined) return;
  db.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / Number(readPragma(db, "page_size"))))}`);
}

function createSchema(db: Database, schema: Schema): void {
  const found = Number(readPragma(db, "user_version"));
  if (found === schema.version) return;
  if (found > schema.version) {
    const detail = `The file has schema version ${found}; this version knows ${schema.version}.`;
    throw new LogUnavailable({ reason: "newer", retry: "never", detail });
  }
  db.transaction(() => db.exec(schema.create).pragma(`user_version = ${schema.version}`)).immediate();
}

/** One setting of a connection, as SQLite has it now. */
export const readPragma = (db: Database, name: string): string | number =>
  db.pragma(name, { simple: true }) as string | number;

/** All settings that were asked for at opening, read back now. */
export const readPragmas = (db: Database, options: DatabaseOptions): Pragmas =>
  Object.fromEntries(Object.keys(settingsOf(options)).map((name) => [name, readPragma(db, name)]));

/** Bytes of the database without its WAL. */
export const sizeBytes = (db: Database): number =>
  Number(readPragma(db, "page_count")) * Number(readPragma(db, "page_size"));
