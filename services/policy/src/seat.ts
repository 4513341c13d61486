/**
 * The leader's seat: the house as folded so far, the head of the decided lane, and whether we lead.
 *
 * Whoever leads proves it with each append at the lane's expected head. A conflict says that somebody else does: then the gate closes, the lane
 * is folded again, and the lead is taken back only after the lane rested for `REST_MS` (DESIGN 14.6).
 */
import {
  DECIDED,
  type EntryId,
  type Event,
  kindOf,
  type Json,
  NONE,
  type OpenEvent,
  readEvents,
  seal,
  type Sequence,
  stampEntry,
} from "@claw/events";
import type { Draft, EventLog, LogUnavailable } from "@claw/eventlog";
import type { Clocks } from "@claw/runtime";
import { Effect, Stream } from "effect";
import { leadId } from "./domain/entry-ids.ts";
import { emptyHouse, evolve, type House } from "./domain/house.ts";

export interface Seat {
  house: House;
  head: Sequence | 0;
  isLeading: boolean;
}

/** How long the lane must rest before a policy that lost the lead takes it again. */
export const REST_MS = 10_000;

export interface SeatParts {
  readonly log: EventLog;
  readonly clocks: Clocks;
  readonly ids: { readonly newId: (prefix: string) => string };
}

export const emptySeat = (): Seat => ({ house: emptyHouse, head: NONE, isLeading: false });

/** Folds what came to the decided lane since the seat's head. */
export const refold = ({ log }: SeatParts, seat: Seat): Effect.Effect<void, LogUnavailable> =>
  log.read({ after: seat.head, lane: DECIDED }).pipe(
    Stream.runForEach((logged) =>
      Effect.sync(() => {
        for (const read of readEvents(logged))
          if (read.status === "known") seat.house = evolve(seat.house, read.event);
        seat.head = logged.sequence;
      }),
    ),
  );

/** Folds the lane and claims the lead at its head. False if somebody was faster. */
export const takeLead = Effect.fnUntraced(function* (
  parts: SeatParts,
  seat: Seat,
): Effect.fn.Return<boolean, LogUnavailable> {
  yield* refold(parts, seat);
  const leader = parts.ids.newId("policy");
  const at = parts.clocks.wallMs();
  const led: Event = { type: "policy.led", at, data: { leader }, body: null };
  const stored = yield* appendAtHead(parts, seat, leadId(leader), [led]);
  seat.isLeading = stored !== null;
  return seat.isLeading;
});

/** Appends events as one entry at the seat's head and folds them. Null, and no longer leading, if the lane has moved. */
export const appendAtHead = Effect.fnUntraced(function* (
  { log, clocks }: SeatParts,
  seat: Seat,
  id: EntryId,
  events: readonly Event[],
): Effect.fn.Return<Sequence | null, LogUnavailable> {
  const said = seal(DECIDED, null, events.map(opened), noSalt);
  const entry = stampEntry(said, { id, by: { kind: "policy" }, at: clocks.wallMs() });
  const draft: Draft = { entry, expectedHead: seat.head };
  const [outcome] = yield* log.append([draft]);
  if (outcome?.status !== "appended") {
    seat.isLeading = false;
    return null;
  }
  for (const event of events) seat.house = evolve(seat.house, event);
  seat.head = outcome.sequence;
  return outcome.sequence;
});

const opened = ({ type, at, data }: Event): OpenEvent => ({
  type,
  v: kindOf(type)?.version ?? 1,
  at,
  data: data as Json,
});

/** Decisions have no bodies, so nothing asks for a salt. */
const noSalt = (): string => "";
