/** Where entries get their positions: each with the chain up to it, in the table that readers read. */
import { type Digest, type EntryId, type Envelope, position, type Position } from "@claw/events";
import { parseStored } from "../sqlite/cache.ts";
import type { Database } from "../sqlite/database.ts";
import type { Prepared } from "../sqlite/rows.ts";
import { chainAfter, chainText, NO_CHAIN } from "./chain.ts";
import { damaged } from "./faults.ts";

/** Where the ledger ends. */
export interface End {
  readonly last: Position | 0;
  readonly chain: Uint8Array;
}

export interface Entries {
  readonly known: (id: EntryId) => Digest | undefined;
  readonly envelope: (id: EntryId) => Envelope | null;
  /** Stores an entry behind an end; answers the new end. */
  readonly add: (end: End, row: Prepared) => End;
}

export function makeEntries(db: Database): Entries {
  const known = db.prepare<[string], Digest>("SELECT digest FROM entries WHERE id = ?").pluck();
  const insert = db.prepare<[number, string, string, string, number, string, string, Uint8Array]>(
    "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  return {
    known: (id) => known.get(id),
    envelope: envelopeIn(db, "entries"),
    add: ({ last, chain }, { id, lane, digest, at, envelope, bodies }) => {
      const next = { last: position(last + 1), chain: chainAfter(chain, envelope) };
      insert.run(next.last, id, lane, digest, at, envelope, bodies, next.chain);
      return next;
    },
  };
}

/** Reads an envelope of a table by its entry's id. */
export function envelopeIn(db: Database, table: "entries" | "parked"): (id: EntryId) => Envelope | null {
  const stored = db.prepare<[string], string>(`SELECT envelope FROM ${table} WHERE id = ?`).pluck();
  return (id) => {
    const text = stored.get(id);
    return text === undefined ? null : parseStored<Envelope>(text, id);
  };
}

/** The chain at a position: null beyond the end. */
export function readChain(db: Database): (position: Position | 0) => Digest | null {
  const chain = chainStatement(db);
  return (at) => {
    if (at === 0) return chainText(NO_CHAIN);
    const found = chain.get(at);
    return found === undefined ? null : chainText(found);
  };
}

/** Where the ledger ends. Refuses (`corrupt`) one whose last entry is not what its chain says, or that has a hole before it. */
export function readEnd(db: Database): End {
  const lastRow = db.prepare<[], { readonly sequence: number; readonly envelope: string; chain: Uint8Array }>(
    "SELECT sequence, envelope, chain FROM entries ORDER BY sequence DESC LIMIT 1",
  );
  const row = lastRow.get();
  if (row === undefined) return { last: 0, chain: NO_CHAIN };
  const before = row.sequence === 1 ? NO_CHAIN : chainStatement(db).get(row.sequence - 1);
  if (before === undefined || chainText(chainAfter(before, row.envelope)) !== chainText(row.chain))
    throw damaged(`the chain does not hold at position ${row.sequence}`);
  return { last: position(row.sequence), chain: row.chain };
}

const chainStatement = (db: Database) =>
  db.prepare<[number], Uint8Array>("SELECT chain FROM entries WHERE sequence = ?").pluck();
