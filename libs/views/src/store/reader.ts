/** Reads a views file through a connection of its own that cannot write. */
import { isRequested, type Position, position, type SessionId } from "@claw/events";
import { type Database, openDatabase } from "@claw/sqlite";
import type {
  ApprovalFilter,
  ArchiveFilter,
  ChangedRow,
  CommandFilter,
  LeaseFilter,
  PageAsk,
  PageOf,
  SessionFilter,
  ViewReader,
} from "../reader.ts";
import { approvalKey } from "../domain/keys.ts";
import type { QuarantineRow } from "../log-rows.ts";
import type { ItemRow, SessionRow, ViewName, ViewRows } from "../rows.ts";
import { fleetChangesAfter } from "./fleet-changes.ts";
import { registryReader } from "./registry-reader.ts";
import { rightNow, rulingNow } from "./rights-now.ts";
import { changesAfter } from "./changes.ts";
import { askPage, type Question } from "./query.ts";
import { prepared } from "./statements.ts";
import { createTables, TABLES_VERSION, viewNames } from "./tables.ts";

export interface OpenReader extends ViewReader {
  /** Which versions of which projections made the rows (`versionsDigest`); null before the first commit, or for a file of other tables. */
  readonly versions: () => string | null;
  /** Rows as they are now, for longer than one answer. Throws `OpenRefused`, also for a file that was deleted since it was opened. */
  readonly snapshot: () => ViewSnapshot;
  readonly close: () => void;
}

/** A reader all of whose answers are of one commit. While it is open the write-ahead log of its file only grows: to be closed soon. */
export interface ViewSnapshot extends ViewReader {
  readonly close: () => void;
}

/** Opens a views file that is there. Throws `OpenRefused`. Each answer is of one commit; the next may be of a later one. */
export function openViewReader(path: string): OpenReader {
  const db = openToRead(path);
  return {
    ...readerOn(db),
    versions: () => readVersions(db),
    snapshot: () => openSnapshot(path),
    close: () => db.close(),
  };
}

const openToRead = (path: string): Database =>
  openDatabase({
    path,
    durability: "normal",
    schemaVersion: TABLES_VERSION,
    migrate: createTables,
    readonly: true,
  });

/** On a connection of its own. A transaction of SQLite sees what there is when it first reads, so it reads at once; its end is that of the connection. */
function openSnapshot(path: string): ViewSnapshot {
  const db = openToRead(path);
  try {
    db.exec("BEGIN");
    readPosition(db);
    return { ...readerOn(db), close: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A reader on an open connection. */
export function readerOn(db: Database): ViewReader {
  const row = <Name extends ViewName>(view: Name, key: string): ViewRows[Name] | null =>
    changedRow(db, view, key)?.row ?? null;
  const session = (id: string): SessionRow | null => {
    const found = row("sessions", id);
    return (found?.boundTo ? row("sessions", found.boundTo) : null) ?? found;
  };
  /** The name that a session has by now. */
  const nameOf = (id: string | undefined): { readonly sessionId?: string } =>
    id === undefined ? {} : { sessionId: isRequested(id as SessionId) ? (session(id)?.sessionId ?? id) : id };
  return {
    position: () => readPosition(db),
    sessions: (filter, page) => askPage(db, sessionQuestion(filter), page),
    session,
    reports: (id) => row("reports", id)?.reports ?? [],
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
    approvals: (filter, page) =>
      askPage(db, approvalQuestion({ ...filter, ...nameOf(filter.sessionId) }), page),
    approval: (id, requestId) => row("approvals", approvalKey(session(id)?.sessionId ?? id, requestId)),
    tokens: (page) => askPage(db, byKey("tokens"), page),
    token: (id) => row("tokens", id),
    threadKey: (id) => row("threadKeys", id),
    rightOf: (right, id, at = Date.now()) => rightNow(row, right, session(id), at),
    rulingOf: (kind, id, at) => rulingNow(row, kind, session(id), at),
    commands: (filter, page) =>
      askPage(db, commandQuestion({ ...filter, ...nameOf(filter.sessionId) }), page),
    command: (id) => row("commands", id),
    leases: (filter, page) => askPage(db, leaseQuestion(filter), page),
    lease: (id) => row("leases", id),
    rules: (kind, page) =>
      askPage(
        db,
        {
          ...newestFirst("rules"),
          where: equalTo({ kind, in_force: 1 }),
          sort: ["position", "number"],
        },
        page,
      ),
    runtimes: (page) => askPage(db, byKey("runtimes"), page),
    egress: (page) => askPage(db, byKey("egress"), page),
    owners: (page) => askPage(db, byKey("owners"), page),
    archives: (filter, page) => askPage(db, archiveQuestion(filter), page),
    ...registryReader(db, row, session),
    fleetChanges: (after) => fleetChangesAfter(db, after, () => readPosition(db)),
    quarantine: (page) => readQuarantine(db, page),
    row: (view, key) => changedRow(db, view, key),
    changedAfter: (views, after, limit) => changesAfter(db, views, after, limit),
  };
}

const readPosition = (db: Database): Position =>
  position(Number(prepared(db, "SELECT position FROM checkpoint").get()?.[0] ?? 0));

function readVersions(db: Database): string | null {
  if (db.pragma("user_version", { simple: true }) !== TABLES_VERSION) return null;
  return db.prepare<[], string>("SELECT versions FROM checkpoint").pluck().get() ?? null;
}

function changedRow<Name extends ViewName>(db: Database, view: Name, key: string): ChangedRow<Name> | null {
  if (!viewNames.includes(view)) return null;
  const found = prepared(db, `SELECT position, row FROM ${view} WHERE key = ?`).get(key);
  if (found === undefined) return null;
  const [at, row] = found as readonly [number, string];
  return { view, key, position: position(at), row: JSON.parse(row) as ViewRows[Name] };
}

const byKey = (table: ViewName): Question => ({ table, key: "key", where: [], sort: null, direction: "ASC" });
const newestFirst = (table: ViewName): Question => ({ ...byKey(table), direction: "DESC" });

const openOrClosed = (state: "open" | "closed" | undefined): Question["where"] =>
  state === undefined ? [] : [["is_open = ?", state === "open" ? 1 : 0]];

/** A condition for each column that has a value. Columns are names of ours; only values come from outside. */
const equalTo = (
  columns: Readonly<Record<string, string | number | undefined>>,
): readonly (readonly [string, ...(string | number)[]])[] =>
  Object.entries(columns).flatMap(([column, value]) =>
    value === undefined ? [] : [[`${column} = ?`, value] as const],
  );

const commandQuestion = ({ sessionId, hostId, decision, principal, state }: CommandFilter): Question => ({
  ...newestFirst("commands"),
  where: [
    ...equalTo({ session_id: sessionId, host_id: hostId, decision, principal }),
    ...openOrClosed(state),
  ],
  sort: ["at", "number"],
});

const approvalQuestion = ({ state, sessionId }: ApprovalFilter): Question => ({
  ...newestFirst("approvals"),
  where: [...openOrClosed(state), ...equalTo({ session_id: sessionId })],
  sort: ["at", "number"],
});

const leaseQuestion = ({ sessionId, hostId, state }: LeaseFilter): Question => ({
  ...newestFirst("leases"),
  where: equalTo({ session_id: sessionId, host_id: hostId, state }),
  sort: ["at", "number"],
});

const archiveQuestion = ({ state, before }: ArchiveFilter): Question => ({
  ...byKey("archives"),
  where: [
    ...equalTo({ is_kept: state === undefined ? undefined : Number(state === "kept") }),
    ...(before === undefined ? [] : [["at < ?", before] as const]),
  ],
  sort: ["at", "number"],
});

function sessionQuestion(filter: SessionFilter): Question {
  const { hostId, endpointId, repo, activity, freshness } = filter;
  const where = [
    ...equalTo({ is_hidden: 0, host_id: hostId, endpoint_id: endpointId, repo, activity, freshness }),
  ];
  if (filter.includeClosed !== true) where.push(["is_closed = ?", 0]);
  if (filter.search !== undefined) where.push(searchFor(filter.search, filter.searchNames === true));
  return { ...newestFirst("sessions"), where, sort: ["position", "number"] };
}

/** Not by LIKE, which ends texts and patterns at NUL. A field may hold a line break, and the places of a session stand in lines: text with one is looked for field by field. */
function searchFor(text: string, alsoNames: boolean): readonly [string, ...string[]] {
  if (text.includes("\n")) return searchFields(text, alsoNames);
  const columns = alsoNames ? ["place", "name"] : ["place"];
  return [`(${columns.map(holding).join(" OR ")})`, ...columns.map(() => text)];
}

/** Whether it holds a text anywhere, whichever case its ASCII letters have; nothing in the text acts as a pattern (RELIABILITY S16). */
const holding = (place: string): string => `instr(lower(${place}), lower(?)) > 0`;

const PLACES = ["sessionId", "workspace", "repo", "branch"] as const;

function searchFields(text: string, alsoNames: boolean): readonly [string, ...string[]] {
  const fields = [...PLACES, ...(alsoNames ? ["name"] : [])];
  const found = fields.map((field) => holding(`json_extract(row, '$.${field}')`));
  return [`(${found.join(" OR ")})`, ...fields.map(() => text)];
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
