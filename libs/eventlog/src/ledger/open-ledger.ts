/** A projector's ledger on SQLite: one file, one process that writes, every transaction synced. */
import { randomUUID } from "node:crypto";
import { type Placed, sequence, type Sequence } from "@claw/events";
import { Effect, Option, type Scope, Stream } from "effect";
import type { Logged } from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";
import type { Trust } from "../jetstream/trust.ts";
import type { RawMessage } from "../raw-log.ts";
import { type Database, type DatabaseOptions, openDatabase } from "../sqlite/database.ts";
import { attempt } from "../sqlite/fault-of.ts";
import { makeReader, type Reader } from "../sqlite/reader.ts";
import { makeTide, type Tide } from "../sqlite/tide.ts";
import { type AdoptBatch, makeAdopt } from "./adopt.ts";
import { readEnd } from "./entries.ts";
import { establish } from "./identity.ts";
import type { Ledger, LedgerReceipt, Taken } from "./ledger.ts";
import { bindReading, whileOpen } from "./read.ts";
import { ledgerSchema } from "./schema.ts";
import { makeDesk, makeTake, type Reading, type State, type TakeBatch } from "./take.ts";

export interface LedgerOptions {
  /** An absolute path, or `:memory:`. */
  readonly path: string;
  /** Names a new ledger: a token of at most 63 characters, unlike any other. Asked once in a file's life. */
  readonly newId?: () => string;
  /** Transactions that would make the file larger fail as `disk_full`. Default: the disk decides. */
  readonly maxBytes?: number;
  /**
   * Whose decisions are believed; others are quarantined. Part of what positions and chains follow from, so every ledger of a fleet has the same, and
   * a key that is replaced stays among them. Without it everybody's are.
   */
  readonly trust?: Trust;
}

/** How many messages one transaction has: SQLite works on the event loop, and 500 take about 25 ms. */
const MAX_MESSAGES = 500;

interface Parts {
  readonly db: Database;
  readonly reader: Reader;
  readonly tide: Tide;
  readonly takeBatch: TakeBatch;
  readonly adoptBatch: AdoptBatch;
  state: State;
}

/** Opens a ledger for the time of a scope. Refuses (`LogUnavailable`) a file that is owned, damaged, newer, or that cannot be kept durable. */
export const openLedger = Effect.fnUntraced(function* ({
  path,
  newId = randomUUID,
  maxBytes,
  trust,
}: LedgerOptions): Effect.fn.Return<Ledger, LogUnavailable, Scope.Scope> {
  const options: DatabaseOptions = {
    path,
    synchronous: "full",
    schema: ledgerSchema,
    ...(maxBytes !== undefined && { maxBytes }),
  };
  const db = yield* openDatabase(options);
  const parts = yield* Effect.acquireRelease(
    attempt(() => makeParts(db, newId, trust ?? null)),
    ({ tide }) => Effect.sync(() => tide.close()),
  );
  return {
    ...bindReading(parts, parts.state),
    follow: (after) => follow(parts, after),
    take: (generation, messages) => takeAll(parts, generation, messages, "on"),
    takeAgain: (generation, messages) => takeAll(parts, generation, messages, "again"),
    adopt: (entries) => adoptAll(parts, entries),
  };
});

function makeParts(db: Database, newId: () => string, trust: Trust | null): Parts {
  const state: State = { ...establish(db, newId), end: readEnd(db) };
  const tide = makeTide(sequence(state.end.last));
  const desk = makeDesk(db, trust);
  const [takeBatch, adoptBatch] = [makeTake(desk), makeAdopt(desk)];
  return { db, reader: makeReader(db), tide, takeBatch, adoptBatch, state };
}

const takeAll = Effect.fnUntraced(function* (
  parts: Parts,
  generation: number,
  messages: readonly RawMessage[],
  reading: Reading,
): Effect.fn.Return<Taken, LogUnavailable> {
  let taken: Taken = { ...NOTHING, through: parts.state.end.last };
  for (const batch of batchesOf(messages))
    taken = sumOf(taken, yield* breathe(parts, () => takeOne(parts, generation, batch, reading)));
  return taken;
});

const adoptAll = (parts: Parts, entries: readonly Placed[]): Effect.Effect<void, LogUnavailable> =>
  Effect.forEach(
    batchesOf(entries),
    (batch) => breathe(parts, () => settle(parts, parts.adoptBatch(parts.state, batch))),
    { discard: true },
  );

const batchesOf = <A>(list: readonly A[]): readonly (readonly A[])[] =>
  Array.from({ length: Math.ceil(list.length / MAX_MESSAGES) }, (_, n) =>
    list.slice(n * MAX_MESSAGES, (n + 1) * MAX_MESSAGES),
  );

/** One transaction, and before it whoever else waits for the event loop. */
const breathe = <A>({ db }: Parts, work: () => A): Effect.Effect<A, LogUnavailable> =>
  Effect.andThen(Effect.yieldNow, whileOpen(db, work));

const NOTHING: Omit<Taken, "through"> = {
  admitted: 0,
  quarantined: 0,
  forks: 0,
  duplicates: 0,
  parked: 0,
  receipts: [],
};

function takeOne(parts: Parts, generation: number, messages: readonly RawMessage[], reading: Reading): Taken {
  const [state, taken] = parts.takeBatch(parts.state, generation, messages, reading);
  settle(parts, state);
  return taken;
}

/** What is known by heart moves only after the transaction has. */
function settle(parts: Parts, state: State): void {
  const isHigher = state.end.last > parts.state.end.last;
  parts.state = state;
  if (isHigher) parts.tide.rise(sequence(state.end.last));
}

function sumOf(before: Taken, after: Taken): Taken {
  const receipts = new Map<string, LedgerReceipt>();
  for (const receipt of [...before.receipts, ...after.receipts])
    receipts.set(`${receipt.hostId}/${receipt.epoch}`, receipt);
  return {
    through: after.through,
    admitted: before.admitted + after.admitted,
    quarantined: before.quarantined + after.quarantined,
    forks: before.forks + after.forks,
    duplicates: before.duplicates + after.duplicates,
    parked: before.parked + after.parked,
    receipts: [...receipts.values()],
  };
}

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
