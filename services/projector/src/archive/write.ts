/**
 * One archive of one session, made of rows and ledger as they were at one moment, so that a session that never pauses is archived as well: measured, written, read back,
 * and, where the session ended, compared with the rows once more (X1-036). Nothing is finalised here; a process may die between any two steps, and leaves at worst
 * objects that a later archive makes needless.
 */
import {
  keysOf,
  type ObjectStore,
  type ObjectsUnavailable,
  PART_NAMES,
  type PartName,
  type Written,
} from "@claw/archives";
import type { LogUnavailable } from "@claw/eventlog";
import type { CommandOf, SessionId } from "@claw/events";
import { Effect, Option } from "effect";
import { isSame, standingOf, type Subject } from "../domain/archive/subject.ts";
import { summaryText } from "../domain/archive/summary.ts";
import { attempt, type ViewsUnavailable } from "../faults.ts";
import {
  type Content,
  eventsOf,
  isAsWritten,
  type Measure,
  measure,
  type ReadLedger,
  type Tally,
  textContent,
  transcriptOf,
} from "./content.ts";
import type { ArchiveRows, RowsThen } from "./rows.ts";

export interface WriteParts {
  readonly rows: ArchiveRows;
  readonly read: ReadLedger;
  readonly store: ObjectStore;
  /** For tests: how long the rows of one moment are kept. Ms. */
  readonly snapshotMs?: number;
}

/** As long as an archive of 1 GiB takes at 1 MiB/s, and more: beyond it the write-ahead log of the views, which grows meanwhile, counts for more than this archive. */
const SNAPSHOT_MS = 1_800_000;

/** What is away while an archive is written; all of it is waited for. */
export type WriteFault = LogUnavailable | ObjectsUnavailable | ViewsUnavailable;

/** What the house is asked to record. */
export type ArchiveRecord = Omit<CommandOf<"record.archive">, "type" | "commandId">;

/**
 * Why there is nothing to finalise: the ledger and the rows count otherwise; the store gave back other bytes, or none; a session that had ended went on meanwhile, or failed
 * for another reason; somebody else recorded a version meanwhile; there is no such session; writing took longer than rows of one moment are kept.
 */
export type Differs = "count" | "read_back" | "moved" | "version" | "gone" | "slow";

export type Writing =
  | { readonly status: "written"; readonly record: ArchiveRecord }
  | { readonly status: "differs"; readonly why: Differs };

const differs = (why: Differs): Writing => ({ status: "differs", why });

/** The next version of a session's archive, whole and read back. */
export const writeArchive = Effect.fnUntraced(function* (
  parts: WriteParts,
  sessionId: SessionId,
): Effect.fn.Return<Writing, WriteFault> {
  const { rows, store } = parts;
  const version = nextVersion(rows, sessionId);
  const put = yield* putFromSnapshot(parts, sessionId, version);
  if (typeof put === "string") return differs(put);
  const { record, subject } = put;
  if (!(yield* isReadBack(store, record))) return differs("read_back");
  if (nextVersion(rows, sessionId) !== version) return differs("version");
  if (!record.isFinal) return { status: "written", record };
  const now = rows.subject(sessionId);
  return now !== null && isSame(subject, now) ? { status: "written", record } : differs("moved");
});

/** What was written, and of what. */
interface Put {
  readonly record: ArchiveRecord;
  readonly subject: Subject;
}

/** The rows are let go of as soon as all is written, whatever becomes of it: reading back takes none. */
const putFromSnapshot = (
  parts: WriteParts,
  sessionId: SessionId,
  version: number,
): Effect.Effect<Put | Differs, WriteFault> =>
  Effect.acquireUseRelease(
    attempt(() => parts.rows.snapshot()),
    (then) =>
      putAll(parts, then, sessionId, version).pipe(
        Effect.timeoutOption(parts.snapshotMs ?? SNAPSHOT_MS),
        Effect.map(Option.getOrElse((): Differs => "slow")),
      ),
    (then) => Effect.sync(then.close),
  );

/** Each part is made twice, because an object lies under the digest of what is in it. */
const putAll = Effect.fnUntraced(function* (
  { read, store }: WriteParts,
  then: RowsThen,
  sessionId: SessionId,
  version: number,
): Effect.fn.Return<Put | Differs, LogUnavailable | ObjectsUnavailable> {
  const subject = then.subject(sessionId);
  if (subject === null) return "gone";
  const tally: Tally = { events: 0, position: 0 };
  const events = eventsOf(read, sessionId, then.position, tally);
  const transcript = transcriptOf(then, subject);
  const measured = { events: yield* measure(events), transcript: yield* measure(transcript) };
  if (tally.events !== subject.row.factCount || measured.events.lines !== tally.events) return "count";
  const made = recordOf(subject, version, tally, measured);
  const summary = textContent(made.summary);
  const record = { ...made.record, parts: { ...made.parts, summary: written(yield* measure(summary)) } };
  const contents: Readonly<Record<PartName, Content<LogUnavailable>>> = { events, transcript, summary };
  const keys = keysOf(sessionId, record);
  for (const part of PART_NAMES) yield* store.put(keys[part], contents[part]);
  return { record, subject };
});

const nextVersion = (rows: ArchiveRows, sessionId: SessionId): number =>
  (rows.archived(sessionId)?.version ?? 0) + 1;

const written = ({ bytes, digest }: Written): Written => ({ bytes, digest });

function recordOf(
  subject: Subject,
  version: number,
  { events, position }: Tally,
  measured: Readonly<Record<"events" | "transcript", Written>>,
) {
  const { status, failure, isEnded: isFinal } = standingOf(subject);
  const parts = { events: written(measured.events), transcript: written(measured.transcript) };
  const { sessionId } = subject.row;
  return {
    parts,
    record: { sessionId, version, position, events, status, failure, isFinal },
    summary: summaryText(subject, { version, position, events, parts }),
  };
}

/** True if the store gives back what the record says of each part. */
const isReadBack = Effect.fnUntraced(function* (
  store: ObjectStore,
  record: ArchiveRecord,
): Effect.fn.Return<boolean, ObjectsUnavailable> {
  const keys = keysOf(record.sessionId, record);
  for (const part of PART_NAMES) {
    const found = yield* measureThere(store.get(keys[part]));
    if (found === null || !isAsWritten(found, record.parts[part])) return false;
    if (part === "events" && found.lines !== record.events) return false;
  }
  return true;
});

/** Null where there is nothing that could be read: what was just written and is not there was not written. */
const measureThere = (
  content: Content<ObjectsUnavailable>,
): Effect.Effect<Measure | null, ObjectsUnavailable> =>
  Effect.catch(measure(content), (fault) =>
    fault.reason === "missing" || fault.reason === "corrupt" ? Effect.succeed(null) : Effect.fail(fault),
  );
