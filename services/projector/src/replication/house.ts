/** What the parts of replication share. Only the replicating fiber changes it, so nothing here needs a lock. */
import type { Ledger, Logged, LogUnavailable } from "@claw/eventlog";
import {
  DECIDED,
  type Digest,
  type Lane,
  position,
  type Position,
  readEvents,
  sequence,
  type Sequence,
} from "@claw/events";
import type { Receipt } from "@claw/wire";
import { Effect, Stream, SubscriptionRef } from "effect";
import type { Lost } from "../domain/plan.ts";
import { hear, NOTHING_SAID, type Role, roleOf, type Standing, STANDING_LANES } from "../domain/standing.ts";
import type { Patience, ReplicationOptions } from "./ports.ts";
import { makeReceiptBox, type ReceiptBox } from "./receipt-box.ts";
import { makeReplicationReport, type ReplicationReport } from "./report.ts";

export interface ReplicationHouse {
  readonly options: ReplicationOptions;
  readonly patience: Patience;
  readonly report: ReplicationReport;
  readonly box: ReceiptBox;
  readonly role: SubscriptionRef.SubscriptionRef<Role>;
  standing: Standing;
  /** Up to where `standing` was folded. */
  heardThrough: Position | 0;
  /** Where the ledger stands. */
  position: Position | 0;
  /** The generation that is followed now, or 0. */
  generation: number;
  /** True once everything was taken that the log held when it was opened; until then nobody knows who claimed last. */
  isCaughtUp: boolean;
  /** False while something is waited for: health says what. */
  isFollowing: boolean;
  /** The last message of this generation that the ledger took, or 0. */
  takenThrough: Sequence | 0;
  /** The last message of the log as far as this process knows, and the highest of any generation. */
  lastSeen: Sequence | 0;
  highestSeen: Sequence | 0;
  /** The generation that was opened in this life of the log, or 0. */
  opened: number;
  /** Why another generation has to be begun, as this process found it. */
  lost: Lost | null;
  begun: number | null;
}

/** As many looks as the log's own guard takes before a log is over: an election, or a leader that was deposed a moment ago, may answer with less than there is. */
export const LOOKS_TO_END = 3;

/** Waits between tries while the log or the disk is away (RELIABILITY 3.4), between beats, and between looks, as the log's own guard looks (ADR 0009). */
const PATIENCE: Patience = { baseMs: 100, capMs: 5_000, beatMs: 5_000, lookMs: 600 };

export const openHouse = Effect.fnUntraced(function* (
  options: ReplicationOptions,
): Effect.fn.Return<ReplicationHouse> {
  const role = yield* SubscriptionRef.make<Role>("waiting");
  const house: ReplicationHouse = {
    options,
    patience: { ...PATIENCE, ...options.patience },
    report: makeReplicationReport(options.health, options.metrics, {
      position: () => house.position,
      lag: () => behind(house),
    }),
    box: yield* makeReceiptBox,
    role,
    standing: NOTHING_SAID,
    heardThrough: 0,
    position: 0,
    generation: 0,
    isCaughtUp: false,
    isFollowing: false,
    takenThrough: 0,
    lastSeen: 0,
    highestSeen: 0,
    opened: 0,
    lost: null,
    begun: null,
  };
  return house;
});

/** Messages of the log that are not in the ledger yet, as far as is known. */
export const behind = ({ lastSeen, takenThrough }: ReplicationHouse): number =>
  Math.max(0, lastSeen - takenThrough);

export function sawMessage(house: ReplicationHouse, sequence: Sequence | 0): void {
  if (sequence > house.lastSeen) house.lastSeen = sequence;
  if (sequence > house.highestSeen) house.highestSeen = sequence;
}

/** Whether this ledger is of record, or nobody's is and it may become the first one (`CLAW_LEDGER`). */
export function mayDecide({ options, standing }: ReplicationHouse): boolean {
  const { claimant } = standing;
  return claimant === null ? options.role === "record" : claimant === options.ledger.ledgerId;
}

/** Positions of which the two lanes are held in memory at once. */
const WINDOW = 50_000;

/** Folds what the ledger holds of the two lanes, up to its end and in the order of positions. */
export const hearLedger = Effect.fnUntraced(function* (
  house: ReplicationHouse,
): Effect.fn.Return<void, LogUnavailable> {
  const end = yield* house.options.ledger.last;
  while (house.heardThrough < end) {
    const through = Math.min(end, house.heardThrough + WINDOW);
    const heard = yield* Effect.forEach(STANDING_LANES, (lane) => readLane(house, lane, sequence(through)));
    for (const logged of heard.flat().sort((one, other) => one.sequence - other.sequence))
      house.standing = hear(house.standing, { position: position(logged.sequence), entry: logged.entry });
    house.heardThrough = position(through);
  }
});

/** Whether this ledger ever confirmed anything: then what it alone holds may be nowhere else. A ledger that cannot be asked is taken for one that did. */
export const wasEverOfRecord = ({ options: { ledger } }: ReplicationHouse): Effect.Effect<boolean> =>
  ledger.read({ after: 0, lane: DECIDED }).pipe(
    Stream.flatMap((logged) => Stream.fromIterable(readEvents(logged))),
    Stream.filter(
      (read) =>
        read.status === "known" &&
        read.event.type === "ledger.claimed" &&
        read.event.data.ledgerId === ledger.ledgerId,
    ),
    Stream.take(1),
    Stream.runCollect,
    Effect.map((claims) => claims.length > 0),
    Effect.catch(() => Effect.succeed(true)),
  );

/** A ledger's sequence is its position. */
const readLane = (
  { options, heardThrough }: ReplicationHouse,
  lane: Lane,
  through: Sequence,
): Effect.Effect<readonly Logged[], LogUnavailable> =>
  Stream.runCollect(options.ledger.read({ after: sequence(heardThrough), through, lane }));

/** Tells everybody what this ledger is now, if that changed. Who becomes of record tells all hosts what it holds (ADR 0009). */
export const tellRole = Effect.fnUntraced(function* (
  house: ReplicationHouse,
): Effect.fn.Return<Role, LogUnavailable> {
  const { ledger } = house.options;
  const role = roleOf(house.standing, ledger.ledgerId, house.isCaughtUp);
  if (role === SubscriptionRef.getUnsafe(house.role)) return role;
  if (role === "record") house.box.put(yield* receiptsOfAll(ledger));
  else house.box.clear();
  yield* SubscriptionRef.set(house.role, role);
  return role;
});

const receiptsOfAll = (ledger: Ledger): Effect.Effect<readonly Receipt[], LogUnavailable> =>
  Effect.flatMap(ledger.hostsSeen, (seen) =>
    Effect.forEach(seen, ({ hostId, epoch }) => ledger.receipt(hostId, epoch)),
  );

/** Where a ledger ends, by number and by chain: what replicas are compared by. */
export const endOf = Effect.fnUntraced(function* (
  ledger: Ledger,
): Effect.fn.Return<{ readonly position: Position | 0; readonly chain: Digest }, LogUnavailable> {
  const last = yield* ledger.last;
  const stands = last === 0 ? 0 : position(last);
  const chain = yield* ledger.chain(stands);
  if (chain === null) return yield* Effect.die(new Error("a ledger has no chain at its end"));
  return { position: stands, chain };
});
