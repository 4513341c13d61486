/**
 * Opens SQLite files the one way this house does: write-ahead log, a stated durability that is read back, and bounded side files.
 *
 * Every connection sets its pragmas and reads them back, because a pragma that did not take is silent, and with `NORMAL` a power cut loses
 * committed rows (measured: 255 to 791 of them in every run, RELIABILITY E9).
 */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";

export type { Database } from "better-sqlite3";

/** `full`: a commit survives a power cut. `normal`: it survives a crash of the process; for what can be rebuilt. */
export type Durability = "full" | "normal";

export interface OpenOptions {
  /** A file, or `:memory:`. Its folder is made, for the owner only. */
  readonly path: string;
  readonly durability: Durability;
  /** The version of the tables this code makes. A file of a newer one is refused, of an older one handed to `migrate`. */
  readonly schemaVersion: number;
  /** Makes the tables in an empty file (`from` is 0), or moves them on. Runs in a transaction. */
  readonly migrate: (db: Database.Database, from: number) => void;
  readonly readonly?: boolean;
}

/** Why a file could not be opened. Sentences for people are made by the callers, who know what the file is for. */
export class OpenRefused extends Error {
  override readonly name = "OpenRefused";
  readonly reason: "newer" | "unwritable" | "corrupt" | "pragma" | "locked";
  readonly path: string;

  constructor(reason: OpenRefused["reason"], path: string, detail: string) {
    super(`${path}: ${detail}`);
    this.reason = reason;
    this.path = path;
  }
}

const SYNCHRONOUS = { normal: 1, full: 2 } as const;

/** Opens the file and brings its tables to `schemaVersion`. Throws `OpenRefused`. */
export function openDatabase(options: OpenOptions): Database.Database {
  const db = connect(options);
  try {
    configure(db, options);
    if (options.readonly !== true) migrateTables(db, options);
    return db;
  } catch (error) {
    db.close();
    throw refusalOf(error, options.path);
  }
}

function connect({ path, readonly }: OpenOptions): Database.Database {
  try {
    if (path !== ":memory:" && readonly !== true && !existsSync(dirname(path)))
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return new Database(path, { readonly: readonly ?? false, timeout: 5_000 });
  } catch (error) {
    throw refusalOf(error, path);
  }
}

function configure(db: Database.Database, { path, durability, readonly }: OpenOptions): void {
  if (readonly === true) db.pragma("query_only = ON");
  else if (path !== ":memory:")
    expectPragma(db, path, "journal_mode", "wal", db.pragma("journal_mode = WAL", { simple: true }));
  db.pragma(`synchronous = ${durability.toUpperCase()}`);
  const synchronous = db.pragma("synchronous", { simple: true });
  expectPragma(db, path, "synchronous", SYNCHRONOUS[durability], synchronous);
  db.pragma("journal_size_limit = 67108864");
  db.pragma("trusted_schema = OFF");
  db.pragma("foreign_keys = ON");
}

function expectPragma(
  _db: Database.Database,
  path: string,
  name: string,
  asked: unknown,
  got: unknown,
): void {
  if (got !== asked)
    throw new OpenRefused("pragma", path, `${name} is ${String(got)}, asked for ${String(asked)}`);
}

function migrateTables(db: Database.Database, { path, schemaVersion, migrate }: OpenOptions): void {
  const found = Number(db.pragma("user_version", { simple: true }));
  if (found > schemaVersion)
    throw new OpenRefused(
      "newer",
      path,
      `written by a newer version (tables ${found}, this code knows ${schemaVersion})`,
    );
  if (found === schemaVersion) return;
  db.transaction(() => {
    migrate(db, found);
    db.pragma(`user_version = ${schemaVersion}`);
  }).exclusive();
}

const REASONS: Readonly<Record<string, OpenRefused["reason"]>> = {
  SQLITE_CANTOPEN: "unwritable",
  SQLITE_READONLY: "unwritable",
  EACCES: "unwritable",
  EROFS: "unwritable",
  ENOTDIR: "unwritable",
  ENOENT: "unwritable",
  SQLITE_CORRUPT: "corrupt",
  SQLITE_NOTADB: "corrupt",
  SQLITE_BUSY: "locked",
};

function refusalOf(error: unknown, path: string): unknown {
  if (error instanceof OpenRefused || !(error instanceof Error)) return error;
  const code = String((error as { code?: unknown }).code ?? "");
  const reason = REASONS[code] ?? REASONS[code.split("_").slice(0, 2).join("_")];
  if (reason === undefined && error instanceof TypeError)
    return new OpenRefused("unwritable", path, error.message);
  return reason === undefined ? error : new OpenRefused(reason, path, error.message);
}
