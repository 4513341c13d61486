/** Starts policy: folds the decided lane, takes the lead, and opens the gate. */
import type { EventLog, LogUnavailable } from "@claw/eventlog";
import type { Redactor } from "@claw/redact";
import {
  type Clocks,
  counter,
  type Diagnostics,
  EXIT,
  type Health,
  type Metrics,
  Stopped,
} from "@claw/runtime";
import type { Gate } from "@claw/wire";
import { Effect, Latch, Schedule, type Scope } from "effect";
import { type GateParts, leadDetail, makeGate, OUTCOMES } from "./gate.ts";
import { emptySeat, refold, REST_MS, type Seat, takeLead } from "./seat.ts";

export interface PolicyOptions {
  readonly log: EventLog;
  readonly clocks: Clocks;
  readonly ids: { readonly newId: (prefix: string) => string };
  /** Finds secrets in commands. Takes nothing out. */
  readonly redactor: Pick<Redactor, "find">;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
}

export interface Policy {
  readonly gate: Gate;
}

/** Waits between tries while the log is away, in ms (RELIABILITY 3.4). */
const patience = Schedule.min([Schedule.exponential(100), Schedule.spaced(5_000)]);

/**
 * Runs policy for the time of a scope. Returns when it leads, or stands by because another policy was faster; waits while the log is away for a
 * while. Refuses (`Stopped`) a log that will not come back by waiting.
 */
export const startPolicy = Effect.fnUntraced(function* (
  options: PolicyOptions,
): Effect.fn.Return<Policy, Stopped, Scope.Scope> {
  const { health, metrics } = options;
  const seat = emptySeat();
  const decisions = counter(metrics, "claw_policy_decisions_total", "Commands by what became of them.", {
    outcome: OUTCOMES,
  });
  const parts: GateParts = { ...options, lost: Latch.makeUnsafe(false), decisions };
  yield* lead(parts, seat).pipe(Effect.mapError(stopped));
  health.set("policy", { ok: seat.isLeading, detail: leadDetail(seat) });
  yield* Effect.forkScoped(regain(parts, seat, options.diagnostics));
  yield* Effect.addFinalizer(() => Effect.sync(() => void (seat.isLeading = false)));
  return { gate: makeGate(parts, seat) };
});

const lead = (parts: GateParts, seat: Seat): Effect.Effect<boolean, LogUnavailable> =>
  takeLead(parts, seat).pipe(
    Effect.tapError((fault) =>
      Effect.sync(() =>
        parts.health.set("policy", { ok: false, detail: `the log is away: ${fault.reason}` }),
      ),
    ),
    Effect.retry({ while: ({ retry }) => retry === "later", schedule: patience }),
    Effect.tap((isLeading) => Effect.sync(() => !isLeading && parts.lost.openUnsafe())),
  );

/** Whenever the lead is lost: folds along until the lane rests, then takes it again. */
const regain = (
  parts: GateParts,
  seat: Seat,
  diagnostics: Diagnostics,
): Effect.Effect<never, LogUnavailable> =>
  Effect.forever(
    Effect.gen(function* () {
      yield* parts.lost.await;
      diagnostics.warn({ head: seat.head }, "another policy leads; this one stands by");
      yield* restingLane(parts, seat);
      parts.lost.closeUnsafe();
      if (yield* lead(parts, seat)) diagnostics.warn({ head: seat.head }, "policy leads again");
      parts.health.set("policy", { ok: seat.isLeading, detail: leadDetail(seat) });
    }),
  );

/** Ends when nothing came to the decided lane for `REST_MS`. */
const restingLane = (parts: GateParts, seat: Seat): Effect.Effect<void, LogUnavailable> =>
  Effect.suspend(() => {
    const before = seat.head;
    return Effect.delay(refold(parts, seat), REST_MS).pipe(
      Effect.retry({ while: ({ retry }) => retry === "later", schedule: patience }),
      Effect.andThen(Effect.suspend(() => (seat.head === before ? Effect.void : restingLane(parts, seat)))),
    );
  });

const stopped = ({ detail, reason }: LogUnavailable): Stopped =>
  new Stopped({ sentence: `Policy cannot use the log (${reason}): ${detail}`, exitCode: EXIT.fault });
