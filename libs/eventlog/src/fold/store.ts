/** A fold's file: its rows and how far it has come, always of one moment because they are written in one transaction. */
import { type EntryId, sequence } from "@claw/events";
import { Effect, type Scope } from "effect";
import type { LogUnavailable } from "../faults.ts";
import { parseStored, readCache } from "../sqlite/cache.ts";
import { type Database, type DatabaseOptions, openDatabase, type Schema } from "../sqlite/database.ts";
import { attempt } from "../sqlite/fault-of.ts";
import { type Applied, type Checkpoint, START } from "./apply.ts";
import type { FoldSpec } from "./spec.ts";

const schema: Schema = {
  version: 1,
  create: `
    CREATE TABLE rows (key TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoint (
      one      INTEGER PRIMARY KEY CHECK (one = 1),
      name     TEXT NOT NULL,
      version  INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      entry_id TEXT,
      unknown  INTEGER NOT NULL,
      poison   INTEGER NOT NULL
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
 * Opens the file for the time of a scope. What it holds of another fold, or of another version of this one, is forgotten; a damaged or newer file
 * is deleted and made anew, since all that it held is in the log. Synced at checkpoints only: a power cut may take the last commits, rows and
 * checkpoint together, and they are folded again.
 */
export const openStore = Effect.fnUntraced(function* <Row>(
  path: string,
  spec: FoldSpec<Row>,
  isOfThisLog: (checkpoint: Checkpoint) => Effect.Effect<boolean, LogUnavailable>,
): Effect.fn.Return<Store<Row>, LogUnavailable, Scope.Scope> {
  const options: DatabaseOptions = { path, synchronous: "normal", schema };
  const found = yield* readCache(options, (db) => readAll<Row>(db, spec), nothing<Row>());
  const loaded = (yield* isOfThisLog(found.checkpoint)) ? found : nothing<Row>();
  const db = yield* openDatabase(options);
  const save = yield* attempt(() => prepareSave<Row>(db, spec, loaded));
  return { loaded, save: (applied) => attempt(() => save(applied)) };
});

const nothing = <Row>(): Loaded<Row> => ({ rows: new Map(), checkpoint: START });

interface StoredCheckpoint {
  readonly sequence: number;
  readonly entry_id: string | null;
  readonly unknown: number;
  readonly poison: number;
}

function readAll<Row>(db: Database, { name, version }: FoldSpec<Row>): Loaded<Row> {
  const stored = db
    .prepare<[string, number], StoredCheckpoint>("SELECT * FROM checkpoint WHERE name = ? AND version = ?")
    .get(name, version);
  if (stored === undefined) return nothing();
  const { entry_id, unknown, poison } = stored;
  const rows = db.prepare<[], readonly [string, string]>("SELECT key, row FROM rows").raw().all();
  return {
    rows: new Map(rows.map(([key, row]) => [key, parseStored<Row>(row, "a row")])),
    checkpoint: {
      sequence: sequence(stored.sequence),
      entryId: entry_id as EntryId | null,
      skipped: { unknown, poison },
    },
  };
}

function prepareSave<Row>(
  db: Database,
  { name, version }: FoldSpec<Row>,
  loaded: Loaded<Row>,
): (applied: Applied<Row>) => void {
  if (loaded.checkpoint === START)
    db.transaction(() => db.exec("DELETE FROM rows; DELETE FROM checkpoint"))();
  const put = db.prepare<[string, string]>("INSERT OR REPLACE INTO rows VALUES (?, ?)");
  const mark = db.prepare<[string, number, number, string | null, number, number]>(
    "INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?, ?, ?, ?)",
  );
  const save = ({ touched, checkpoint }: Applied<Row>): void => {
    for (const [key, row] of touched) put.run(key, JSON.stringify(row));
    const { sequence: reached, entryId, skipped } = checkpoint;
    mark.run(name, version, reached, entryId, skipped.unknown, skipped.poison);
  };
  return db.transaction(save).immediate;
}
