/**
 * The tables of a views file: one per view, a row as JSON beside the columns that questions need.
 *
 * `position` is that of the row's last change. A file with other columns is not migrated: the views are built again from the log.
 */
import type { Database } from "@claw/sqlite";
import type { ViewName, ViewRows } from "../rows.ts";

/** Raise when a table changes. */
export const TABLES_VERSION = 1;

type Value = string | number | null;

interface TableOf<Row> {
  /** Names and types of the columns that are searched, besides key, position and row. */
  readonly columns: Readonly<Record<string, "TEXT" | "INTEGER">>;
  readonly values: (row: Row) => readonly Value[];
  /** Further indexes, each a list of columns. */
  readonly indexes: readonly string[];
}

type Tables = { readonly [Name in ViewName]: TableOf<ViewRows[Name]> };

export const tables: Tables = {
  sessions: {
    columns: {
      host_id: "TEXT",
      endpoint_id: "TEXT",
      repo: "TEXT",
      activity: "TEXT",
      freshness: "TEXT",
      is_closed: "INTEGER",
      place: "TEXT",
      name: "TEXT",
    },
    values: (row) => [
      row.hostId,
      row.endpointId,
      row.repo,
      row.activity.type,
      row.freshness.state,
      row.closed === null ? 0 : 1,
      [row.sessionId, row.workspace, row.repo, row.branch].filter((text) => text !== null).join("\n"),
      row.name,
    ],
    indexes: ["is_closed, position, key", "host_id, position, key"],
  },
  hosts: { columns: {}, values: () => [], indexes: [] },
  endpoints: { columns: { host_id: "TEXT" }, values: (row) => [row.hostId], indexes: [] },
  turns: {
    columns: { session_id: "TEXT", at: "INTEGER" },
    values: (row) => [row.sessionId, row.startedAt ?? row.completedAt ?? 0],
    indexes: ["session_id, at, key"],
  },
  items: {
    columns: { session_id: "TEXT", place: "TEXT" },
    values: (row) => [row.sessionId, row.order],
    indexes: ["session_id, place, key"],
  },
  approvals: {
    columns: { is_open: "INTEGER", at: "INTEGER" },
    values: (row) => [row.closedAt === null ? 1 : 0, row.openedAt],
    indexes: ["is_open, at, key", "at, key"],
  },
  tokens: { columns: {}, values: () => [], indexes: [] },
};

export const viewNames = Object.keys(tables) as readonly ViewName[];

/** Makes all tables in an empty file. */
export function createTables(db: Database): void {
  for (const name of viewNames) db.exec(createTable(name));
  db.exec(`
    CREATE TABLE quarantine (position INTEGER PRIMARY KEY, state TEXT NOT NULL, row TEXT NOT NULL) STRICT;
    CREATE TABLE checkpoint (
      one      INTEGER PRIMARY KEY CHECK (one = 1),
      position INTEGER NOT NULL,
      entry_id TEXT,
      versions TEXT NOT NULL
    ) STRICT;
  `);
}

function createTable(name: ViewName): string {
  const { columns, indexes } = tables[name];
  const extra = Object.entries(columns).map(([column, type]) => `, ${column} ${type}`);
  const further = ["position, key", ...indexes].map(
    (list, n) => `CREATE INDEX ${name}_${n} ON ${name} (${list});`,
  );
  return `CREATE TABLE ${name} (
    key TEXT PRIMARY KEY, position INTEGER NOT NULL, row TEXT NOT NULL${extra.join("")}) STRICT;
    ${further.join("\n")}`;
}

/** The statement that writes one row of a view, whether it was there or not. */
export function upsertOf(name: ViewName): string {
  const all = ["key", "position", "row", ...Object.keys(tables[name].columns)];
  const updates = all.slice(1).map((column) => `${column} = excluded.${column}`);
  return `INSERT INTO ${name} (${all.join(", ")}) VALUES (${all.map(() => "?").join(", ")})
    ON CONFLICT (key) DO UPDATE SET ${updates.join(", ")}`;
}
