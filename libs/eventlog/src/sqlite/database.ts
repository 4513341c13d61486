/** The databases of this package: opened by `@claw/sqlite` for the time of a scope, owned by this process alone, their faults those of the log. */
import * as sqlite from "@claw/sqlite";
import { Effect, type Scope } from "effect";
import { LogUnavailable } from "../faults.ts";
import { attempt } from "./fault-of.ts";

export type { Pragmas } from "@claw/sqlite";
export type Database = sqlite.Database;

export interface DatabaseOptions {
  /** An absolute path, or `:memory:`, which has neither lock nor WAL. */
  readonly path: string;
  /** `full` syncs at each commit: what was committed survives a power cut. `normal` may lose the last commits, never consistency. */
  readonly synchronous: sqlite.Durability;
  readonly schema: Schema;
  /** Commits that would make the file larger fail with `disk_full`. Default: the disk decides. */
  readonly maxBytes?: number;
}

/** The tables of a file. A file of a newer version is refused. */
export interface Schema {
  readonly version: number;
  readonly create: string;
}

const toOpen = ({ path, synchronous, schema, maxBytes }: DatabaseOptions): sqlite.OpenOptions => ({
  path,
  durability: synchronous,
  schemaVersion: schema.version,
  migrate: (db) => void db.exec(schema.create),
  ...(maxBytes !== undefined && { maxBytes }),
});

/** Opens a database for the time of a scope. */
export const openDatabase = (
  options: DatabaseOptions,
): Effect.Effect<Database, LogUnavailable, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      attempt(() => openOwned(options)),
      ({ db, lock }) =>
        Effect.sync(() => {
          db.close();
          lock?.release();
        }),
    ),
    ({ db }) => db,
  );

interface Owned {
  readonly db: Database;
  readonly lock: sqlite.Lock | null;
}

function openOwned(options: DatabaseOptions): Owned {
  const lock = options.path === sqlite.IN_MEMORY ? null : sqlite.lockFile(options.path);
  try {
    return { db: sqlite.openDatabase(toOpen(options)), lock };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** All settings that were asked for at opening, read back now. */
export const readPragmas = (db: Database, options: DatabaseOptions): sqlite.Pragmas =>
  sqlite.readPragmas(db, toOpen(options));

export const sizeBytes = sqlite.sizeBytes;
