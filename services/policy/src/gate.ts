/** The gate: one question at a time, each decided on a house that holds every earlier decision. */
import {
  type Command,
  type Event,
  position,
  type Principal,
  type Sequence,
  type Verdict,
} from "@claw/events";
import type { LogUnavailable } from "@claw/eventlog";
import type { CounterOf, Health } from "@claw/runtime";
import { type Gate, GateClosed, type GateVerdict } from "@claw/wire";
import { Effect, type Latch, Semaphore } from "effect";
import { decide } from "./domain/decide.ts";
import { decisionId, reuseId } from "./domain/entry-ids.ts";
import type { Question } from "./domain/question.ts";
import { emptyBudget, type RefusalBudget, spend } from "./domain/refusal-budget.ts";
import { type IntakeParts, takeIn } from "./intake.ts";
import { appendAtHead, REST_MS, type Seat, type SeatParts } from "./seat.ts";

/** Questions that may wait. At a few tenths of a millisecond each, the last of them waits well under a second. */
const MAX_WAITING = 256;
const BUSY_RETRY_MS = 500;
const LOG_AWAY_RETRY_MS = 1_000;

export interface GateParts extends IntakeParts, SeatParts {
  readonly health: Health;
  /** Opened when the lead is lost. */
  readonly lost: Latch.Latch;
  readonly decisions: CounterOf<{ readonly outcome: typeof OUTCOMES }>;
}

export const OUTCOMES = ["accepted", "refused", "repeated", "unrecorded"] as const;

interface Desk {
  waiting: number;
  budget: RefusalBudget;
}

/** Binds the gate to its seat. */
export function makeGate(parts: GateParts, seat: Seat): Gate {
  const turn = Semaphore.makeUnsafe(1);
  const desk: Desk = { waiting: 0, budget: emptyBudget };
  return {
    submit: (command, principal) =>
      Effect.suspend(() => {
        if (desk.waiting >= MAX_WAITING) return closed("too many commands wait", BUSY_RETRY_MS);
        desk.waiting += 1;
        const answer = turn.withPermit(answerOne(parts, seat, desk, command, principal));
        return Effect.ensuring(
          answer,
          Effect.sync(() => {
            desk.waiting -= 1;
          }),
        );
      }),
  };
}

/** Uninterruptible once begun: a verdict that was stored has been folded too. */
const answerOne = (
  parts: GateParts,
  seat: Seat,
  desk: Desk,
  command: Command,
  principal: Principal,
): Effect.Effect<GateVerdict, GateClosed> =>
  Effect.suspend(() =>
    seat.isLeading ? judge(parts, seat, desk, command, principal) : closed("another policy leads", REST_MS),
  ).pipe(
    Effect.catchTag("LogUnavailable", (fault) => logAway(parts, fault)),
    Effect.uninterruptible,
  );

const judge = Effect.fnUntraced(function* (
  parts: GateParts,
  seat: Seat,
  desk: Desk,
  command: Command,
  principal: Principal,
): Effect.fn.Return<GateVerdict, GateClosed | LogUnavailable> {
  const { question, earlierAt } = yield* takeIn(parts, command, principal);
  const { verdict, events } = decide(seat.house, question);
  if (events.length === 0) {
    parts.decisions.add({ outcome: "repeated" });
    return placed(verdict, earlierAt);
  }
  if (verdict.decision === "refused" && !mayRecord(desk, question)) {
    parts.decisions.add({ outcome: "unrecorded" });
    return placed(verdict, null);
  }
  const sequence = yield* record(parts, seat, question, events);
  if (sequence === null) {
    parts.lost.openUnsafe();
    return yield* closed("another policy leads", REST_MS);
  }
  parts.decisions.add({ outcome: verdict.decision });
  return placed(verdict, position(sequence));
});

function mayRecord(desk: Desk, { principal, at }: Question): boolean {
  const { budget, isWithin } = spend(desk.budget, `${principal.kind}/${principal.name}`, at);
  desk.budget = budget;
  return isWithin;
}

const record = (
  parts: GateParts,
  seat: Seat,
  { command, earlier }: Question,
  events: readonly Event[],
): Effect.Effect<Sequence | null, LogUnavailable> => {
  const { commandId } = command;
  const id = earlier === null ? decisionId(commandId) : reuseId(commandId, parts.ids.newId("r"));
  return Effect.tap(appendAtHead(parts, seat, id, events), () =>
    Effect.sync(() => parts.health.set("policy", { ok: seat.isLeading, detail: leadDetail(seat) })),
  );
};

export const leadDetail = (seat: Seat): string => (seat.isLeading ? "leads" : "another policy leads");

/** A verdict with its place. An accepted one always has a place: it is either stored now or read back from the log. */
function placed(verdict: Verdict, at: ReturnType<typeof position> | null): GateVerdict {
  if (verdict.decision === "refused") return { ...verdict, position: at };
  if (at === null) throw new Error("an accepted command without a position");
  return { decision: "accepted", position: at };
}

const closed = (reason: string, retryAfterMs: number): Effect.Effect<never, GateClosed> =>
  Effect.fail(new GateClosed({ reason, retryAfterMs }));

function logAway({ health }: GateParts, fault: LogUnavailable): Effect.Effect<never, GateClosed> {
  health.set("policy", { ok: false, detail: `the log is away: ${fault.reason}` });
  return closed("the log is away", LOG_AWAY_RETRY_MS);
}
