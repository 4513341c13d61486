/**
 * The tables of a ledger.
 *
 * `entries` is that of the SQLite log, so one reader reads both: its sequence is the position, which is given and never made by SQLite. The same
 * triggers keep it append-only. `ledger` has one row: who this is, and the message that it stands on. What is parked is kept as it was stored, and
 * `quarantined` holds the bytes of messages that are no entries.
 */
import type { Schema } from "../sqlite/database.ts";

export const ledgerSchema: Schema = {
  version: 1,
  create: `
    CREATE TABLE ledger (
      one        INTEGER PRIMARY KEY CHECK (one = 1),
      ledger_id  TEXT NOT NULL,
      opened     INTEGER NOT NULL,
      generation INTEGER,
      sequence   INTEGER,
      message_id TEXT,
      digest     TEXT
    ) STRICT;
    CREATE TABLE entries (
      sequence INTEGER PRIMARY KEY,
      id       TEXT NOT NULL UNIQUE,
      lane     TEXT NOT NULL,
      digest   TEXT NOT NULL,
      at       INTEGER NOT NULL,
      envelope TEXT NOT NULL,
      bodies   TEXT,
      chain    BLOB NOT NULL
    ) STRICT;
    CREATE INDEX entries_by_lane ON entries (lane, sequence);
    CREATE TRIGGER entries_are_kept BEFORE DELETE ON entries
      BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
    CREATE TRIGGER entries_are_final BEFORE UPDATE ON entries
      WHEN NEW.bodies IS NOT NULL OR NEW.sequence IS NOT OLD.sequence OR NEW.id IS NOT OLD.id OR NEW.lane IS NOT OLD.lane
        OR NEW.digest IS NOT OLD.digest OR NEW.at IS NOT OLD.at OR NEW.envelope IS NOT OLD.envelope OR NEW.chain IS NOT OLD.chain
      BEGIN SELECT RAISE(ABORT, 'entries are never changed; only bodies may be erased'); END;
    CREATE TABLE streams (
      host    TEXT NOT NULL,
      epoch   TEXT NOT NULL,
      next    INTEGER NOT NULL,
      highest INTEGER NOT NULL,
      touched INTEGER NOT NULL,
      PRIMARY KEY (host, epoch)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE parked (
      id       TEXT PRIMARY KEY,
      host     TEXT NOT NULL,
      epoch    TEXT NOT NULL,
      seq      INTEGER NOT NULL,
      digest   TEXT NOT NULL,
      lane     TEXT NOT NULL,
      at       INTEGER NOT NULL,
      envelope TEXT NOT NULL,
      bodies   TEXT NOT NULL
    ) STRICT;
    CREATE INDEX parked_by_stream ON parked (host, epoch, seq);
    CREATE TABLE quarantined (
      position   INTEGER PRIMARY KEY,
      subject    TEXT NOT NULL,
      message_id TEXT,
      bytes      INTEGER NOT NULL,
      data       BLOB NOT NULL
    ) STRICT;
  `,
};
