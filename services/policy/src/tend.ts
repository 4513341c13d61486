/**
 * What the leader does by itself: it appends what is due, and looks whether its sight keeps up with the log.
 *
 * What is due is looked for whenever the sight or the house changed, and four times a second. Each entry is appended in a turn of its own
 * at the head of the lane, so that questions are answered in between.
 */
import { MAX_EVENTS } from "@claw/events";
import type { LogUnavailable } from "@claw/eventlog";
import { Effect } from "effect";
import { appendAtHead } from "./append.ts";
import { pastDeadline, watched } from "./domain/deadlines.ts";
import { type Due, dueOfCommands, dueOfLeases, type Now } from "./domain/due.ts";
import { dueOfQuestions } from "./domain/due-questions.ts";
import { mutedId } from "./domain/entry-ids.ts";
import { event } from "./domain/event.ts";
import type { House } from "./domain/house.ts";
import { type LeaseClock, tended } from "./domain/lease-clock.ts";
import { countsDue } from "./domain/refusal-budget.ts";
import type { Sight } from "./domain/sight.ts";
import { type GateParts, leads, tellFault, tellLead, tellSight } from "./gate.ts";
import { whileLeading } from "./lead.ts";
import type { Seat } from "./seat.ts";

/** How late what only time makes due may be found, in ms. */
const TICK_MS = 250;
/** Entries that one look appends; the rest waits for the next one. */
const MAX_AT_ONCE = 64;
/** How often the leader looks how far the sight is behind the log, and how far behind is too far: then nothing is decided. In ms. */
const LOOK_EVERY_MS = 2_000;
const OLD_AFTER_MS = 5_000;

/** What is found due in a house. */
type Find = (house: House, sight: Sight, clock: LeaseClock, now: Now) => readonly Due[];
const commandsDueIn =
  ({ sight: { rows } }: GateParts, seat: Seat): Find =>
  (house, sight, _clock, now) => {
    seat.deadlines = watched(seat.deadlines, house, sight, now.at, rows.sequence() >= seat.head);
    return dueOfCommands(house, sight, now, pastDeadline(seat.deadlines, now.at));
  };

/** What any fact and any decision may make due. */
const dueAtOnceIn =
  ({ log }: GateParts): Find =>
  (house, sight, clock, now) => [
    ...dueOfLeases(house, sight, clock, now),
    ...dueOfQuestions(house, sight, { at: now.at, generation: log.generation }),
  ];

/** Appends what is due, whenever we lead: of leases and questions as soon as something was seen or decided, of commands as time goes by. */
export const tendWhileLeading = (parts: GateParts, seat: Seat): Effect.Effect<never> => {
  const lookAgain = Effect.sync(() => seat.moved.closeUnsafe());
  const atOnce = lookAgain.pipe(
    Effect.andThen(round(parts, seat, dueAtOnceIn(parts))),
    Effect.andThen(untilMoved(parts, seat)),
  );
  const commands = round(parts, seat, commandsDueIn(parts, seat)).pipe(
    Effect.andThen(tellCounts(parts, seat)),
    Effect.andThen(Effect.sleep(TICK_MS)),
  );
  const both = Effect.all([Effect.forever(atOnce), Effect.forever(commands)], { concurrency: 2 });
  return whileLeading(seat.lead, both);
};

/** Until something of a lease or of a question may be due. */
const untilMoved = ({ sight }: GateParts, { moved }: Seat): Effect.Effect<void> =>
  Effect.asVoid(Effect.timeoutOption(Effect.raceFirst(sight.changed, moved.await), TICK_MS));

const round = (parts: GateParts, seat: Seat, find: Find): Effect.Effect<void> =>
  Effect.suspend(() => {
    const all = dueNow(parts, seat, find).slice(0, MAX_AT_ONCE);
    const found = { house: seat.house, clock: seat.leaseClock };
    return Effect.forEach(all, (one) => appendDue(parts, seat, find, found, one), { discard: true });
  }).pipe(Effect.catchTag("LogUnavailable", (fault) => Effect.sync(() => tellFault(parts, fault))));

function dueNow(parts: GateParts, seat: Seat, find: Find): readonly Due[] {
  tendClock(parts, seat);
  const { clocks, sight } = parts;
  return find(seat.house, sight, seat.leaseClock, { at: clocks.wallMs(), monoMs: clocks.monoMs() });
}

function tendClock({ clocks }: GateParts, seat: Seat): void {
  seat.leaseClock = tended(seat.leaseClock, seat.house, clocks.monoMs());
}

/**
 * Uninterruptible, as an answer is. What was found due in another house or by another clock (`found`) may be so no longer when its turn comes: a renewal
 * changes the clock alone.
 */
const appendDue = (
  parts: GateParts,
  seat: Seat,
  find: Find,
  found: { house: House; clock: LeaseClock },
  { entryId, events }: Due,
): Effect.Effect<void, LogUnavailable> =>
  Effect.gen(function* () {
    const mayDecide = (yield* leads(parts, seat)) && !seat.isSightOld;
    const isAsFound = seat.house === found.house && seat.leaseClock === found.clock;
    const isStill = isAsFound || dueNow(parts, seat, find).some((one) => one.entryId === entryId);
    if (mayDecide && isStill) yield* appendAtHead(parts, seat, entryId, events);
    found.house = seat.house;
    // The TTL of a lease begins with its grant.
    tendClock(parts, seat);
    found.clock = seat.leaseClock;
    tellLead(parts, seat);
  }).pipe(Effect.uninterruptible, parts.turn.withPermit);

/**
 * Says how many refusals were answered and not written, of each origin at most once a minute (DESIGN 14.8). Where the answer to the append is lost, they may
 * be said twice: nobody decides by them.
 */
const tellCounts = (parts: GateParts, seat: Seat): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { clocks, ids } = parts;
    const at = clocks.wallMs();
    const counts = countsDue(seat.refusals, at).counts.slice(0, MAX_EVENTS);
    if (counts.length === 0 || !(yield* leads(parts, seat))) return;
    const id = mutedId(ids.newId("m"));
    const events = counts.map((count) => event("origin.muted", at, count));
    if ((yield* appendAtHead(parts, seat, id, events)) === null) return;
    const told = new Set(counts.map(({ origin }) => origin));
    const unwritten = new Map([...seat.refusals.unwritten].filter(([origin]) => !told.has(origin)));
    seat.refusals = { ...seat.refusals, unwritten };
    tellLead(parts, seat);
  }).pipe(
    Effect.uninterruptible,
    parts.turn.withPermit,
    Effect.catchTag("LogUnavailable", (fault) => Effect.sync(() => tellFault(parts, fault))),
  );

/** While we lead: nothing is decided on a sight that is far behind the log, and the health says so. */
export const watchSight = (parts: GateParts, seat: Seat): Effect.Effect<never> =>
  whileLeading(
    seat.lead,
    Effect.forever(Effect.andThen(lookBehind(parts, seat), Effect.sleep(LOOK_EVERY_MS))),
  );

const lookBehind = ({ log, sight, health }: GateParts, seat: Seat): Effect.Effect<void> =>
  Effect.gen(function* () {
    const last = yield* log.last;
    const caughtUp = yield* Effect.timeoutOption(sight.rows.caughtUp(last), OLD_AFTER_MS);
    seat.isSightOld = caughtUp._tag === "None";
    tellSight(health, !seat.isSightOld);
  }).pipe(
    // A log that is away is told of by whoever appends; a fold that ended, by its end.
    Effect.ignore,
  );
