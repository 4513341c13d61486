/** Judges drafts and stores those that stand: the part of the log that decides. Synchronous; runs inside one transaction. */
import { NONE, sequence, type Sequence } from "@claw/events";
import type { Outcome } from "../event-log.ts";
import type { Database } from "./database.ts";
import type { Prepared } from "./rows.ts";

interface Known {
  readonly sequence: Sequence;
  readonly digest: string;
}

/** Stores several appends as one transaction, each judged after those before it; answers per append and per draft. */
export type Commit = (appends: readonly (readonly Prepared[])[]) => readonly (readonly Outcome[])[];

/** Binds the statements. Throws what SQLite throws, and then nothing of the transaction is stored. */
export function makeCommit(db: Database): Commit {
  const known = db.prepare<[string], Known>("SELECT sequence, digest FROM entries WHERE id = ?");
  const head = headOf(db);
  const insert = db.prepare<[string, string, string, number, string, string]>(
    "INSERT INTO entries (id, lane, digest, at, envelope, bodies) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const store = (row: Prepared): Outcome => {
    const { lastInsertRowid } = insert.run(row.id, row.lane, row.digest, row.at, row.envelope, row.bodies);
    return { status: "appended", sequence: sequence(Number(lastInsertRowid)) };
  };
  /** The id is asked before the lane: a retry is a duplicate even though its own first try has moved the lane. */
  const judge = (row: Prepared): Outcome =>
    repeated(known.get(row.id), row) ?? conflict(row, head) ?? store(row);
  const all: Commit = (appends) => appends.map((rows) => rows.map(judge));
  return db.transaction(all).immediate;
}

/** The sequence of a lane's last entry, or 0. */
export function headOf(db: Database): (lane: string) => Sequence | 0 {
  const max = db
    .prepare<[string], Sequence | null>("SELECT max(sequence) FROM entries WHERE lane = ?")
    .pluck();
  return (lane) => max.get(lane) ?? NONE;
}

function repeated(known: Known | undefined, row: Prepared): Outcome | null {
  if (known === undefined) return null;
  if (known.digest === row.digest) return { status: "duplicate", sequence: known.sequence };
  return { status: "id_conflict", sequence: known.sequence, knownDigest: known.digest };
}

function conflict(row: Prepared, headOf: (lane: string) => Sequence | 0): Outcome | null {
  if (row.expectedHead === undefined) return null;
  const head = headOf(row.lane);
  return head === row.expectedHead ? null : { status: "lane_conflict", head };
}
