/** The three parts of an archive as streams of bytes, made anew each time that they are read: a long session is never whole in memory. */
import { createHash } from "node:crypto";
import type { Written } from "@claw/archives";
import type { HistoryRange, LogUnavailable, ReadableLog } from "@claw/eventlog";
import {
  type Digest,
  type Placed,
  position,
  type Position,
  sequence,
  type SessionId,
  sessionLane,
} from "@claw/events";
import { Effect, Stream } from "effect";
import { linesOf } from "../domain/archive/lines.ts";
import type { Subject } from "../domain/archive/subject.ts";
import { headText, itemText, turnText } from "../domain/archive/transcript.ts";
import type { RowsThen } from "./rows.ts";

/** The ledger of record on this machine: `Replication.read`. */
export type ReadLedger = (range: HistoryRange) => Stream.Stream<Placed, LogUnavailable>;

/** The same of a log or ledger whose sequence is the position. */
export const readLedgerOf =
  (log: Pick<ReadableLog, "read">): ReadLedger =>
  ({ after, through, lane }) =>
    Stream.map(
      log.read({ after: sequence(after), through: sequence(through), ...(lane !== undefined && { lane }) }),
      (logged) => ({ position: position(logged.sequence), entry: logged.entry }),
    );

export type Content<E> = Stream.Stream<Uint8Array, E>;

/** What passed while the events were read. */
export interface Tally {
  events: number;
  position: Position | 0;
}

/** The facts of the session's lane up to a position. `tally` begins at nothing with each run. */
export const eventsOf = (
  read: ReadLedger,
  sessionId: SessionId,
  through: Position,
  tally: Tally,
): Content<LogUnavailable> =>
  Stream.suspend(() => {
    tally.events = 0;
    tally.position = 0;
    return Stream.map(read({ after: 0, through, lane: sessionLane(sessionId) }), (placed) => {
      tally.events += placed.entry.envelope.events.length;
      tally.position = placed.position;
      return bytesOf(linesOf(placed));
    });
  });

/** Items that are read at once: with the longest texts that there are, some 6 MB (`Text` of @claw/events). */
const PAGE = 50;
/** Pieces that leave at once. The default of streams is 4,096, and would be the whole of most transcripts. */
const PIECES = { chunkSize: 8 } as const;

/** From the rows, because they are in the order in which things happened, each once: a host that was away tells its history late, and some of it twice. */
export const transcriptOf = (rows: RowsThen, subject: Subject): Content<never> =>
  Stream.suspend(() => Stream.fromIterable(transcriptPieces(rows, subject), PIECES)).pipe(
    Stream.map(bytesOf),
  );

function* transcriptPieces(rows: RowsThen, subject: Subject): Generator<string> {
  const { sessionId } = subject.row;
  yield headText(subject);
  let turnId: string | null = null;
  let cursor: string | null = null;
  do {
    const page: ReturnType<RowsThen["items"]> = rows.items(sessionId, { limit: PAGE, cursor });
    for (const item of page.rows) {
      if (item.turnId !== turnId) yield turnText(item.turnId, rows.turn(sessionId, item.turnId));
      turnId = item.turnId;
      yield itemText(item);
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
}

export const textContent = (text: string): Content<never> => Stream.succeed(bytesOf(text));

export const bytesOf = (text: string): Uint8Array => Buffer.from(text, "utf8");

/** What was read, and how many lines of it there are. */
export interface Measure extends Written {
  readonly lines: number;
}

const NEW_LINE = 10;

/** Reads it to its end and keeps nothing of it. */
export const measure = <E>(content: Content<E>): Effect.Effect<Measure, E> =>
  Effect.suspend(() => {
    const hash = createHash("sha256");
    let bytes = 0;
    let lines = 0;
    const take = (chunk: Uint8Array): void => {
      hash.update(chunk);
      bytes += chunk.byteLength;
      for (let at = chunk.indexOf(NEW_LINE); at >= 0; at = chunk.indexOf(NEW_LINE, at + 1)) lines += 1;
    };
    const whole = Stream.runForEachArray(content, (chunks) => Effect.sync(() => chunks.forEach(take)));
    return Effect.map(whole, (): Measure => ({ bytes, digest: hash.digest("hex") as Digest, lines }));
  });

export const isAsWritten = (one: Written, other: Written): boolean =>
  one.bytes === other.bytes && one.digest === other.digest;
