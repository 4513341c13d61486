/** A fold's file: its rows and how far it has come, always of one moment because they are written in one transaction. */
import { type EntryId, position, sequence } from "@claw/events";
import { Effect, type Scope } from "effect";
import type { LogUnavailable } from "../faults.ts";
import { parseStored, readCache } from "../sqlite/cache.ts";
import { type Database, type DatabaseOptions, openDatabase, type Schema } from "../sqlite/database.ts";
import { attempt } from "../sqlite/fault-of.ts";
import { type Applied, type Checkpoint, startOf } from "./apply.ts";
import type { FoldSpec } from "./spec.ts";

const schema: Schema = {
  version: 2,
  // What an older version kept is in the log as well, so nothing is moved: it is made anew.
  create: `
    DROP TABLE IF EXISTS rows;
    DROP TABLE IF EXISTS checkpoint;
    CREATE TABLE rows (key TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoint (
      one        INTEGER PRIMARY KEY CHECK (one = 1),
      name       TEXT NOT NULL,
      version    INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      past       INTEGER NOT NULL,
      sequence   INTEGER NOT NULL,
      entry_id   TEXT,
      unknown    INTEGER NOT NULL,
      poison     INTEGER NOT NULL
    ) STRICT;
  `,
};

export interface Loaded<Row> {
  readonly rows: Map<string, Row>;
  readonly checkpoint: Checkpoint;
}

export interface Store<Row> {
  readonly loaded: Loaded<Row>;
  /** Writes touched rows and the checkpoint, or nothing. */
  readonly save: (applied: Applied<Row>) => Effect.Effect<void, LogUnavailable>;
}

/**
 * Opens the file for the time of a scope. What it holds of another fold, of another version of this one, or of a log that `isOfThisLog` does not know
 * is forgotten; an older, newer or damaged file is made anew, since all that it held is in the log. Synced at checkpoints only: a power cut may
 * take the last commits, rows and checkpoint together, and they are folded again.
 */
export const openStore = Effect.fnUntraced(function* <Row>(
  path: string,
  spec: FoldSpec<Row>,
  generation: number,
  isOfThisLog: (checkpoint: Checkpoint) => Effect.Effect<boolean, LogUnavailable>,
): Effect.fn.Return<Store<Row>, LogUnavailable, Scope.Scope> {
  const options: DatabaseOptions = { path, synchronous: "normal", schema };
  const found = yield* readCache(options, (db) => readAll<Row>(db, spec), null);
  const isGood = found !== null && (yield* isOfThisLog(found.checkpoint));
  const loaded = isGood ? found : { rows: new Map<string, Row>(), checkpoint: startOf(generation) };
  const db = yield* openDatabase(options);
  const save = yield* attempt(() => prepareSave<Row>(db, spec, !isGood));
  return { loaded, save: (applied) => attempt(() => save(applied)) };
});

interface StoredCheckpoint {
  readonly generation: number;
  readonly past: number;
  readonly sequence: number;
  readonly entry_id: string | null;
  readonly unknown: number;
  readonly poison: number;
}

function readAll<Row>(db: Database, { name, version }: FoldSpec<Row>): Loaded<Row> | null {
  const stored = db
    .prepare<[string, number], StoredCheckpoint>("SELECT * FROM checkpoint WHERE name = ? AND version = ?")
    .get(name, version);
  if (stored === undefined) return null;
  const { generation, past, entry_id, unknown, poison } = stored;
  const rows = db.prepare<[], readonly [string, string]>("SELECT key, row FROM rows").raw().all();
  return {
    rows: new Map(rows.map(([key, row]) => [key, parseStored<Row>(row, "a row")])),
    checkpoint: {
      generation,
      past: position(past),
      sequence: sequence(stored.sequence),
      entryId: entry_id as EntryId | null,
      skipped: { unknown, poison },
    },
  };
}

function prepareSave<Row>(
  db: Database,
  { name, version }: FoldSpec<Row>,
  isAnew: boolean,
): (applied: Applied<Row>) => void {
  if (isAnew) db.transaction(() => db.exec("DELETE FROM rows; DELETE FROM checkpoint"))();
  const put = db.prepare<[string, string]>("INSERT OR REPLACE INTO rows VALUES (?, ?)");
  const mark = db.prepare<[string, number, number, number, number, string | null, number, number]>(
    "INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const save = ({ touched, checkpoint }: Applied<Row>): void => {
    for (const [key, row] of touched) put.run(key, JSON.stringify(row));
    const { generation, past, sequence: reached, entryId, skipped } = checkpoint;
    mark.run(name, version, generation, past, reached, entryId, skipped.unknown, skipped.poison);
  };
  return db.transaction(save).immediate;
}
