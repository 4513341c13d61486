/** The outboxes that a ledger knows. What is touched is read once and written once per transaction; a few stay in memory, the rest on disk. */
import type { EntryId, Envelope, Epoch, HostId } from "@claw/events";
import type { Touched } from "../sequence/sequencer.ts";
import { type HostStream, type Parked, unpark } from "../sequence/stream.ts";
import type { Database } from "../sqlite/database.ts";
import type { Prepared } from "../sqlite/rows.ts";
import { envelopeIn } from "./entries.ts";

/** How many streams are remembered between transactions, and how many parked deliveries one of them may have: about 3 MB at most. */
const MAX_REMEMBERED = 256;
const MAX_REMEMBERED_PARKED = 64;

export interface Streams {
  readonly get: (hostId: HostId, epoch: Epoch) => HostStream | undefined;
  readonly put: (touched: Touched) => void;
  readonly park: (row: Prepared, place: ParkedPlace) => void;
  readonly unpark: (id: EntryId) => void;
  readonly parkedEnvelope: (id: EntryId) => Envelope | null;
  /** Takes a parked entry out, encoded as it came. */
  readonly free: (id: EntryId) => Prepared;
  /** Forgets everything that is parked, of all streams. */
  readonly unparkAll: () => void;
  /** Writes what was touched since the last time, and says what. `at` is the last message's sequence: it orders streams by when they were heard. */
  readonly flush: (at: number) => readonly Touched[];
  /** Forgets what is remembered: the transaction failed, and the disk knows better. */
  readonly forget: () => void;
}

export interface ParkedPlace {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  readonly seq: number;
}

interface Memory {
  readonly known: Map<string, HostStream>;
  readonly touched: Map<string, Touched>;
}

interface FreedRow {
  readonly lane: string;
  readonly digest: string;
  readonly at: number;
  readonly envelope: string;
  readonly bodies: string;
}

const keyOf = (hostId: HostId, epoch: Epoch): string => `${hostId}/${epoch}`;

export function makeStreams(db: Database): Streams {
  const memory: Memory = { known: new Map(), touched: new Map() };
  const read = readStream(db);
  const write = writeStream(db);
  const { insert, remove, free, clear } = parkedStatements(db);
  return {
    get: (hostId, epoch) => {
      const key = keyOf(hostId, epoch);
      return memory.touched.get(key)?.after ?? memory.known.get(key) ?? read(hostId, epoch);
    },
    put: (touched) => {
      const key = keyOf(touched.hostId, touched.epoch);
      memory.touched.delete(key);
      memory.touched.set(key, touched);
    },
    park: ({ id, digest, lane, at, envelope, bodies }, { hostId, epoch, seq }) =>
      void insert.run(id, hostId, epoch, seq, digest, lane, at, envelope, bodies),
    unpark: (id) => void remove.run(id),
    parkedEnvelope: envelopeIn(db, "parked"),
    free: (id) => {
      const row = free.get(id);
      if (row === undefined) throw new Error(`${id} is not parked`);
      return { id, ...row, expectedHead: undefined };
    },
    unparkAll: () => {
      clear.run();
      memory.known.clear();
      for (const [key, touched] of memory.touched)
        memory.touched.set(key, { ...touched, after: unpark(touched.after) });
    },
    flush: (at) => flush(memory, write, at),
    forget: () => {
      memory.known.clear();
      memory.touched.clear();
    },
  };
}

function flush(
  { known, touched }: Memory,
  write: (touched: Touched, at: number) => void,
  at: number,
): readonly Touched[] {
  const written = [...touched.values()];
  let heardAt = at - written.length;
  for (const [key, one] of touched) {
    write(one, (heardAt += 1));
    known.delete(key);
    if (one.after.parked.length <= MAX_REMEMBERED_PARKED) known.set(key, one.after);
  }
  touched.clear();
  for (const oldest of known.keys()) {
    if (known.size <= MAX_REMEMBERED) break;
    known.delete(oldest);
  }
  return written;
}

/** Reads one stream from its tables: also what a receipt is made of. */
export function readStream(db: Database): (hostId: HostId, epoch: Epoch) => HostStream | undefined {
  const stream = db.prepare<[string, string], { readonly next: number; readonly highest: number }>(
    "SELECT next, highest FROM streams WHERE host = ? AND epoch = ?",
  );
  const parked = db.prepare<[string, string], Parked>(
    "SELECT seq, digest FROM parked WHERE host = ? AND epoch = ? ORDER BY seq",
  );
  return (hostId, epoch) => {
    const found = stream.get(hostId, epoch);
    return found === undefined ? undefined : { ...found, parked: parked.all(hostId, epoch) };
  };
}

function writeStream(db: Database): (touched: Touched, at: number) => void {
  const put = db.prepare<[string, string, number, number, number]>(
    "INSERT OR REPLACE INTO streams VALUES (?, ?, ?, ?, ?)",
  );
  return ({ hostId, epoch, after }, at) => void put.run(hostId, epoch, after.next, after.highest, at);
}

const parkedStatements = (db: Database) => ({
  insert: db.prepare<[string, string, string, number, string, string, number, string, string]>(
    "INSERT INTO parked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  ),
  remove: db.prepare<[string]>("DELETE FROM parked WHERE id = ?"),
  free: db.prepare<[string], FreedRow>(
    "DELETE FROM parked WHERE id = ? RETURNING lane, digest, at, envelope, bodies",
  ),
  clear: db.prepare<[]>("DELETE FROM parked"),
});
