/** One question, judged: decided on the house as it is, recorded where it has to be, and answered. */
import type { EntryId, Event, Facts, Position, Sequence, Verdict } from "@claw/events";
import type { LogUnavailable } from "@claw/eventlog";
import type { CounterOf } from "@claw/runtime";
import type { GateVerdict } from "@claw/wire";
import { Effect } from "effect";
import { appendAtHead } from "./append.ts";
import { decide } from "./domain/decide.ts";
import { verdictId } from "./domain/entry-ids.ts";
import { renewed } from "./domain/lease-clock.ts";
import { spendRefusal } from "./domain/mute.ts";
import type { Question } from "./domain/question.ts";
import { factsOf } from "./domain/recalled.ts";
import { type Asking, type IntakeParts, placeOf, takeIn, type Taken } from "./intake.ts";
import { type Seat, type SeatParts, stillLeads } from "./seat.ts";

/** What became of a command. `answered`: accepted, and there is nothing to record; `tried`: a dry run. */
export const OUTCOMES = ["accepted", "refused", "repeated", "unrecorded", "answered", "tried"] as const;

export interface JudgeParts extends IntakeParts, SeatParts {
  readonly redactor: IntakeParts["redactor"];
  readonly outcomes: CounterOf<{ readonly outcome: typeof OUTCOMES }>;
}

/** The verdict, or null if the lane had moved and nothing was stored. A dry run stores, counts and renews nothing. */
export const judge = Effect.fnUntraced(function* (
  parts: JudgeParts,
  seat: Seat,
  asking: Asking,
): Effect.fn.Return<GateVerdict | null, LogUnavailable> {
  const taken = yield* takeIn(parts, seat, asking);
  const { question } = taken;
  const { verdict, events } = decide(seat.house, question);
  if (asking.isDryRun) {
    parts.outcomes.add({ outcome: "tried" });
    return unplaced(verdict, toldOf(taken, events));
  }
  if (events.length === 0) {
    if (taken.first === null && !(yield* isStillSo(parts, seat))) return null;
    return unrecorded(parts, seat, taken, verdict);
  }
  if (verdict.decision === "refused" && !mayRecord(seat, question)) {
    parts.outcomes.add({ outcome: "unrecorded" });
    return unplaced(verdict, NO_FACTS);
  }
  const { entryId, sequence } = yield* record(parts, seat, question, verdict, events);
  if (sequence === null) return null;
  parts.outcomes.add({ outcome: verdict.decision });
  return placed(verdict, entryId, placeOf(parts.log, sequence), factsOf(events));
});

/**
 * True if we lead, and no decision came since ours was made. An append proves that by itself; what leaves no entry, such as the renewal of a lease, has
 * to look, or a leader that was relieved a moment ago would tell a second holder.
 */
const isStillSo = (parts: JudgeParts, seat: Seat): Effect.Effect<boolean, LogUnavailable> =>
  Effect.suspend(() => {
    const { house } = seat;
    return Effect.map(stillLeads(parts, seat), (leads) => leads && seat.house === house);
  });

/** A repeat has its first verdict; what else leaves no entry is the renewal of a lease, or a word about one that is held already. */
function unrecorded(
  { outcomes, clocks }: JudgeParts,
  seat: Seat,
  { question, first }: Taken,
  verdict: Verdict,
): GateVerdict {
  const { command } = question;
  if (first !== null) {
    outcomes.add({ outcome: "repeated" });
    return placed(verdict, first.entryId, first.at, first.facts);
  }
  if (verdict.decision === "accepted" && command.type === "lease.renew")
    seat.leaseClock = renewed(seat.leaseClock, seat.house, command.leaseId, clocks.monoMs());
  outcomes.add({ outcome: verdict.decision === "accepted" ? "answered" : "unrecorded" });
  return unplaced(verdict, NO_FACTS);
}

function mayRecord(seat: Seat, question: Question): boolean {
  const { budget, isWithin } = spendRefusal(seat.refusals, seat.house, question);
  seat.refusals = budget;
  return isWithin;
}

const record = (
  parts: JudgeParts,
  seat: Seat,
  question: Question,
  verdict: Verdict,
  events: readonly Event[],
): Effect.Effect<{ readonly entryId: EntryId; readonly sequence: Sequence | null }, LogUnavailable> => {
  const entryId = verdictId(question, verdict, () => parts.ids.newId("r"));
  return Effect.map(appendAtHead(parts, seat, entryId, events), (sequence) => ({ entryId, sequence }));
};

const NO_FACTS: Facts = {};

const toldOf = ({ first }: Taken, events: readonly Event[]): Facts =>
  first === null || events.length > 0 ? factsOf(events) : first.facts;

const unplaced = (verdict: Verdict, told: Facts): GateVerdict => placed(verdict, null, null, told);

/** `told` is what the entry says; what `decide` says goes before it. */
function placed(verdict: Verdict, entryId: EntryId | null, at: Position | null, told: Facts): GateVerdict {
  if (verdict.decision === "refused") return { ...verdict, entryId, position: at };
  const facts: Facts = { ...told, ...verdict.facts };
  const accepted = { decision: "accepted", entryId, position: at } as const;
  return Object.keys(facts).length === 0 ? accepted : { ...accepted, facts };
}
