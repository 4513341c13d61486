/** Before a log is followed: is it the log of this ledger, and does the ledger hold all that came before it? */
import type { Cursor, LostTail, RawLog } from "@claw/eventlog";
import { position, type Position } from "@claw/events";
import { Effect, Stream } from "effect";
import { fitting, GenerationOver, LedgerDiverged, type ReplicationFault } from "./faults.ts";
import { hearLedger, LOOKS_TO_END, mayDecide, type ReplicationHouse } from "./house.ts";
import { holdsCursor, openingIn } from "./identity.ts";
import type { OpenedLog } from "./ports.ts";

/** Fails as over, diverged or away; a replica that starts behind the log's beginning is filled up from the ledger of record first. */
export const verifyLog = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  log: OpenedLog,
): Effect.fn.Return<void, ReplicationFault> {
  const cursor = yield* house.options.ledger.cursor;
  if (cursor?.generation === log.raw.generation) return yield* refuseOtherMessage(house, log, cursor);
  if (cursor !== null && cursor.generation > log.raw.generation)
    return yield* over(`generation ${log.raw.generation} came back after ${cursor.generation}`);
  return yield* joinGeneration(house, log);
});

const over = (detail: string, lost?: LostTail): GenerationOver =>
  new GenerationOver({ reason: "regressed", detail, ...(lost !== undefined && { lost }), retry: "never" });

/** A log that ends before the cursor, or holds another message there, lost its tail (DESIGN 14.5). */
const refuseOtherMessage = Effect.fnUntraced(function* (
  { patience }: ReplicationHouse,
  { raw }: OpenedLog,
  cursor: Cursor,
): Effect.fn.Return<void, ReplicationFault> {
  for (let looks = 1; !(yield* holdsCursor(raw, cursor)); looks += 1) {
    if (looks >= LOOKS_TO_END) return yield* lostTail(raw, cursor);
    yield* Effect.sleep(patience.lookMs);
  }
});

const lostTail = Effect.fnUntraced(function* (
  raw: RawLog,
  cursor: Cursor,
): Effect.fn.Return<never, ReplicationFault> {
  const last = yield* raw.last;
  return yield* over(
    `the log ends at ${last} and does not hold the message that the ledger read at ${cursor.sequence}`,
    cursor,
  );
});

/** A ledger comes to a generation that it never read: it has to stand exactly where that one began, by number and by chain. */
const joinGeneration = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  log: OpenedLog,
): Effect.fn.Return<void, ReplicationFault> {
  const { ledger } = house.options;
  const { position: begins } = log.start;
  if ((yield* ledger.last) < begins) yield* fillUp(house, begins);
  const last = yield* ledger.last;
  const opening = yield* openingIn(log);
  if (opening === null && begins === 0 && last === 0) return;
  const chain = last < begins ? null : yield* ledger.chain(begins);
  if (last === begins && opening !== null && chain === opening.chain) return;
  return yield* new LedgerDiverged({
    detail: `generation ${log.raw.generation} of the log began at position ${begins}, and this ledger stands at ${last}${last === begins ? " with another chain" : ""}`,
    wasOfRecord: mayDecide(house),
    retry: "never",
  });
});

/**
 * Takes what is missing from the ledger of record. It may be that this ledger believes to be of record itself, because it was away when another one
 * was promoted: so it asks, whatever it believes. Without an answer it goes no further.
 */
const fillUp = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  begins: Position | 0,
): Effect.fn.Return<void, ReplicationFault> {
  const { history, ledger } = house.options;
  if (history === undefined) return;
  house.report.waiting(`fills up from the ledger of record, to ${begins}`);
  const after = position(yield* ledger.last);
  const missing = history.read({ after, through: position(begins) });
  yield* Stream.runForEachArray(missing, (entries) => fitting(ledger.adopt(entries), mayDecide(house)));
  yield* hearLedger(house);
});
