/** What policy writes: entries of the decided lane, each at the head that it knows, and first of all that it leads. */
import {
  DECIDED,
  type EntryId,
  type Event,
  type Json,
  kindOf,
  type OpenEvent,
  seal,
  type Sequence,
  stampEntry,
} from "@claw/events";
import type { Draft, LogUnavailable } from "@claw/eventlog";
import { Effect } from "effect";
import { watched } from "./domain/deadlines.ts";
import { leadId } from "./domain/entry-ids.ts";
import { noLeases, tended } from "./domain/lease-clock.ts";
import { lose, take } from "./lead.ts";
import { foldEntry, refold, type Seat, type SeatParts } from "./seat.ts";

/**
 * Folds the lane and claims the lead at its head. The lead is taken when the sight holds all that was observed until then: what is decided on less
 * would not be safe. Who leads knows of no renewal, so that every lease in force has its full TTL (DESIGN 6.2). False if somebody was faster.
 */
export const takeLead = Effect.fnUntraced(function* (
  parts: SeatParts,
  seat: Seat,
): Effect.fn.Return<boolean, LogUnavailable> {
  yield* refold(parts, seat);
  const leader = parts.ids.newId("policy");
  const led: Event = { type: "policy.led", at: parts.clocks.wallMs(), data: { leader }, body: null };
  const stored = yield* appendAtHead(parts, seat, leadId(leader), [led]);
  if (stored === null) {
    lose(seat.lead);
    return false;
  }
  yield* parts.sight.rows.caughtUp(yield* parts.log.last);
  seat.isSightOld = false;
  seat.leaseClock = tended(noLeases, seat.house, parts.clocks.monoMs());
  // Before the first decision, which may sweep out what is long overdue.
  seat.deadlines = watched(seat.deadlines, seat.house, parts.sight, parts.clocks.wallMs(), true);
  take(seat.lead, leader);
  return true;
});

/**
 * Appends events as one entry at the seat's head and folds them. Null if the lane has moved: then nothing was stored, or what was is found by folding
 * the lane, which has to be done next in any case.
 */
export const appendAtHead = Effect.fnUntraced(function* (
  parts: SeatParts,
  seat: Seat,
  id: EntryId,
  events: readonly Event[],
): Effect.fn.Return<Sequence | null, LogUnavailable> {
  const { log, clocks, redactor, salt } = parts;
  // What has a body passed this redactor, which found nothing in it.
  const version = events.some(({ body }) => body !== null) ? redactor.version : null;
  const said = seal(DECIDED, version, events.map(opened), salt);
  const entry = stampEntry(said, { id, by: { kind: "policy" }, at: clocks.wallMs() });
  const draft: Draft = { entry, expectedHead: seat.head };
  seat.isUncertain = true;
  const [outcome] = yield* log.append([draft]);
  if (outcome?.status === "duplicate") return yield* refoldTo(parts, seat, outcome.sequence);
  if (outcome?.status !== "appended") return null;
  foldEntry(seat, entry, outcome.sequence);
  seat.head = outcome.sequence;
  seat.isUncertain = false;
  seat.moved.openUnsafe();
  return outcome.sequence;
});

/**
 * A duplicate is our own entry whose first answer was lost, or one that another leader wrote for the same cause. Its place says nothing of what stands
 * before it, so the lane is folded, and whether we still lead is looked at before the next decision.
 */
const refoldTo = (
  parts: SeatParts,
  seat: Seat,
  sequence: Sequence,
): Effect.Effect<Sequence, LogUnavailable> =>
  Effect.map(refold(parts, seat), () => {
    seat.isUncertain = true;
    return sequence;
  });

function opened({ type, at, data, body }: Event): OpenEvent {
  const event = { type, v: kindOf(type)?.version ?? 1, at, data: data as Json };
  return body === null ? event : { ...event, body: body as Json };
}
