/**
 * Beginning the next generation of the log (ADR 0009, DESIGN 14.5). A process may be ended between any two steps: each is done again without harm, and
 * what comes next is found from the ledger and the streams alone.
 */
import type { LogUnavailable, RawLog } from "@claw/eventlog";
import { type Entry, position, type Sequence } from "@claw/events";
import { Effect, Stream } from "effect";
import { keptFrom, nextSequence, openingEntry } from "../domain/beginning.ts";
import { type Plan, planOf, reasonOf } from "../domain/plan.ts";
import { fitting, type ReplicationFault } from "./faults.ts";
import { endOf, hearLedger, mayDecide, type ReplicationHouse, sawMessage } from "./house.ts";
import { holdsCursor } from "./identity.ts";

/** Does what has to be done before the log can be opened. Asks the keeper nothing where this ledger may not decide. */
export const prepareLog = Effect.fnUntraced(function* (
  house: ReplicationHouse,
): Effect.fn.Return<void, ReplicationFault> {
  yield* hearLedger(house);
  const plan = yield* makePlan(house);
  if (plan.do === "first") yield* house.options.keeper.ensure(true);
  if (plan.do === "open" && isOfRecord(house)) yield* house.options.keeper.ensure(false);
  if (plan.do !== "begin") return;
  house.report.waiting(`begins generation ${plan.generation} of the log`);
  house.options.diagnostics.warn({ ...plan }, "a generation of the log begins");
  yield* beginGeneration(house, plan);
});

/** Streams that are gone are made again and changed settings are set, each time that the ledger of record opens its log; other changes refuse it. */
const isOfRecord = ({ standing, options }: ReplicationHouse): boolean =>
  standing.claimant === options.ledger.ledgerId;

const makePlan = Effect.fnUntraced(function* (
  house: ReplicationHouse,
): Effect.fn.Return<Plan, LogUnavailable> {
  const { ledger, keeper } = house.options;
  const isEntitled = mayDecide(house);
  const cursor = yield* ledger.cursor;
  const reached = Math.max(cursor?.generation ?? 1, house.standing.generation);
  return planOf({
    current: isEntitled ? yield* keeper.current : null,
    reached,
    retired: isEntitled ? yield* keeper.newestRetired : 0,
    isLedgerEmpty: house.heardThrough === 0 && cursor === null,
    isEntitled,
    lost: house.lost,
    isTrimAsked: house.standing.trimBefore !== null,
    begun: house.begun,
  });
});

const beginGeneration = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  { generation, retiring, since, reason, isThere }: Extract<Plan, { readonly do: "begin" }>,
): Effect.fn.Return<void, ReplicationFault> {
  const { keeper, ledger, clocks } = house.options;
  yield* keeper.ensure(false);
  yield* keeper.retire(retiring);
  // A ledger that was restored stands in one generation, and later ones may have been retired since: in their order, or it would refuse the earlier ones.
  for (let earlier = since; earlier < retiring; earlier += 1) yield* takeRetired(house, earlier);
  const isLeft = yield* takeRetired(house, retiring);
  yield* hearLedger(house);
  // What was left may hold a later claim of another ledger: then it is the one to go on.
  if (!mayDecide(house)) return;
  const { position: stands, chain } = yield* endOf(ledger);
  const why = reason ?? reasonOf(isLeft);
  const opening = openingEntry({ generation, position: stands, chain, reason: why }, clocks.wallMs());
  const first = nextSequence([house.highestSeen, (yield* ledger.cursor)?.sequence ?? 0]);
  const begun = keeper.begin(generation, first, entriesOf(house), opening);
  yield* isThere ? Effect.catchIf(begun, wasOpened, () => Effect.void) : begun;
  house.begun = generation;
  house.lost = null;
});

/** A generation that was opened with another entry than this one is not begun again; whether it goes on from this ledger is looked at before it is followed. */
const wasOpened = ({ reason }: LogUnavailable): boolean => reason === "drifted";

/** Takes what is left of a retired generation. Answers whether its stream is there. */
const takeRetired = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  generation: number,
): Effect.fn.Return<boolean, ReplicationFault> {
  const old = yield* house.options.keeper.retired(generation);
  if (old !== null) yield* takeWhatIsLeft(house, old);
  return old !== null;
});

/**
 * Takes what a retired stream holds beyond the cursor; all of it, if it does not hold the message that the cursor stands on: then it was written
 * anew from some place before, and what the ledger has of it already is a repeat.
 */
const takeWhatIsLeft = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  old: RawLog,
): Effect.fn.Return<void, ReplicationFault> {
  const { ledger } = house.options;
  const cursor = yield* ledger.cursor;
  // An earlier generation than the ledger's was put back by hand: what it holds was taken when it was the log.
  if (cursor !== null && cursor.generation > old.generation) return;
  const isSameLog = cursor?.generation === old.generation;
  const isContinued = isSameLog && (yield* holdsCursor(old, cursor));
  const after: Sequence | 0 = isContinued ? cursor.sequence : 0;
  sawMessage(house, yield* old.last);
  const take = isSameLog && !isContinued ? ledger.takeAgain : ledger.take;
  yield* Stream.runForEachArray(old.read(after), (messages) =>
    Effect.map(fitting(take(old.generation, messages), true), house.report.took),
  );
});

/** Each lane's last entry, and whole what lies behind a trim. In the order of positions: the lanes' heads are those of the ledger. */
function entriesOf({
  options,
  standing,
  heardThrough,
}: ReplicationHouse): Stream.Stream<Entry, LogUnavailable> {
  const { ledger } = options;
  const from = keptFrom(standing.trimBefore, heardThrough);
  const tails = Stream.filter(ledger.tails(), (placed) => placed.position < from);
  const whole = from > heardThrough ? Stream.empty : ledger.entriesFrom(position(from));
  return Stream.map(Stream.concat(tails, whole), ({ entry }) => entry);
}
