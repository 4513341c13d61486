/** Replication: the log of a fleet into this projector's ledger, and what follows from where that ledger stands (ADR 0009). */
import type { HistoryRange, LogUnavailable } from "@claw/eventlog";
import { type Epoch, type HostId, type Placed, position, type Position, sequence } from "@claw/events";
import type { Stopped } from "@claw/runtime";
import type { Receipt } from "@claw/wire";
import { Effect, Fiber, type Scope, Stream, SubscriptionRef } from "effect";
import type { Role } from "../domain/standing.ts";
import { claimWhileUnclaimed } from "./claim.ts";
import { behind, openHouse, type ReplicationHouse } from "./house.ts";
import type { ReplicationOptions } from "./ports.ts";
import { replicate } from "./replicate.ts";

export interface Replication {
  /** What this ledger is, now and whenever it changes. `replica` is also who does not know yet. */
  readonly roles: Stream.Stream<"record" | "replica">;
  /** Runs an effect anew each time this ledger becomes of record, and interrupts it when it is not any more: for what only that one answers. */
  readonly whileOfRecord: <A, E, R>(
    work: Effect.Effect<A, E, R>,
  ) => Effect.Effect<void, E, Exclude<R, Scope.Scope>>;
  /** Receipts after the commits that they speak of, and only while of record: of each outbox the newest. For one reader at a time. */
  readonly receipts: Stream.Stream<Receipt>;
  /** What `ledger.read` answers with: a range of the ledger, or a lane's part of it. */
  readonly read: (range: HistoryRange) => Stream.Stream<Placed, LogUnavailable>;
  /** What `ledger.receipt` answers with. */
  readonly receiptOf: (hostId: HostId, epoch: Epoch) => Effect.Effect<Receipt, LogUnavailable>;
  /** Where the ledger stands. */
  readonly stands: () => Position | 0;
  /** Messages of the log that are not in the ledger yet, as far as is known. */
  readonly lag: () => number;
  /** Never succeeds. Fails with the sentence that the process stops with; dies of a defect. */
  readonly ended: Effect.Effect<never, Stopped>;
}

/** Starts replicating for the time of a scope and returns at once; health (`ledger`) says where it stands. */
export const startReplication = Effect.fnUntraced(function* (
  options: ReplicationOptions,
): Effect.fn.Return<Replication, never, Scope.Scope> {
  const house = yield* openHouse(options);
  house.report.waiting("waits for the log");
  yield* Effect.forkScoped(claimWhileUnclaimed(house));
  const fiber = yield* Effect.forkScoped(Effect.tapDefect(replicate(house), () => tellDefect(house)));
  return {
    roles: rolesOf(house),
    whileOfRecord: (work) => whileOfRecord(house, work),
    receipts: house.box.stream,
    read: (range) => readLedger(house, range),
    receiptOf: options.ledger.receipt,
    stands: () => house.position,
    lag: () => behind(house),
    ended: Fiber.join(fiber),
  };
});

const rolesOf = ({ role }: ReplicationHouse): Stream.Stream<"record" | "replica"> =>
  Stream.changes(Stream.map(SubscriptionRef.changes(role), outwardly));

const outwardly = (role: Role): "record" | "replica" => (role === "record" ? "record" : "replica");

const whileOfRecord = <A, E, R>(
  house: ReplicationHouse,
  work: Effect.Effect<A, E, R>,
): Effect.Effect<void, E, Exclude<R, Scope.Scope>> =>
  Stream.runDrain(
    Stream.switchMap(rolesOf(house), (role) =>
      role === "record" ? Stream.fromEffect(Effect.scoped(Effect.andThen(work, Effect.never))) : Stream.empty,
    ),
  );

const readLedger = (
  { options: { ledger } }: ReplicationHouse,
  { after, through, lane }: HistoryRange,
): Stream.Stream<Placed, LogUnavailable> =>
  Stream.map(
    ledger.read({
      after: sequence(after),
      through: sequence(through),
      ...(lane !== undefined && { lane }),
    }),
    (logged) => ({ position: position(logged.sequence), entry: logged.entry }),
  );

const tellDefect = (house: ReplicationHouse): Effect.Effect<void> =>
  Effect.sync(() => {
    house.isFollowing = false;
    house.report.waiting("a defect ended replicating");
    house.options.diagnostics.fatal("a defect ended replicating");
  });
