/**
 * The leader's seat: the house as folded so far, what was decided, and the head of the decided lane.
 *
 * Whoever leads proves it with each append at the lane's expected head. A conflict says that the lane has moved: then it is folded again, and if
 * another policy led in it, the gate closes (DESIGN 14.6).
 */
import { DECIDED, type Entry, type EntryId, type Event, NONE, readEvents, type Sequence } from "@claw/events";
import { type EventLog, type History, LogUnavailable, wholeLane } from "@claw/eventlog";
import type { Redactor } from "@claw/redact";
import type { Clocks } from "@claw/runtime";
import { Effect, Latch, Stream } from "effect";
import { isDecisionId } from "./domain/entry-ids.ts";
import { type Deadlines, noDeadlines, withoutSaid } from "./domain/deadlines.ts";
import { emptyHouse, evolve, type House } from "./domain/house.ts";
import { type LeaseClock, noLeases } from "./domain/lease-clock.ts";
import { type Recalled, recalled } from "./domain/recalled.ts";
import { emptyBudget, type RefusalBudget } from "./domain/refusal-budget.ts";
import { type Lead, lose, noLead } from "./lead.ts";
import type { SightAtWork } from "./sight.ts";

/** Where a first verdict can be read again: its sequence in the log, or the verdict itself where only history holds it. */
export type Kept = Sequence | Recalled;

export interface Seat {
  house: House;
  /** First verdicts by entry id, for ever: about 100 bytes each (measured), 350 for those of history, so a million take 100 to 350 MB. */
  readonly decisions: Map<EntryId, Kept>;
  /** Everything up to `head` was folded. Until then a fold begins from nothing. */
  isWhole: boolean;
  /** The sequence of the lane's last message, which is where the next entry has to follow. */
  head: Sequence | 0;
  /** Who took the lead last, as the lane says. */
  ledBy: string | null;
  /** An append failed, and may have been stored all the same, or came too late: the lane has to be folded before the next decision. */
  isUncertain: boolean;
  /** When leases run out. Begun anew with each lead. */
  leaseClock: LeaseClock;
  /** The commands that may still become overdue. */
  deadlines: Deadlines;
  /** What may still be written of refusals, and what was not. */
  refusals: RefusalBudget;
  /** The sight is far behind the log: nothing is decided on it. */
  isSightOld: boolean;
  /** Open since we appended something; whoever looks closes it. */
  readonly moved: Latch.Latch;
  readonly lead: Lead;
}

export interface SeatParts {
  readonly log: EventLog;
  readonly history?: History;
  readonly clocks: Clocks;
  readonly ids: { readonly newId: (prefix: string) => string };
  /** 16 random bytes in hex at each call. */
  readonly salt: () => string;
  readonly redactor: Pick<Redactor, "version">;
  readonly sight: SightAtWork;
}

export const emptySeat = (): Seat => ({
  house: emptyHouse,
  decisions: new Map(),
  isWhole: false,
  head: NONE,
  ledBy: null,
  isUncertain: false,
  leaseClock: noLeases,
  deadlines: noDeadlines(emptyHouse),
  refusals: emptyBudget,
  isSightOld: false,
  moved: Latch.makeUnsafe(false),
  lead: noLead(),
});

/** Folds what came to the decided lane since the last time; at first all of it, also what only the ledger of record holds (DESIGN 14.3). */
export const refold = Effect.fnUntraced(function* (
  { log, history }: SeatParts,
  seat: Seat,
): Effect.fn.Return<void, LogUnavailable> {
  const head = yield* log.head(DECIDED);
  if (head < seat.head) return yield* Effect.fail(regressed(head, seat.head));
  if (!seat.isWhole) empty(seat);
  let through = head;
  if (!seat.isWhole || head > seat.head)
    yield* Stream.runForEach(wholeLane(log, history, DECIDED, seat.head), ({ entry, sequence }) =>
      Effect.sync(() => {
        foldEntry(seat, entry, sequence ?? recalled(entry));
        if (sequence !== null && sequence > through) through = sequence;
      }),
    );
  seat.head = through;
  seat.isWhole = true;
  seat.isUncertain = false;
});

/** A first fold that was cut short begins again from nothing. */
function empty(seat: Seat): void {
  seat.house = emptyHouse;
  seat.decisions.clear();
  seat.ledBy = null;
}

/** Takes one entry of the lane into the seat. Only policy decides: what says that another wrote it is quarantined by the ledger (RELIABILITY S6). */
export function foldEntry(seat: Seat, entry: Entry, kept: Kept): void {
  const { id, by } = entry.envelope;
  if (by.kind !== "policy") return;
  if (isDecisionId(id)) seat.decisions.set(id, kept);
  for (const read of readEvents({ entry })) if (read.status === "known") foldEvent(seat, read.event);
}

function foldEvent(seat: Seat, event: Event): void {
  if (event.type === "policy.led") seat.ledBy = event.data.leader;
  else seat.house = evolve(seat.house, event);
  if (event.type === "command.overdue") seat.deadlines = withoutSaid(seat.deadlines, event.data.commandId);
}

/** Folds the lane and steps down if another policy took the lead in it. True while we lead. */
export const stillLeads = Effect.fnUntraced(function* (
  parts: SeatParts,
  seat: Seat,
): Effect.fn.Return<boolean, LogUnavailable> {
  yield* refold(parts, seat);
  const { lead, ledBy } = seat;
  if (lead.leader === null) return false;
  if (lead.leader === ledBy) return true;
  lose(lead);
  return false;
});

const regressed = (head: number, seen: number): LogUnavailable =>
  new LogUnavailable({
    reason: "regressed",
    retry: "never",
    detail: `The decided lane ends at ${head}, but policy has read it up to ${seen}: the log lost its tail.`,
  });
