/** Files that may be lost: what they hold grows back from elsewhere, so a damaged one is deleted instead of mourned. */
import { rmSync } from "node:fs";
import { Effect } from "effect";
import { LogUnavailable } from "../faults.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
import { attempt } from "./fault-of.ts";

/**
 * Reads a cache file, or deletes it and answers `empty` where it is damaged or of a newer version. Opens and closes it for that, because a file
 * that is open cannot be made anew.
 */
export const readCache = <A>(
  options: DatabaseOptions,
  read: (db: Database) => A,
  empty: A,
): Effect.Effect<A, LogUnavailable> =>
  openDatabase(options).pipe(
    Effect.flatMap((db) => attempt(() => read(db))),
    Effect.scoped,
    Effect.catchIf(
      ({ reason }) => reason === "corrupt" || reason === "newer",
      () =>
        Effect.as(
          attempt(() => discard(options.path)),
          empty,
        ),
    ),
  );

function discard(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
}

/** Stored JSON, its shape trusted because this package wrote it; `corrupt` if it is none. */
export function parseStored<A>(text: string, what: string): A {
  try {
    return JSON.parse(text) as A;
  } catch {
    throw new LogUnavailable({ reason: "corrupt", retry: "never", detail: `${what} is not JSON` });
  }
}
