/** Reads the log a page at a time. A page is bounded in entries and in text, so that no reader can fill the memory. */
import { type Lane, NONE, type Sequence } from "@claw/events";
import type { Logged } from "../event-log.ts";
import type { Database } from "./database.ts";
import { readRow, type StoredRow } from "./rows.ts";

/** Entries in a page. */
export const PAGE_ENTRIES = 500;
/** Rows that are asked for at once: one call for many is much cheaper than a call each, and what is read beyond a page's weight stays small. */
const STRIDE = 100;
/** Text in a page, in UTF-16 units; a page holds at least one entry, however large. */
const PAGE_WEIGHT = 4 * 1_024 * 1_024;

/** After one sequence, up to and including another; of one lane or of all. */
export interface PageRange {
  readonly after: Sequence | 0;
  readonly through: Sequence | 0;
  readonly lane?: Lane;
}

export interface Reader {
  /** The first page of a range. Empty only if the range is. */
  readonly page: (range: PageRange) => readonly Logged[];
  readonly at: (sequence: Sequence) => Logged | null;
  readonly find: (id: string) => Logged | null;
  readonly last: () => Sequence | 0;
}

const COLUMNS = "SELECT sequence, envelope, bodies FROM entries";

export function makeReader(db: Database): Reader {
  const ofAll = db
    .prepare<[number, number, number], StoredRow>(
      `${COLUMNS} WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?`,
    )
    .raw();
  const ofLane = db
    .prepare<[string, number, number, number], StoredRow>(
      `${COLUMNS} WHERE lane = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?`,
    )
    .raw();
  const byId = db.prepare<[string], StoredRow>(`${COLUMNS} WHERE id = ?`).raw();
  const bySequence = db.prepare<[number], StoredRow>(`${COLUMNS} WHERE sequence = ?`).raw();
  const last = db.prepare<[], Sequence | null>("SELECT max(sequence) FROM entries").pluck();
  const page = ({ after, through, lane }: PageRange): readonly Logged[] =>
    readPage(after, (from) =>
      lane === undefined ? ofAll.all(from, through, STRIDE) : ofLane.all(lane, from, through, STRIDE),
    );
  return {
    page: rememberLast(page),
    at: (sequence) => {
      const row = bySequence.get(sequence);
      return row === undefined ? null : readRow(row);
    },
    find: (id) => {
      const row = byId.get(id);
      return row === undefined ? null : readRow(row);
    },
    last: () => last.get() ?? NONE,
  };
}

/**
 * Those who follow the log wake together and ask for the same page, one after the other: it is read and parsed once for all of them. A page up to
 * an entry that is there never changes.
 */
function rememberLast(read: Reader["page"]): Reader["page"] {
  let last: { readonly range: PageRange; readonly page: readonly Logged[] } | null = null;
  return (range) => {
    if (last === null || !isSame(last.range, range)) last = { range, page: read(range) };
    return last.page;
  };
}

const isSame = (one: PageRange, other: PageRange): boolean =>
  one.after === other.after && one.through === other.through && one.lane === other.lane;

function readPage(
  after: Sequence | 0,
  rowsAfter: (from: Sequence | 0) => readonly StoredRow[],
): readonly Logged[] {
  const page: Logged[] = [];
  let weight = 0;
  while (page.length < PAGE_ENTRIES) {
    const rows = rowsAfter(page.at(-1)?.sequence ?? after);
    for (const row of rows) {
      page.push(readRow(row));
      weight += row[1].length + (row[2]?.length ?? 0);
      if (weight > PAGE_WEIGHT) return page;
    }
    if (rows.length < STRIDE) return page;
  }
  return page;
}
