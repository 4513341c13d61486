/**
 * Who leads, from one policy to the next: the leader beats every two seconds, whoever stands by folds along, and takes the lead when it heard
 * neither a beat nor a decision for `REST_MS`. Beats only spare us conflicts: what proves the lead is the decided lane (DESIGN 14.6).
 */
import type { LogUnavailable, Pulse } from "@claw/eventlog";
import type { Diagnostics } from "@claw/runtime";
import { Effect, Latch, Schedule, Stream } from "effect";
import { takeLead } from "./append.ts";
import { LEAD_ID, LEAD_KIND, readLeadBeat } from "./domain/lead-beat.ts";
import { type GateParts, REST_MS, tellFault, tellLead, tellSight } from "./gate.ts";
import { lose, whileLeading } from "./lead.ts";
import { refold, type Seat, stillLeads } from "./seat.ts";

/** How often the leader looks at the lane and says that it leads. */
const BEAT_MS = 2_000;
/** Waits between tries while the log is away, in ms (RELIABILITY 3.4). */
const patience = Schedule.min([Schedule.exponential(100), Schedule.spaced(5_000)]);

export interface StandbyParts extends GateParts {
  readonly pulse?: Pulse;
  readonly diagnostics: Diagnostics;
}

/** What was heard of another leader since somebody looked. */
export interface Signs {
  readonly heard: Latch.Latch;
  isLeaving: boolean;
}

export const noSigns = (): Signs => ({ heard: Latch.makeUnsafe(false), isLeaving: false });

/** Takes the lead, or only folds along if another policy beat a moment ago. Fails with what waiting does not cure. */
export const begin = Effect.fnUntraced(function* (
  parts: StandbyParts,
  seat: Seat,
): Effect.fn.Return<void, LogUnavailable> {
  if (yield* isLedByAnother(parts)) {
    yield* patiently(parts, parts.turn.withPermit(refold(parts, seat)));
    lose(seat.lead);
  } else yield* lead(parts, seat);
  tellLead(parts, seat);
});

/**
 * Takes the lead at the lane's head and says so at once. False if somebody was faster. What was observed is read first, however long that takes, so that
 * only the little that came meanwhile is left to be read once the lane says that we lead.
 */
const lead = (parts: StandbyParts, seat: Seat): Effect.Effect<boolean, LogUnavailable> =>
  readUp(parts).pipe(
    Effect.andThen(patiently(parts, parts.turn.withPermit(takeLead(parts, seat)))),
    Effect.tap(() => say(parts, seat, false)),
  );

const readUp = (parts: StandbyParts): Effect.Effect<void, LogUnavailable> =>
  Effect.gen(function* () {
    tellSight(parts.health, false);
    yield* parts.sight.rows.caughtUp(yield* patiently(parts, parts.log.last));
    tellSight(parts.health, true);
  });

/** A beat of the last `REST_MS`, by clocks that need not agree: one from the future counts as well. Without beats nobody is known to lead. */
const isLedByAnother = ({ pulse, clocks }: StandbyParts): Effect.Effect<boolean> =>
  pulse === undefined
    ? Effect.succeed(false)
    : Effect.map(pulse.last(LEAD_KIND, LEAD_ID), (beat) => {
        const said = beat === null ? null : readLeadBeat(beat);
        return said !== null && !said.isLeaving && Math.abs(clocks.wallMs() - (beat?.at ?? 0)) < REST_MS;
      });

/** Hears what other policies beat. */
export const listen = ({ pulse }: StandbyParts, seat: Seat, signs: Signs): Effect.Effect<void> =>
  pulse === undefined
    ? Effect.void
    : Stream.runForEach(pulse.follow(), (beat) =>
        Effect.sync(() => {
          const said = readLeadBeat(beat);
          if (said === null || said.leader === seat.lead.leader) return;
          signs.isLeaving = said.isLeaving;
          signs.heard.openUnsafe();
        }),
      );

/** While we lead: looks whether we still do, and says so. A log that is away is no reason to step down: nobody else can lead either. */
export const beatWhileLeading = (parts: StandbyParts, seat: Seat): Effect.Effect<void> =>
  parts.pulse === undefined
    ? Effect.void
    : whileLeading(seat.lead, Effect.forever(Effect.andThen(beatOnce(parts, seat), Effect.sleep(BEAT_MS))));

const beatOnce = (parts: StandbyParts, seat: Seat): Effect.Effect<void> =>
  parts.turn.withPermit(Effect.uninterruptible(stillLeads(parts, seat))).pipe(
    Effect.tap(() => Effect.sync(() => tellLead(parts, seat))),
    Effect.flatMap(() => say(parts, seat, false)),
    Effect.catchTag("LogUnavailable", (fault) => Effect.sync(() => tellFault(parts, fault))),
  );

/** Says that we lead, or that we go. Says nothing while we do not lead. */
export const say = (
  { pulse, clocks }: StandbyParts,
  { lead }: Seat,
  isLeaving: boolean,
): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (lead.leader === null || pulse === undefined) return Effect.void;
    const value = { leader: lead.leader, isLeaving };
    return pulse.publish({ kind: LEAD_KIND, id: LEAD_ID, at: clocks.wallMs(), value });
  });

/** Whenever the lead is lost: folds along until nobody leads, then takes it. */
export const regain = (parts: StandbyParts, seat: Seat, signs: Signs): Effect.Effect<never, LogUnavailable> =>
  Effect.forever(
    Effect.gen(function* () {
      yield* seat.lead.lost.await;
      tellLead(parts, seat);
      parts.diagnostics.warn({ head: seat.head }, "another policy leads; this one stands by");
      yield* silence(parts, seat, signs);
      if (yield* lead(parts, seat)) parts.diagnostics.warn({ head: seat.head }, "policy leads");
      tellLead(parts, seat);
    }),
  );

/** Ends when neither a beat nor a decision came for `REST_MS`, or when the leader said that it goes. Folds along, so that what follows is quick. */
const silence = Effect.fnUntraced(function* (
  parts: StandbyParts,
  seat: Seat,
  signs: Signs,
): Effect.fn.Return<void, LogUnavailable> {
  signs.isLeaving = false;
  for (let silentMs = 0; silentMs < REST_MS && !signs.isLeaving;) {
    const before = seat.head;
    const heard = yield* Effect.timeoutOption(signs.heard.await, BEAT_MS);
    signs.heard.closeUnsafe();
    yield* patiently(parts, parts.turn.withPermit(refold(parts, seat)));
    silentMs = heard._tag === "None" && seat.head === before ? silentMs + BEAT_MS : 0;
  }
});

/** Tries again while the log is away. */
const patiently = <A>(
  parts: StandbyParts,
  work: Effect.Effect<A, LogUnavailable>,
): Effect.Effect<A, LogUnavailable> =>
  work.pipe(
    Effect.tapError((fault) => Effect.sync(() => tellFault(parts, fault))),
    Effect.retry({ while: ({ retry }) => retry === "later", schedule: patience }),
  );
