/** How a ledger's file is read, by its owner and by others on the machine. */
import { type Epoch, type HostId, type Placed, position, type Position, sequence } from "@claw/events";
import { Effect, Option, Stream } from "effect";
import type { Logged, Range } from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";
import { headOf } from "../sqlite/commit.ts";
import { type Database, sizeBytes } from "../sqlite/database.ts";
import { attempt, closedFault } from "../sqlite/fault-of.ts";
import type { Reader } from "../sqlite/reader.ts";
import { readChain } from "./entries.ts";
import { type Identity, readIdentity } from "./identity.ts";
import type { Evidence, LedgerReceipt, ReadableLedger } from "./ledger.ts";
import { receiptOf } from "./receipt.ts";
import { readStream } from "./streams.ts";

/** Entries that are read at once where they do not lie side by side. */
const TAILS_AT_ONCE = 100;

/** Everything but following, which its owner and others do in their own ways. */
export type Reading = Omit<ReadableLedger, "follow">;

export interface ReadingParts {
  readonly db: Database;
  readonly reader: Reader;
}

export function bindReading({ db, reader }: ReadingParts, { ledgerId }: Identity): Reading {
  const head = headOf(db);
  const chain = readChain(db);
  const stream = readStream(db);
  const hosts = hostsOf(db);
  const evidence = evidenceAt(db);
  return {
    ledgerId,
    generation: 1,
    start: { sequence: 0, position: 0 },
    read: (range) => readRange(db, reader, range),
    head: (lane) => whileOpen(db, () => head(lane)),
    last: whileOpen(db, reader.last),
    at: (place) => whileOpen(db, () => reader.at(place)),
    find: (id) => whileOpen(db, () => reader.find(id)),
    chain: (place) => whileOpen(db, () => chain(place)),
    cursor: whileOpen(db, () => readIdentity(db)?.cursor ?? null),
    receipt: (hostId, epoch) => whileOpen(db, () => receiptOf(hostId, epoch, stream(hostId, epoch))),
    hostsSeen: whileOpen(db, hosts),
    tails: () => readTails(db, reader),
    entriesFrom: (from) =>
      Stream.map(readRange(db, reader, { after: sequence(Math.max(0, from - 1)) }), placedOf),
    evidence: (place) => whileOpen(db, () => evidence(place)),
    sizeBytes: whileOpen(db, () => sizeBytes(db)),
  };
}

export const whileOpen = <A>(db: Database, work: () => A): Effect.Effect<A, LogUnavailable> =>
  Effect.suspend(() => (db.open ? attempt(work) : Effect.fail(closedFault())));

/** A ledger's sequences are its positions. */
const placedOf = ({ sequence: number, entry }: Logged): Placed => ({ position: position(number), entry });

const readRange = (db: Database, reader: Reader, range: Range): Stream.Stream<Logged, LogUnavailable> =>
  Stream.unwrap(
    Effect.map(
      whileOpen(db, () => range.through ?? reader.last()),
      (through) =>
        Stream.paginate(range.after, (after) =>
          whileOpen(db, () => {
            const page = reader.page({ ...range, after, through });
            return [page, Option.fromUndefinedOr(page.at(-1)?.sequence)] as const;
          }),
        ),
    ),
  );

/** Only their places are held at once: a fleet has many lanes, and their entries may be large. */
function readTails(db: Database, reader: Reader): Stream.Stream<Placed, LogUnavailable> {
  const places = Effect.suspend(() =>
    whileOpen(db, () =>
      db
        .prepare<[], number>("SELECT max(sequence) AS last FROM entries GROUP BY lane ORDER BY last")
        .pluck()
        .all(),
    ),
  );
  return Stream.unwrap(
    Effect.map(places, (all) =>
      Stream.paginate(0, (from) =>
        whileOpen(db, () => {
          const part = all.slice(from, from + TAILS_AT_ONCE);
          const entries = part.flatMap((place) => reader.at(sequence(place)) ?? []).map(placedOf);
          const next = from + part.length;
          return [entries, next < all.length ? Option.some(next) : Option.none()] as const;
        }),
      ),
    ),
  );
}

function hostsOf(db: Database): () => readonly Pick<LedgerReceipt, "hostId" | "epoch">[] {
  const newest = db.prepare<[], { readonly hostId: HostId; readonly epoch: Epoch; readonly heardAt: number }>(
    'SELECT host AS "hostId", epoch, max(touched) AS "heardAt" FROM streams GROUP BY host ORDER BY host',
  );
  return () => newest.all().map(({ hostId, epoch }) => ({ hostId, epoch }));
}

function evidenceAt(db: Database): (position: Position) => Evidence | null {
  const kept = db.prepare<[number], Evidence>(
    'SELECT subject, message_id AS "messageId", bytes, data FROM quarantined WHERE position = ?',
  );
  return (place) => kept.get(place) ?? null;
}
