/** The gate: one question at a time, each decided on a house that holds every earlier decision. */
import type { LogUnavailable } from "@claw/eventlog";
import type { Health } from "@claw/runtime";
import {
  callerOf,
  type Gate,
  GateClosed,
  GATE_PLACES,
  type GateVerdict,
  makePlaces,
  NO_PLACE,
  type Places,
} from "@claw/wire";
import { Effect, type Semaphore } from "effect";
import { commandMeant } from "./domain/meant.ts";
import { type Asking, turnsNamedBy } from "./intake.ts";
import { judge, type JudgeParts } from "./judge.ts";
import { type Seat, stillLeads } from "./seat.ts";
import { hasTurns, waitForTurns } from "./sight.ts";

/**
 * Of the questions that may wait (`GATE_PLACES`), those that wait for a turn which they name, so that whoever names turns at random keeps nobody out who does not.
 * More are told to come again: judged at once, they would be refused for ever for a turn that is about to appear.
 */
const MAX_NAMING = 128;
const BUSY_RETRY_MS = 500;
const LOG_AWAY_RETRY_MS = 1_000;
const OLD_SIGHT_RETRY_MS = 1_000;
/** How long a standby waits without a sign of the leader before it takes the lead (DESIGN 14.6). */
export const REST_MS = 10_000;

export interface GateParts extends JudgeParts {
  readonly health: Health;
  /** Held by whoever uses the seat: one question, one entry that is due, or one look at the lane. */
  readonly turn: Semaphore.Semaphore;
  /** Told of a fault that waiting does not cure. */
  readonly onEnd: (fault: LogUnavailable) => void;
}

interface Queue {
  readonly places: Places;
  naming: number;
}

/** Binds the gate to its seat. */
export function makeGate(parts: GateParts, seat: Seat): Gate {
  const queue: Queue = { places: makePlaces(GATE_PLACES), naming: 0 };
  return {
    submit: (command, principal, { via = null, isDryRun = false } = {}) =>
      Effect.suspend(() => {
        const place = queue.places.take(callerOf(principal));
        if (typeof place === "string") return closed(NO_PLACE[place], BUSY_RETRY_MS);
        const asking: Asking = { command, principal, via, isDryRun };
        const answered = Effect.andThen(
          named(parts, seat, queue, asking),
          parts.turn.withPermit(answerOne(parts, seat, asking)),
        );
        return Effect.ensuring(answered, Effect.sync(place.leave));
      }),
  };
}

/** Waits a moment for turns that the command names and nobody has seen, while others are decided (DESIGN 14.13). */
const named = (
  { sight }: GateParts,
  { lead }: Seat,
  queue: Queue,
  asking: Asking,
): Effect.Effect<void, GateClosed> =>
  Effect.suspend(() => {
    const turns = turnsNamedBy({ ...asking, command: commandMeant(sight, asking.command) });
    if (lead.leader === null || hasTurns(sight, turns)) return Effect.void;
    if (queue.naming >= MAX_NAMING) return closed("too many commands wait for a turn", BUSY_RETRY_MS);
    queue.naming += 1;
    return Effect.ensuring(
      waitForTurns(sight, turns),
      Effect.sync(() => {
        queue.naming -= 1;
      }),
    );
  });

/** Uninterruptible once begun: a verdict that was stored has been folded too. */
const answerOne = (parts: GateParts, seat: Seat, asking: Asking): Effect.Effect<GateVerdict, GateClosed> =>
  answer(parts, seat, asking).pipe(
    Effect.catchTag("LogUnavailable", (fault) => logAway(parts, fault)),
    Effect.uninterruptible,
  );

/** A second time where the lane had moved and we lead all the same: what moved it was our own, and is known then. */
const answer = Effect.fnUntraced(function* (
  parts: GateParts,
  seat: Seat,
  asking: Asking,
): Effect.fn.Return<GateVerdict, GateClosed | LogUnavailable> {
  for (let tries = 0; tries < 2 && (yield* leads(parts, seat)); tries += 1) {
    if (seat.isSightOld) return yield* closed("what was observed is being read", OLD_SIGHT_RETRY_MS);
    const verdict = yield* judge(parts, seat, asking);
    tellLead(parts, seat);
    if (verdict !== null) return verdict;
  }
  tellLead(parts, seat);
  return yield* closed("another policy leads", REST_MS);
});

/** After an append that failed or came too late nothing is decided before the lane was folded again. */
export const leads = (parts: GateParts, seat: Seat): Effect.Effect<boolean, LogUnavailable> =>
  Effect.suspend(() =>
    seat.isUncertain && seat.lead.leader !== null
      ? stillLeads(parts, seat)
      : Effect.succeed(seat.lead.leader !== null),
  );

/** Says in the health whether we lead. */
export const tellLead = ({ health }: Pick<GateParts, "health">, { lead }: Seat): void => {
  const isLeading = lead.leader !== null;
  health.set("policy", { ok: isLeading, detail: isLeading ? "leads" : "another policy leads" });
};

/** Says in the health whether all that was observed is known. */
export const tellSight = (health: Health, ok: boolean): void =>
  health.set("sight", { ok, detail: ok ? "knows what was observed" : "reads what was observed" });

const closed = (reason: string, retryAfterMs: number): Effect.Effect<never, GateClosed> =>
  Effect.fail(new GateClosed({ reason, retryAfterMs }));

function logAway(parts: GateParts, fault: LogUnavailable): Effect.Effect<never, GateClosed> {
  tellFault(parts, fault);
  return closed("the log is away", LOG_AWAY_RETRY_MS);
}

/** Says in the health that the log is away, and to the service if it will not come back by waiting. */
export function tellFault(
  { health, onEnd }: Pick<GateParts, "health" | "onEnd">,
  fault: LogUnavailable,
): void {
  health.set("policy", { ok: false, detail: `the log is away: ${fault.reason}` });
  if (fault.retry === "never") onEnd(fault);
}
