/**
 * A ledger that another process of this machine fills, read from its file: how a gateway has the log (ADR 0009). The connection cannot write, holds
 * no lock between two statements, and sees each transaction once it is committed.
 */
import { existsSync } from "node:fs";
import { position, type Position, sequence, type Sequence } from "@claw/events";
import * as sqlite from "@claw/sqlite";
import { Effect, Option, type Scope, Stream } from "effect";
import type { Logged } from "../event-log.ts";
import { LogUnavailable } from "../faults.ts";
import type { Database } from "../sqlite/database.ts";
import { attempt } from "../sqlite/fault-of.ts";
import { makeReader, type Reader } from "../sqlite/reader.ts";
import { makeTide, type Tide } from "../sqlite/tide.ts";
import { damaged } from "./faults.ts";
import { readIdentity } from "./identity.ts";
import type { LedgerReader } from "./ledger.ts";
import { bindReading, whileOpen } from "./read.ts";
import { ledgerSchema } from "./schema.ts";

export interface LedgerReaderOptions {
  /** How often who follows looks for itself, in ms, where nobody calls `refresh`. Default 1,000. */
  readonly pollMs?: number;
}

/** A whisper of the feed is what wakes readers; this only covers one that was lost. */
const POLL_MS = 1_000;

interface Parts {
  readonly db: Database;
  readonly reader: Reader;
  readonly tide: Tide;
  readonly pollMs: number;
}

/**
 * Opens a ledger's file for reading, for the time of a scope. Never makes one: where there is none yet it fails as `unreachable`, later. Refuses a
 * newer file and a damaged one.
 */
export const openLedgerReader = Effect.fnUntraced(function* (
  path: string,
  { pollMs = POLL_MS }: LedgerReaderOptions = {},
): Effect.fn.Return<LedgerReader, LogUnavailable, Scope.Scope> {
  const db = yield* Effect.acquireRelease(
    attempt(() => openFile(path)),
    (open) => Effect.sync(() => open.close()),
  );
  const identity = yield* attempt(() => readIdentity(db));
  if (identity === null) return yield* Effect.fail(notYet(path));
  const parts = yield* Effect.acquireRelease(
    attempt(() => makeParts(db, pollMs)),
    ({ tide }) => Effect.sync(() => tide.close()),
  );
  return {
    ...bindReading(parts, identity),
    follow: (after) => follow(parts, after),
    refresh: whileOpen(db, () => look(parts)),
  };
});

function makeParts(db: Database, pollMs: number): Parts {
  const reader = makeReader(db);
  return { db, reader, pollMs, tide: makeTide(reader.last()) };
}

/** A file that its projector is just making has no tables yet, and is as good as none. */
function openFile(path: string): Database {
  if (!existsSync(path)) throw notYet(path);
  const { version } = ledgerSchema;
  const db = sqlite.openDatabase({
    path,
    durability: "full",
    schemaVersion: version,
    migrate: () => undefined,
    readonly: true,
  });
  try {
    refuseVersion(Number(sqlite.readPragma(db, "user_version")), path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function refuseVersion(found: number, path: string): void {
  if (found === 0) throw notYet(path);
  if (found > ledgerSchema.version)
    throw new LogUnavailable({
      reason: "newer",
      retry: "never",
      detail: `${path} was written by a newer version.`,
    });
  if (found < ledgerSchema.version) throw damaged(`its tables are of version ${found}`);
}

const notYet = (path: string): LogUnavailable =>
  new LogUnavailable({
    reason: "unreachable",
    retry: "later",
    detail: `${path} is not there yet: the projector of this machine makes it.`,
  });

function look({ reader, tide }: Parts): Position | 0 {
  const last = reader.last();
  if (last > tide.last()) tide.rise(sequence(last));
  return position(last);
}

const follow = (parts: Parts, from: Sequence | 0): Stream.Stream<Logged, LogUnavailable> =>
  Stream.paginate(from, (after) =>
    Effect.andThen(
      beyond(parts, after),
      whileOpen(parts.db, () => {
        const page = parts.reader.page({ after, through: parts.tide.last() });
        return [page, Option.some(page.at(-1)?.sequence ?? after)] as const;
      }),
    ),
  );

/** Waits for whoever refreshes first: somebody who was told, or this very reader when it has waited long enough. */
const beyond = (parts: Parts, after: Sequence | 0): Effect.Effect<void, LogUnavailable> =>
  Effect.raceFirst(
    parts.tide.beyond(after),
    Effect.andThen(
      whileOpen(parts.db, () => look(parts)),
      Effect.forever(
        Effect.andThen(
          Effect.sleep(parts.pollMs),
          whileOpen(parts.db, () => look(parts)),
        ),
      ),
    ),
  );
