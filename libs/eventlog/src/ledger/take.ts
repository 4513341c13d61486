/**
 * From messages to the ledger: the part that decides, one message at a time, inside one transaction. Each message is judged after those before it
 * and against nothing but the ledger, so it makes no difference where a batch was cut.
 */
import { type Digest, type Entry, type EntryId, type Position, sha256 } from "@claw/events";
import type { Trust } from "../jetstream/trust.ts";
import type { RawMessage } from "../raw-log.ts";
import { admit, type Numbered, type Step, type Touched, type Verdict } from "../sequence/sequencer.ts";
import type { Database } from "../sqlite/database.ts";
import { type Prepared, prepare } from "../sqlite/rows.ts";
import { chainText } from "./chain.ts";
import { type End, type Entries, makeEntries } from "./entries.ts";
import { forkedEntry, isSameEvidence, quarantinedEntry } from "./evidence.ts";
import { otherHistory } from "./faults.ts";
import { type Identity, writeCursor } from "./identity.ts";
import { judge, type Judged, type QuarantineCode, type Resumed } from "./judge.ts";
import { type Cursor, MAX_PARKED, type Taken } from "./ledger.ts";
import { receiptOf } from "./receipt.ts";
import { makeStreams, type Streams } from "./streams.ts";

/** How much of a message that is no entry is kept, in bytes, and of its subject and message id in UTF-16 units. */
const MAX_KEPT_BYTES = 65_536;
const MAX_KEPT_TEXT = 1_024;

/** What a ledger knows by heart between transactions. */
export interface State extends Identity {
  readonly end: End;
}

/** Whether messages at or before the cursor are passed over, or taken once more. */
export type Reading = "on" | "again";

/** Takes one batch into a state, and answers the state after it. Throws what SQLite throws, and then nothing of it is stored. */
export type TakeBatch = (
  state: State,
  generation: number,
  messages: readonly RawMessage[],
  reading: Reading,
) => readonly [State, Taken];

/** Where a ledger is written. */
export interface Desk {
  readonly db: Database;
  readonly entries: Entries;
  readonly streams: Streams;
  readonly keep: (position: Position, message: RawMessage) => void;
  readonly moveCursor: (cursor: Cursor | null, opened: number) => void;
  readonly trust: Trust | null;
}

export const makeDesk = (db: Database, trust: Trust | null): Desk => ({
  db,
  entries: makeEntries(db),
  streams: makeStreams(db),
  keep: makeKeep(db),
  moveCursor: writeCursor(db),
  trust,
});

/** Work in one transaction: it is stored wholly or not at all, and then nothing of it is remembered. */
export function atOnce<Parameters extends unknown[], Result>(
  { db, streams }: Desk,
  work: (...parameters: Parameters) => Result,
): (...parameters: Parameters) => Result {
  const { immediate } = db.transaction(work);
  return (...parameters) => {
    try {
      return immediate(...parameters);
    } catch (error) {
      streams.forget();
      throw error;
    }
  };
}

/** A batch while it is taken. */
interface Batch extends Desk {
  readonly generation: number;
  end: End;
  opened: number;
  cursor: Cursor | null;
  readonly counts: {
    admitted: number;
    quarantined: number;
    forks: number;
    duplicates: number;
    parked: number;
  };
}

export const makeTake = (desk: Desk): TakeBatch =>
  atOnce(desk, (...[state, generation, messages, reading]: Parameters<TakeBatch>) =>
    takeAll({ ...desk, generation }, state, messages, reading),
  );

function takeAll(
  desk: Desk & { readonly generation: number },
  state: State,
  messages: readonly RawMessage[],
  reading: Reading,
): readonly [State, Taken] {
  refuseGeneration(state.cursor, desk.generation, messages, reading);
  const counts = { admitted: 0, quarantined: 0, forks: 0, duplicates: 0, parked: 0 };
  const batch: Batch = { ...desk, end: state.end, opened: state.opened, cursor: state.cursor, counts };
  for (const message of messages)
    if (reading === "again" || !wasTaken(batch, message)) takeOne(batch, message);
  batch.moveCursor(batch.cursor, batch.opened);
  const touched = batch.streams.flush(batch.cursor?.sequence ?? 0);
  const taken = { through: batch.end.last, ...counts, receipts: receiptsOf(touched) };
  return [{ ...state, end: batch.end, opened: batch.opened, cursor: batch.cursor }, taken];
}

/** Generations follow each other, and none begins before another one's end: a number names one message for ever. */
function refuseGeneration(
  cursor: Cursor | null,
  generation: number,
  [first]: readonly RawMessage[],
  reading: Reading,
): void {
  if (cursor === null || first === undefined || generation === cursor.generation) return;
  const isNext = generation > cursor.generation && first.sequence > cursor.sequence;
  if (isNext && reading === "on") return;
  throw otherHistory(
    `The ledger stands at ${cursor.sequence} of generation ${cursor.generation}, and takes nothing from ${first.sequence} of generation ${generation}.`,
  );
}

const receiptsOf = (touched: readonly Touched[]): Taken["receipts"] =>
  touched.map(({ hostId, epoch, after }) => receiptOf(hostId, epoch, after));

const wasTaken = ({ cursor, generation }: Batch, { sequence }: RawMessage): boolean =>
  cursor !== null && cursor.generation === generation && sequence <= cursor.sequence;

function takeOne(batch: Batch, message: RawMessage): void {
  const { generation, opened, entries, trust } = batch;
  const digest = sha256(message.data);
  const judged = judge(message, { generation, opened, known: entries.known, trust });
  if (judged.kind === "refused") quarantine(batch, message, digest, judged.code);
  else takeEntry(batch, message, digest, judged);
  if (wasTaken(batch, message)) return;
  const { sequence, messageId } = message;
  batch.cursor = { generation, sequence, messageId, digest };
}

function takeEntry(
  batch: Batch,
  message: RawMessage,
  digest: Digest,
  { entry, row, resumed }: Extract<Judged, { kind: "entry" }>,
): void {
  const { verdict, touched } = stepOf(batch, entry);
  if (verdict.kind !== "duplicate" && resumed === null && !isOpen(batch)) return;
  if (touched !== null) batch.streams.put(touched);
  if (verdict.kind === "duplicate") {
    batch.counts.duplicates += 1;
    return;
  }
  if (resumed !== null) checkHistory(batch.end, resumed);
  if (verdict.kind === "forked") fork(batch, message, digest, entry, verdict);
  else if (verdict.kind === "admitted") addAll(batch, row, verdict.entries);
  else if (verdict.kind === "parked") park(batch, entry, row, verdict);
  if (resumed !== null) open(batch, resumed);
}

const stepOf = ({ end, entries, streams }: Batch, entry: Entry): Step =>
  admit(entry, { last: end.last, known: entries.known, stream: streams.get, maxParked: MAX_PARKED });

/**
 * A generation that is not open yet only repeats what its maker's ledger holds. Whatever else got in there is passed over and takes no position: the
 * opening says at which one the generation begins, and refuses a ledger that holds less. To refuse here would let anybody who gets one message in
 * between stop every ledger for good.
 */
const isOpen = ({ generation, opened }: Pick<Batch, "generation" | "opened">): boolean =>
  generation <= opened;

function checkHistory({ last, chain }: End, resumed: Resumed): void {
  if (resumed.position === last && resumed.chain === chainText(chain)) return;
  throw otherHistory(
    `Generation ${resumed.generation} goes on from position ${resumed.position}, and this ledger ends at ${last} or holds another history.`,
  );
}

/**
 * What was parked is forgotten when a generation opens: hosts send again what no receipt confirmed, and from here on every position follows from
 * the entries before it and the messages to come, whatever a ledger had seen of a stream that lost its tail.
 */
function open(batch: Batch, { generation }: Resumed): void {
  batch.opened = generation;
  batch.streams.unparkAll();
}

function addAll(batch: Batch, row: Prepared, [, ...freed]: readonly Numbered[]): void {
  batch.end = batch.entries.add(batch.end, row);
  for (const { id } of freed) batch.end = batch.entries.add(batch.end, batch.streams.free(id));
  batch.counts.admitted += 1 + freed.length;
}

function park(
  batch: Batch,
  entry: Entry,
  row: Prepared,
  { displaced }: Extract<Verdict, { kind: "parked" }>,
): void {
  const { by } = entry.envelope;
  if (by.kind !== "host") return;
  if (displaced !== null) batch.streams.unpark(displaced);
  batch.streams.park(row, by);
  batch.counts.parked += 1;
}

function fork(
  batch: Batch,
  message: RawMessage,
  digest: Digest,
  entry: Entry,
  { forkId, knownDigest }: Extract<Verdict, { kind: "forked" }>,
): void {
  const known = batch.entries.envelope(entry.envelope.id) ?? batch.streams.parkedEnvelope(entry.envelope.id);
  if (known !== null && isSameEvidence(known, entry.envelope)) {
    batch.counts.duplicates += 1;
    return;
  }
  const evidence = forkId === null ? null : forkedEntry(entry, forkId, knownDigest);
  if (evidence === null) return quarantine(batch, message, digest, "id_conflict");
  batch.end = batch.entries.add(batch.end, prepare({ entry: evidence }));
  batch.keep(batch.end.last as Position, message);
  batch.counts.forks += 1;
}

/** A message that is read again, and was quarantined before, is a duplicate like any other. */
function quarantine(batch: Batch, message: RawMessage, digest: Digest, code: QuarantineCode): void {
  const { generation, entries, counts } = batch;
  const write = (isKnown: (id: EntryId) => boolean) =>
    prepare({ entry: quarantinedEntry(generation, message, digest, code, isKnown) });
  const plain = write(() => false);
  const known = entries.known(plain.id as EntryId);
  const row = known === undefined ? plain : write(() => true);
  if (known === plain.digest || entries.known(row.id as EntryId) !== undefined) {
    counts.duplicates += 1;
    return;
  }
  if (!isOpen(batch)) return;
  batch.end = entries.add(batch.end, row);
  batch.keep(batch.end.last as Position, message);
  counts.quarantined += 1;
}

function makeKeep(db: Database): (position: Position, message: RawMessage) => void {
  const insert = db.prepare<[number, string, string | null, number, Uint8Array]>(
    "INSERT INTO quarantined VALUES (?, ?, ?, ?, ?)",
  );
  return (position, { subject, messageId, data }) =>
    void insert.run(
      position,
      subject.slice(0, MAX_KEPT_TEXT),
      messageId?.slice(0, MAX_KEPT_TEXT) ?? null,
      data.length,
      data.subarray(0, MAX_KEPT_BYTES),
    );
}
