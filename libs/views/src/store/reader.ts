/** Reads a views file through a connection of its own that cannot write. */
import { type Position, position } from "@claw/events";
import { type Database, openDatabase } from "@claw/sqlite";
import type { ChangedRow, PageAsk, PageOf, SessionFilter, ViewReader } from "../reader.ts";
import type { ItemRow, QuarantineRow, ViewName, ViewRows } from "../rows.ts";
import { changesAfter } from "./changes.ts";
import { askPage, containing, type Question } from "./query.ts";
import { createTables, TABLES_VERSION, viewNames } from "./tables.ts";

export interface OpenReader extends ViewReader {
  readonly close: () => void;
}

/** Opens a views file that is there. Throws `OpenRefused`. Each answer is of one commit; the next may be of a later one. */
export function openViewReader(path: string): OpenReader {
  const db = openDatabase({
    path,
    durability: "normal",
    schemaVersion: TABLES_VERSION,
    migrate: createTables,
    readonly: true,
  });
  return { ...readerOn(db), close: () => db.close() };
}

/** A reader on an open connection. */
export function readerOn(db: Database): ViewReader {
  const row = <Name extends ViewName>(view: Name, key: string): ViewRows[Name] | null =>
    changedRow(db, view, key)?.row ?? null;
  return {
    position: () => readPosition(db),
    sessions: (filter, page) => askPage(db, sessionQuestion(filter), page),
    session: (id) => row("sessions", id),
    hosts: (page) => askPage(db, byKey("hosts"), page),
    host: (id) => row("hosts", id),
    endpoints: ({ hostId }, page) =>
      askPage(
        db,
        { ...byKey("endpoints"), where: hostId === undefined ? [] : [["host_id = ?", hostId]] },
        page,
      ),
    items: (id, page) => readItems(db, id, page),
    turns: (id, page) =>
      askPage(db, { ...newestFirst("turns"), where: [["session_id = ?", id]], sort: ["at", "number"] }, page),
    approvals: ({ state }, page) =>
      askPage(db, { ...newestFirst("approvals"), where: openOrClosed(state), sort: ["at", "number"] }, page),
    tokens: (page) => askPage(db, byKey("tokens"), page),
    token: (id) => row("tokens", id),
    quarantine: (page) => readQuarantine(db, page),
    row: (view, key) => changedRow(db, view, key),
    changedAfter: (views, after, limit) => changesAfter(db, views, after, limit),
  };
}

const readPosition = (db: Database): Position =>
  position(Number(db.prepare("SELECT position FROM checkpoint").pluck().get() ?? 0));

function changedRow<Name extends ViewName>(db: Database, view: Name, key: string): ChangedRow<Name> | null {
  if (!viewNames.includes(view)) return null;
  const found = db
    .prepare<[string], readonly [number, string]>(`SELECT position, row FROM ${view} WHERE key = ?`)
    .raw()
    .get(key);
  if (found === undefined) return null;
  return { view, key, position: position(found[0]), row: JSON.parse(found[1]) as ViewRows[Name] };
}

const byKey = (table: ViewName): Question => ({ table, key: "key", where: [], sort: null, direction: "ASC" });
const newestFirst = (table: ViewName): Question => ({ ...byKey(table), direction: "DESC" });

const openOrClosed = (state: "open" | "closed" | undefined): Question["where"] =>
  state === undefined ? [] : [["is_open = ?", state === "open" ? 1 : 0]];

function sessionQuestion(filter: SessionFilter): Question {
  const where: (readonly [string, ...(string | number)[]])[] = [];
  const equals = (column: string, value: string | undefined): void => {
    if (value !== undefined) where.push([`${column} = ?`, value]);
  };
  equals("host_id", filter.hostId);
  equals("endpoint_id", filter.endpointId);
  equals("repo", filter.repo);
  equals("activity", filter.activity);
  equals("freshness", filter.freshness);
  if (filter.includeClosed !== true) where.push(["is_closed = ?", 0]);
  if (filter.search !== undefined) where.push(searchFor(filter.search, filter.searchNames === true));
  return { ...newestFirst("sessions"), where, sort: ["position", "number"] };
}

function searchFor(text: string, alsoNames: boolean): readonly [string, ...string[]] {
  const pattern = containing(text);
  const inPlace = String.raw`place LIKE ? ESCAPE '\'`;
  return alsoNames
    ? [String.raw`(${inPlace} OR name LIKE ? ESCAPE '\')`, pattern, pattern]
    : [inPlace, pattern];
}

const readItems = (
  db: Database,
  id: string,
  { newestFirst: turned, ...page }: PageAsk & { readonly newestFirst?: boolean },
): PageOf<ItemRow> =>
  askPage(
    db,
    {
      ...byKey("items"),
      where: [["session_id = ?", id]],
      sort: ["place", "string"],
      direction: turned === true ? "DESC" : "ASC",
    },
    page,
  );

const readQuarantine = (db: Database, page: PageAsk): PageOf<QuarantineRow> =>
  askPage(db, { table: "quarantine", key: "position", where: [], sort: null, direction: "DESC" }, page);
