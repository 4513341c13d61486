/**
 * The tables of the SQLite log.
 *
 * AUTOINCREMENT, because a plain rowid is given out again after the last row went. Triggers, because "append-only" must hold against our own
 * mistakes too: the one change that they let through is the erasure of bodies. `log` says which life of the log this is (DESIGN 14.5).
 */
import type { Schema } from "./database.ts";

export const logSchema: Schema = {
  version: 1,
  create: `
    CREATE TABLE log (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL) STRICT;
    INSERT INTO log VALUES (1, 1);
    CREATE TABLE entries (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      id       TEXT NOT NULL UNIQUE,
      lane     TEXT NOT NULL,
      digest   TEXT NOT NULL,
      at       INTEGER NOT NULL,
      envelope TEXT NOT NULL,
      bodies   TEXT
    ) STRICT;
    CREATE INDEX entries_by_lane ON entries (lane, sequence);
    CREATE TRIGGER entries_are_kept BEFORE DELETE ON entries
      BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
    CREATE TRIGGER entries_are_final BEFORE UPDATE ON entries
      WHEN NEW.bodies IS NOT NULL OR NEW.sequence IS NOT OLD.sequence OR NEW.id IS NOT OLD.id OR NEW.lane IS NOT OLD.lane
        OR NEW.digest IS NOT OLD.digest OR NEW.at IS NOT OLD.at OR NEW.envelope IS NOT OLD.envelope
      BEGIN SELECT RAISE(ABORT, 'entries are never changed; only bodies may be erased'); END;
  `,
};
