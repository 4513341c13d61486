/** The outbox's tables, and every statement on them. */
import type { Database } from "@claw/sqlite";

export const SCHEMA_VERSION = 1;

/** AUTOINCREMENT keeps a sequence from being given twice after the newest row was deleted (RELIABILITY 3.2). */
export function migrate(db: Database): void {
  db.exec(`
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
  `);
}

export interface OutboxRow {
  readonly seq: number;
  readonly body: string;
  readonly bytes: number;
}

/** Prepared once; named by what they do. */
export type Statements = ReturnType<typeof prepare>;

export function prepare(db: Database) {
  return {
    getMeta: db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?"),
    setMeta: db.prepare<[string, string]>("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"),
    dropMeta: db.prepare<[string]>("DELETE FROM meta WHERE key = ?"),
    append: db.prepare<[string, number, number]>("INSERT INTO outbox (body, bytes, at) VALUES (?, ?, ?)"),
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
