/**
 * A views file: rows, quarantine and checkpoint, always of one moment, because a batch is one transaction.
 *
 * Synced at SQLite's checkpoints only (`normal`): a power cut may take the last commits, rows and checkpoint together, and they are folded
 * again. Nothing here is worth more: all of it grows back from the log.
 */
import type { EntryId, Position } from "@claw/events";
import { type Database, openDatabase } from "@claw/sqlite";
import { type AnyProjection, type Lookup } from "../domain/projection.ts";
import { versionsDigest } from "../domain/projections.ts";
import { type Batch, type Checkpoint, rowId, type Touched } from "../fold/batch.ts";
import type { Committed } from "../fold/fold-entry.ts";
import type { QuarantineRow } from "../log-rows.ts";
import type { ViewName, ViewRows } from "../rows.ts";
import { makeRowCache, type RowCache } from "./row-cache.ts";
import { createTables, tables, TABLES_VERSION, upsertOf, viewNames } from "./tables.ts";

export interface ViewStore {
  readonly path: string;
  readonly checkpoint: () => Checkpoint;
  /** False if the rows were made by other projections or other versions of these: then they must be built again. */
  readonly isOfThisCode: () => boolean;
  /** What was committed, for the fold. */
  readonly committed: Committed;
  /** How many quarantined entries nobody has decided about. */
  readonly openQuarantines: () => number;
  /** Writes rows, quarantine and checkpoint of a batch, or nothing. Throws what SQLite throws. */
  readonly commit: (batch: Batch) => void;
  /** The connection, for digests and tests. */
  readonly db: Database;
  readonly close: () => void;
}

export interface StoreOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly projections: readonly AnyProjection[];
  /** Letters of rows kept in memory; 32 Mi by default. */
  readonly cacheLetters?: number;
}

/** Opens a views file for writing; makes it if missing. Throws `OpenRefused`. One writer at a time: the caller sees to it. */
export function openViewStore({ path, projections, cacheLetters }: StoreOptions): ViewStore {
  const db = openDatabase({
    path,
    durability: "normal",
    schemaVersion: TABLES_VERSION,
    migrate: createTables,
  });
  const versions = versionsDigest(projections);
  const cache = makeRowCache(cacheLetters);
  const absent = new Set<string>();
  const writer = prepareWriter(db, versions, cache);
  const openQuarantines = db.prepare("SELECT count(*) FROM quarantine WHERE state = 'open'").pluck();
  const stored = readCheckpoint(db);
  let checkpoint: Checkpoint = stored ?? { position: 0, entryId: null };
  return {
    path,
    checkpoint: () => checkpoint,
    isOfThisCode: () => stored === null || stored.versions === versions,
    committed: { row: lookupIn(db, cache, absent), quarantined: prepareQuarantined(db) },
    openQuarantines: () => Number(openQuarantines.get()),
    commit: (batch) => {
      writer(batch);
      absent.clear();
      checkpoint = batch.checkpoint;
    },
    db,
    close: () => db.close(),
  };
}

interface StoredCheckpoint extends Checkpoint {
  readonly versions: string;
}

function readCheckpoint(db: Database): StoredCheckpoint | null {
  const found = db
    .prepare<
      [],
      { readonly position: Position; readonly entry_id: EntryId | null; readonly versions: string }
    >("SELECT position, entry_id, versions FROM checkpoint")
    .get();
  return found === undefined
    ? null
    : { position: found.position, entryId: found.entry_id, versions: found.versions };
}

/** `absent` remembers the rows that were asked for in vain, because several projections ask for the same new row; a commit empties it. */
function lookupIn(db: Database, cache: RowCache, absent: Set<string>): Lookup {
  const selects = Object.fromEntries(
    viewNames.map((name) => [
      name,
      db.prepare<[string], string>(`SELECT row FROM ${name} WHERE key = ?`).pluck(),
    ]),
  );
  return <Name extends ViewName>(view: Name, key: string): ViewRows[Name] | undefined => {
    const id = rowId(view, key);
    const kept = cache.get(id);
    if (kept !== undefined) return kept as ViewRows[Name];
    if (absent.has(id)) return undefined;
    const text = selects[view]?.get(key);
    if (text === undefined) {
      absent.add(id);
      return undefined;
    }
    const row = JSON.parse(text) as ViewRows[Name];
    cache.put(id, row, text.length);
    return row;
  };
}

function prepareQuarantined(db: Database): (position: number) => QuarantineRow | undefined {
  const select = db.prepare<[number], string>("SELECT row FROM quarantine WHERE position = ?").pluck();
  return (position) => {
    const text = select.get(position);
    return text === undefined ? undefined : (JSON.parse(text) as QuarantineRow);
  };
}

/** The one transaction of a batch. The cache learns of it only after it is committed. */
function prepareWriter(db: Database, versions: string, cache: RowCache): (batch: Batch) => void {
  const upserts = Object.fromEntries(viewNames.map((name) => [name, db.prepare(upsertOf(name))]));
  const removals = Object.fromEntries(
    viewNames.map((name) => [name, db.prepare(`DELETE FROM ${name} WHERE key = ?`)]),
  );
  const quarantine = db.prepare("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?)");
  const mark = db.prepare("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?)");
  const write = db.transaction((batch: Batch, texts: readonly string[]) => {
    let n = 0;
    for (const { view, key, position, row } of batch.touched.values()) {
      if (row === null) removals[view]?.run(key);
      else upserts[view]?.run(key, position, texts[n], ...valuesOf(view, row));
      n += 1;
    }
    for (const row of batch.quarantine.values()) quarantine.run(row.position, row.state, JSON.stringify(row));
    mark.run(batch.checkpoint.position, batch.checkpoint.entryId, versions);
  });
  return (batch) => {
    const texts = Array.from(batch.touched.values(), ({ row }) => JSON.stringify(row));
    write.immediate(batch, texts);
    let n = 0;
    for (const [id, { row }] of batch.touched) {
      if (row === null) cache.drop(id);
      else cache.put(id, row, texts[n]?.length ?? 0);
      n += 1;
    }
  };
}

/** A touched row is of the view that it names; the union of views cannot say so. */
const valuesOf = (view: ViewName, row: NonNullable<Touched["row"]>): readonly (string | number | null)[] =>
  (tables[view].values as (row: ViewRows[ViewName]) => readonly (string | number | null)[])(row);
