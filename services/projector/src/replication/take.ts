/** From the log into the ledger: a batch is one commit, and what it means for hosts is told after it. */
import type { RawMessage } from "@claw/eventlog";
import { logSubject } from "@claw/events";
import type { Receipt } from "@claw/wire";
import { Effect, Stream } from "effect";
import { type Role, STANDING_LANES } from "../domain/standing.ts";
import { fitting, GenerationOver, type ReplicationFault } from "./faults.ts";
import { behind, hearLedger, mayDecide, type ReplicationHouse, sawMessage, tellRole } from "./house.ts";
import type { OpenedLog } from "./ports.ts";

/** Messages of one commit, and how long the next ones may wait behind it at most (RELIABILITY 3.3). */
const MAX_BATCH = 500;
const MOST_REST_MS = 50;

/** Follows a log from where the ledger stands. Never succeeds; the ledger holds what was taken when it fails. */
export const takeFrom = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  { raw }: OpenedLog,
): Effect.fn.Return<never, ReplicationFault> {
  const cursor = yield* house.options.ledger.cursor;
  const after = cursor?.generation === raw.generation ? cursor.sequence : 0;
  const end = yield* raw.last;
  house.takenThrough = after;
  sawMessage(house, end);
  yield* hearLedger(house);
  house.position = house.heardThrough;
  house.isFollowing = true;
  yield* settle(house, end);
  yield* Stream.runForEachArray(raw.follow(after), (page) => takePage(house, raw.generation, page, end));
  return yield* Effect.never;
});

/**
 * What came by now. After a small page the next one is left to grow for as long as this one took: a commit is synced and costs nearly the same for one
 * message as for many, so half of the time goes to commits at most, and nobody waits for longer than a commit.
 */
const takePage = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  generation: number,
  page: readonly RawMessage[],
  end: number,
): Effect.fn.Return<void, ReplicationFault> {
  const { clocks } = house.options;
  const begun = clocks.monoMs();
  for (let from = 0; from < page.length; from += MAX_BATCH)
    yield* takeBatch(house, generation, page.slice(from, from + MAX_BATCH), end);
  const tookMs = clocks.monoMs() - begun;
  if (page.length < MAX_BATCH && house.isCaughtUp) yield* Effect.sleep(Math.min(MOST_REST_MS, tookMs));
  else yield* Effect.yieldNow;
});

/** Receipts leave only after the commit that they speak of, and only while this ledger is of record: what they confirm, hosts forget. */
const takeBatch = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  generation: number,
  messages: readonly RawMessage[],
  end: number,
): Effect.fn.Return<void, ReplicationFault> {
  const last = messages.at(-1);
  if (last === undefined) return;
  const { ledger } = house.options;
  const taken = yield* fitting(ledger.take(generation, messages), mayDecide(house));
  house.position = taken.through;
  house.report.took(taken);
  house.takenThrough = last.sequence;
  sawMessage(house, last.sequence);
  if (messages.some(speaksOfTheLog)) yield* hearLedger(house);
  yield* settle(house, end, taken.receipts);
});

const SPOKEN_IN = new Set(STANDING_LANES.map(logSubject));

const speaksOfTheLog = ({ subject }: RawMessage): boolean => SPOKEN_IN.has(subject);

/** What the ledger is, now that a commit is done. A trim that was asked for ends this generation, once it is sure whose task it is. */
const settle = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  end: number,
  receipts: readonly Receipt[] = [],
): Effect.fn.Return<void, ReplicationFault> {
  if (house.takenThrough >= end) house.isCaughtUp = true;
  const role = yield* tellRole(house);
  if (role === "record") house.box.put(receipts);
  tellStanding(house, role);
  if (role === "record" && house.standing.trimBefore !== null)
    return yield* new GenerationOver({
      reason: "trimmed",
      detail: `entries before ${house.standing.trimBefore} leave the log`,
      retry: "never",
    });
});

export function tellStanding(house: ReplicationHouse, role: Role): void {
  const left = behind(house);
  if (role === "waiting") house.report.catchingUp(1 - left / Math.max(1, house.lastSeen));
  else house.report.stands(role, house.position, left);
}
