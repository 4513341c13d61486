/** The log on SQLite: one file, one process, every commit synced (`synchronous=FULL` on a WAL). */
import { NONE, type Sequence } from "@claw/events";
import { Effect, Option, type Scope, Stream } from "effect";
import {
  type Draft,
  type EventLog,
  type IndexedLog,
  type Logged,
  MAX_DRAFTS,
  type Outcome,
  type Range,
} from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";
import { headOf, makeCommit } from "./commit.ts";
import {
  type Database,
  type DatabaseOptions,
  openDatabase,
  type Pragmas,
  readPragmas,
  sizeBytes,
} from "./database.ts";
import { attempt, closedFault } from "./fault-of.ts";
import { makeReader, type Reader } from "./reader.ts";
import { prepare } from "./rows.ts";
import { logSchema } from "./schema.ts";
import { makeTide, type Tide } from "./tide.ts";
import { makeWriter, type Writer } from "./writer.ts";

export interface SqliteLogOptions {
  /** An absolute path, or `:memory:`. */
  readonly path: string;
  /** Appends that would make the file larger fail as `disk_full`. Default: the disk decides. */
  readonly maxBytes?: number;
}

export interface SqliteLog extends EventLog, IndexedLog {
  /** What the connection's settings are now, by name. */
  readonly readPragmas: Effect.Effect<Pragmas, LogUnavailable>;
  /** Bytes on disk, without the WAL. */
  readonly sizeBytes: Effect.Effect<number, LogUnavailable>;
}

interface Parts {
  readonly db: Database;
  readonly options: DatabaseOptions;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly tide: Tide;
}

/** Opens a log for the time of a scope. Refuses (`LogUnavailable`) a file that is owned, damaged, newer, or that cannot be kept durable. */
export const openSqliteLog = Effect.fnUntraced(function* (
  given: SqliteLogOptions,
): Effect.fn.Return<SqliteLog, LogUnavailable, Scope.Scope> {
  const options: DatabaseOptions = { ...given, synchronous: "full", schema: logSchema };
  const db = yield* openDatabase(options);
  const parts = yield* Effect.acquireRelease(
    attempt(() => makeParts(db, options)),
    ({ tide, writer }) =>
      Effect.sync(() => {
        writer.close();
        tide.close();
      }),
  );
  const generation = yield* attempt(() => readGeneration(db));
  return bind(parts, generation);
});

function makeParts(db: Database, options: DatabaseOptions): Parts {
  const reader = makeReader(db);
  const tide = makeTide(reader.last());
  const writer = makeWriter(makeCommit(db), (outcomes) => {
    const appended = outcomes.findLast((outcome) => outcome.status === "appended");
    if (appended !== undefined) tide.rise(appended.sequence);
  });
  return { db, options, reader, writer, tide };
}

const readGeneration = (db: Database): number =>
  Number(db.prepare<[], number>("SELECT generation FROM log").pluck().get());

function bind(parts: Parts, generation: number): SqliteLog {
  const { db, options, reader, tide } = parts;
  const head = headOf(db);
  return {
    append: (drafts) => append(parts, drafts),
    read: (range) => read(parts, range),
    follow: (after) => follow(parts, after),
    head: (lane) => whileOpen(db, () => head(lane)),
    last: whileOpen(db, tide.last),
    at: (sequence) => whileOpen(db, () => reader.at(sequence)),
    find: (id) => whileOpen(db, () => reader.find(id)),
    readPragmas: whileOpen(db, () => readPragmas(db, options)),
    sizeBytes: whileOpen(db, () => sizeBytes(db)),
    generation,
    start: { sequence: NONE, position: NONE },
  };
}

const whileOpen = <A>(db: Database, work: () => A): Effect.Effect<A, LogUnavailable> =>
  Effect.suspend(() => (db.open ? attempt(work) : Effect.fail(closedFault())));

/** Encodes in the caller's fiber, so that a draft that cannot be encoded is that caller's defect alone. */
const append = (
  { writer }: Parts,
  drafts: readonly Draft[],
): Effect.Effect<readonly Outcome[], LogUnavailable> =>
  Effect.suspend(() => {
    if (drafts.length > MAX_DRAFTS) throw new RangeError(`An append has at most ${MAX_DRAFTS} drafts.`);
    return writer.append(drafts.map(prepare));
  });

/** A closed database is asked first, because the tide of a closed log still knows where it ended. */
const read = ({ db, reader, tide }: Parts, range: Range): Stream.Stream<Logged, LogUnavailable> =>
  Stream.suspend(() => {
    const through = range.through ?? tide.last();
    return Stream.paginate(range.after, (after) =>
      whileOpen(db, () => {
        const page = reader.page({ ...range, after, through });
        return [page, Option.fromUndefinedOr(page.at(-1)?.sequence)] as const;
      }),
    );
  });

/** Pages until the end, then waits there. Nothing is kept for a slow reader but the page that it is on. */
const follow = ({ db, reader, tide }: Parts, from: Sequence | 0): Stream.Stream<Logged, LogUnavailable> =>
  Stream.paginate(from, (after) =>
    Effect.andThen(
      tide.beyond(after),
      whileOpen(db, () => {
        const page = reader.page({ after, through: tide.last() });
        return [page, Option.some(page.at(-1)?.sequence ?? after)] as const;
      }),
    ),
  );
