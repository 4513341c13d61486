/**
 * The tables of a views file: one per view, a row as JSON beside the columns that questions need.
 *
 * `position` is that of the row's last change. A file with other columns is not migrated: the views are built again from the log.
 */
import type { Database } from "@claw/sqlite";
import { isOpenCommand } from "../domain/command-outcome.ts";
import { isInForce } from "../domain/rules.ts";
import { isHidden } from "../domain/spawned.ts";
import type { ViewName, ViewRows } from "../rows.ts";

/** Raise when a table changes. */
export const TABLES_VERSION = 6;

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
      is_hidden: "INTEGER",
      place: "TEXT",
      name: "TEXT",
    },
    values: (row) => [
      row.hostId,
      row.endpointId,
      row.repo,
      row.activity.type,
      row.freshness.state,
      row.closed === null && row.lifecycle !== "failed" ? 0 : 1,
      isHidden(row) ? 1 : 0,
      [row.sessionId, row.workspace, row.repo, row.branch].filter((text) => text !== null).join("\n"),
      row.name,
    ],
    indexes: ["is_hidden, is_closed, position, key", "host_id, position, key"],
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
    columns: { is_open: "INTEGER", session_id: "TEXT", at: "INTEGER" },
    values: (row) => [row.closedAt === null ? 1 : 0, row.sessionId, row.openedAt],
    indexes: ["is_open, at, key", "session_id, at, key", "at, key"],
  },
  tokens: { columns: {}, values: () => [], indexes: [] },
  ledger: { columns: {}, values: () => [], indexes: [] },
  lanes: { columns: {}, values: () => [], indexes: [] },
  commands: {
    columns: {
      session_id: "TEXT",
      host_id: "TEXT",
      decision: "TEXT",
      principal: "TEXT",
      is_open: "INTEGER",
      at: "INTEGER",
    },
    values: (row) => [
      row.spawnedSessionId ?? row.sessionId,
      row.hostId,
      row.decision,
      row.principal.name,
      isOpenCommand(row) ? 1 : 0,
      row.decidedPosition,
    ],
    indexes: ["at, key", "session_id, at, key", "is_open, at, key"],
  },
  leases: {
    columns: { session_id: "TEXT", host_id: "TEXT", state: "TEXT", at: "INTEGER" },
    values: (row) => [row.sessionId, row.hostId, row.state, row.offeredAt],
    indexes: ["at, key", "session_id, at, key", "state, at, key"],
  },
  rules: {
    columns: { kind: "TEXT", in_force: "INTEGER" },
    values: (row) => [row.kind, isInForce(row) ? 1 : 0],
    indexes: ["kind, in_force, position, key"],
  },
  threadKeys: { columns: {}, values: () => [], indexes: [] },
  reports: { columns: {}, values: () => [], indexes: [] },
  runtimes: { columns: {}, values: () => [], indexes: [] },
  egress: { columns: {}, values: () => [], indexes: [] },
  checkpoints: { columns: {}, values: () => [], indexes: [] },
  archives: {
    columns: { is_kept: "INTEGER", at: "INTEGER" },
    values: (row) => [row.deletedAt === null ? 1 : 0, row.archivedAt],
    indexes: ["is_kept, at, key", "at, key"],
  },
  owners: { columns: {}, values: () => [], indexes: [] },
  signIns: { columns: {}, values: () => [], indexes: [] },
  shares: {
    columns: { who: "TEXT" },
    values: (row) => [row.kind === "share" ? row.to : row.by],
    indexes: ["who, key"],
  },
  attention: { columns: {}, values: () => [], indexes: [] },
};

export const viewNames = Object.keys(tables) as readonly ViewName[];

/** Makes the tables that are missing. In an older file too: then its projections are not these, and it is built again beside it. */
export function createTables(db: Database): void {
  for (const name of viewNames) db.exec(createTable(name));
  db.exec(`
    CREATE TABLE IF NOT EXISTS quarantine (position INTEGER PRIMARY KEY, state TEXT NOT NULL, row TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS checkpoint (
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
    (list, n) => `CREATE INDEX IF NOT EXISTS ${name}_${n} ON ${name} (${list});`,
  );
  return `CREATE TABLE IF NOT EXISTS ${name} (
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
