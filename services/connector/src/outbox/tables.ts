/** The outbox's tables, and every statement on them. */
import type { Database } from "@claw/sqlite";

export const SCHEMA_VERSION = 3;

/**
 * Version 2 brings commands and tokens; an outbox of version 1 never carried one out, so there is nothing to bring over.
 * Version 3 knows which command a fact ends: what waits in an outbox of version 2 may be told twice, which is nothing new to who heard it.
 */
export function migrate(db: Database, from: number): void {
  if (from < 1) db.exec(OBSERVING);
  if (from < 2) db.exec(ACTING);
  if (from < 3) db.exec(REPEATING);
}

/** AUTOINCREMENT keeps a sequence from being given twice after the newest row was deleted (RELIABILITY 3.2). */
const OBSERVING = `
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE outbox (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      body TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      at INTEGER NOT NULL
    );
    CREATE TABLE facts (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      session TEXT NOT NULL,
      content TEXT NOT NULL,
      is_turn_end INTEGER NOT NULL
    );
    CREATE INDEX turn_ends ON facts (session, id) WHERE is_turn_end = 1;
    CREATE INDEX facts_of_session ON facts (session, id);
    CREATE TABLE sessions (session TEXT PRIMARY KEY, endpoint TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX sessions_of_endpoint ON sessions (endpoint);
  `;

/** `n` is the order in which commands came, whatever the clock was; tokens are never deleted, or an old one would be good again. */
const ACTING = `
    CREATE TABLE commands (
      n INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      session TEXT NOT NULL,
      is_done INTEGER NOT NULL,
      body TEXT NOT NULL,
      at INTEGER NOT NULL
    );
    CREATE INDEX open_commands ON commands (n) WHERE is_done = 0;
    CREATE INDEX commands_of_session ON commands (session);
    CREATE INDEX commands_by_age ON commands (at);
    CREATE TABLE tokens (
      session TEXT PRIMARY KEY,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      lease TEXT
    ) WITHOUT ROWID;
  `;

/** Of a fact that tells an outcome, the command; it goes where its row goes, also into a new epoch. */
const REPEATING = `
    ALTER TABLE outbox ADD COLUMN command TEXT;
    CREATE INDEX outcomes ON outbox (command) WHERE command IS NOT NULL;
  `;

export interface OutboxRow {
  readonly seq: number;
  readonly body: string;
  readonly bytes: number;
}

/** Prepared once; named by what they do. */
export type Statements = ReturnType<typeof prepare>;

export const prepare = (db: Database) => ({ ...prepareObserving(db), ...prepareActing(db) });

function prepareActing(db: Database) {
  return {
    getCommand: db.prepare<[string], { body: string }>("SELECT body FROM commands WHERE id = ?"),
    putCommand: db.prepare<[string, string, number, string, number]>(
      `INSERT INTO commands (id, session, is_done, body, at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET is_done = excluded.is_done, body = excluded.body`,
    ),
    openCommands: db.prepare<[], { body: string }>("SELECT body FROM commands WHERE is_done = 0 ORDER BY n"),
    lastCommand: db.prepare<[], { n: number | null }>("SELECT max(n) AS n FROM commands"),
    toldCommands: db.prepare<[string, number], { body: string }>(
      "SELECT body FROM commands WHERE session = ? AND n <= ? ORDER BY n",
    ),
    isUntold: db.prepare<[string, number], { 1: 1 }>("SELECT 1 FROM commands WHERE id = ? AND n <= ?"),
    outcomeOf: db.prepare<[string], { seq: number | null }>(
      "SELECT max(seq) AS seq FROM outbox WHERE command = ?",
    ),
    pruneCommands: db.prepare<[number, number]>(
      "DELETE FROM commands WHERE (is_done = 1 OR json_extract(body, '$.phase') = 'unknown') AND at < ? AND n <= (SELECT max(n) FROM commands) - ?",
    ),
    getToken: db.prepare<[string], { generation: number; counter: number; lease: string | null }>(
      "SELECT generation, counter, lease FROM tokens WHERE session = ?",
    ),
    putToken: db.prepare<[string, number, number, string | null]>(
      "INSERT OR REPLACE INTO tokens (session, generation, counter, lease) VALUES (?, ?, ?, ?)",
    ),
    forgetFences: db.prepare<[]>("UPDATE tokens SET lease = NULL"),
  };
}

function prepareObserving(db: Database) {
  return {
    getMeta: db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?"),
    setMeta: db.prepare<[string, string]>("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"),
    dropMeta: db.prepare<[string]>("DELETE FROM meta WHERE key = ?"),
    append: db.prepare<[string, number, number, string | null]>(
      "INSERT INTO outbox (body, bytes, at, command) VALUES (?, ?, ?, ?)",
    ),
    rowsAfter: db.prepare<[number, number], OutboxRow>(
      "SELECT seq, body, bytes FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?",
    ),
    oldestAfter: db.prepare<[number], { at: number }>(
      "SELECT at FROM outbox WHERE seq > ? ORDER BY seq LIMIT 1",
    ),
    used: db.prepare<[], { rows: number; bytes: number }>(
      "SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM outbox",
    ),
    usedThrough: db.prepare<[number], { rows: number; bytes: number }>(
      "SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM outbox WHERE seq <= ?",
    ),
    forget: db.prepare<[number]>("DELETE FROM outbox WHERE seq <= ?"),
    lastSeq: db.prepare<[], { seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"),
    firstSeq: db.prepare<[], { seq: number | null }>("SELECT min(seq) AS seq FROM outbox"),
    getFact: db.prepare<[string], { content: string }>("SELECT content FROM facts WHERE key = ?"),
    putFact: db.prepare<[string, string, string, number]>(
      `INSERT INTO facts (key, session, content, is_turn_end) VALUES (?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET content = excluded.content`,
    ),
    pruneFacts: db.prepare<[string, string, number]>(
      `DELETE FROM facts WHERE session = ? AND id <
         (SELECT id FROM facts WHERE session = ? AND is_turn_end = 1 ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    ),
    getSession: db.prepare<[string], { state: string }>("SELECT state FROM sessions WHERE session = ?"),
    putSession: db.prepare<[string, string, string]>(
      "INSERT OR REPLACE INTO sessions (session, endpoint, state) VALUES (?, ?, ?)",
    ),
    sessionsOf: db.prepare<[string], { state: string }>(
      "SELECT state FROM sessions WHERE endpoint = ? ORDER BY session",
    ),
    allSessions: db.prepare<[], { state: string }>("SELECT state FROM sessions ORDER BY session"),
  };
}
