/** Replication at work: one life of the log after the other, and what passes is outlasted. */
import { backoffMs, type Stopped } from "@claw/runtime";
import { Effect, type Scope } from "effect";
import { beatWhileFollowing } from "./beat.ts";
import { prepareLog } from "./begin.ts";
import { overWhenTold, tellLoss } from "./lost-tail.ts";
import { overIfRegressed, phraseOf, type ReplicationFault, setAsideFor, stoppedBy } from "./faults.ts";
import { mayDecide, type ReplicationHouse, tellRole, wasEverOfRecord } from "./house.ts";
import type { OpenedLog } from "./ports.ts";
import { takeFrom } from "./take.ts";
import { deleteTrimmed } from "./trimmed.ts";
import { verifyLog } from "./verify.ts";

const WAITS = "waits for the log";

/**
 * Replicates until a fault that does not pass. The ledger of record begins the next generation by itself; every other one stops with
 * `log.regressed`, and waits for that generation once it is started again (ADR 0009).
 */
export const replicate = Effect.fnUntraced(function* (
  house: ReplicationHouse,
): Effect.fn.Return<never, Stopped> {
  for (let tries = 0; ; tries += 1) {
    const from = house.position;
    const fault = overIfRegressed(yield* Effect.flip(Effect.scoped(oneLife(house))));
    if (house.position > from) tries = 0;
    yield* tellFault(house, fault);
    if (fault._tag === "GenerationOver" && mayDecide(house)) {
      yield* leaveGeneration(house);
      // What fails before a log was opened says nothing of a log: a beginning that was cut short is done again.
      if (house.opened > 0) house.lost = { generation: house.opened, reason: fault.reason };
    } else if (fault.retry === "never") {
      if (fault._tag === "GenerationOver") yield* tellLoss(house, fault);
      return yield* stop(house, fault);
    }
    yield* Effect.sleep(backoffMs(tries, house.patience));
  }
});

const stop = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  fault: ReplicationFault,
): Effect.fn.Return<never, Stopped> {
  const { setAside } = house.options;
  if (fault._tag !== "LedgerDiverged" || setAside === undefined || (yield* wasEverOfRecord(house)))
    return yield* stoppedBy(fault);
  yield* setAside;
  return yield* setAsideFor(fault);
});

/** From preparing the log to its end. Never succeeds: a log is followed for ever. */
const oneLife = Effect.fnUntraced(function* (
  house: ReplicationHouse,
): Effect.fn.Return<never, ReplicationFault, Scope.Scope> {
  house.opened = 0;
  yield* prepareLog(house);
  house.report.waiting(WAITS);
  const log = yield* house.options.openLog;
  house.opened = log.raw.generation;
  yield* Effect.forkScoped(beatWhileFollowing(house, log));
  yield* Effect.forkScoped(deleteTrimmed(house));
  return yield* Effect.raceAllFirst([followPatiently(house, log), log.ended, overWhenTold(house, log)]);
});

/** A disk that is full or a server that is away is waited for without letting the log go; before each try it is looked at anew. */
const followPatiently = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  log: OpenedLog,
): Effect.fn.Return<never, ReplicationFault> {
  for (let tries = 0; ; tries += 1) {
    const from = house.position;
    const fault = yield* Effect.flip(followOnce(house, log));
    if (fault.retry === "never") return yield* fault;
    if (house.position > from) tries = 0;
    yield* tellFault(house, fault);
    yield* Effect.sleep(backoffMs(tries, house.patience));
  }
});

const followOnce = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  log: OpenedLog,
): Effect.fn.Return<never, ReplicationFault> {
  yield* verifyLog(house, log);
  enterGeneration(house, log.raw.generation);
  return yield* takeFrom(house, log);
});

function enterGeneration(house: ReplicationHouse, generation: number): void {
  if (house.generation === generation) return;
  house.generation = generation;
  house.takenThrough = 0;
  house.lastSeen = 0;
  house.lost = null;
}

/** Until the next generation was read to its end, nobody knows who is of record in it. */
const leaveGeneration = (house: ReplicationHouse): Effect.Effect<void> =>
  Effect.suspend(() => {
    house.isCaughtUp = false;
    return Effect.ignore(tellRole(house));
  });

const tellFault = (house: ReplicationHouse, fault: ReplicationFault): Effect.Effect<void> =>
  Effect.sync(() => {
    const phrase = phraseOf(fault);
    house.isFollowing = false;
    house.report.waiting(phrase);
    house.options.diagnostics.warn({ fault: fault._tag, phrase, retry: fault.retry }, "replicating failed");
  });
