/** How the house decides: pure and total, because saying no is a verdict too. */
import type { Decider, Event, Verdict } from "@claw/events";
import { canonical, commandDigest, type Json, type Principal } from "@claw/events";
import { askedOf } from "./asked.ts";
import { type Cause, causeOf } from "./cause.ts";
import { effectsOf } from "./effects.ts";
import { event } from "./event.ts";
import { emptyHouse, evolve, type House } from "./house.ts";
import { asMeant } from "./meant.ts";
import type { Question, Refusal } from "./question.ts";
import { targetOf } from "./relation.ts";
import { rules } from "./rules/index.ts";

export interface Decision {
  readonly verdict: Verdict;
  /** What is to be recorded, in one entry. None for a repeat, for the renewal of a lease, and for one that its holder asks for again. */
  readonly events: readonly Event[];
}

/**
 * A repeat (same id, same command, same principal) gets the first verdict and no event. Accepted: `command.accepted`, with what a host has to do or the facts
 * that it records. Refused: `command.refused` with the rule, its code and the values that it saw.
 */
export function decide(house: House, asked: Question): Decision {
  const { earlier } = asked;
  if (earlier !== null && isRepeat(asked, earlier)) return { verdict: earlier.verdict, events: [] };
  const question = asMeant(asked);
  const cause = causeOf(house, question);
  const no = firstRefusal(house, question, cause);
  if (no !== null || cause.origin === null) return refused(house, question, cause, no ?? UNCAUSED);
  const { events, facts } = effectsOf(house, question, cause.origin);
  return { verdict: { decision: "accepted", ...(facts === undefined ? {} : { facts }) }, events };
}

export const house: Decider<House, Question, Event> = { initial: emptyHouse, decide, evolve };

const isRepeat = ({ command, principal }: Question, earlier: NonNullable<Question["earlier"]>): boolean =>
  earlier.digest === commandDigest(command) && isSame(earlier.principal, principal);

const isSame = (one: Principal, other: Principal): boolean =>
  canonical(one satisfies Json) === canonical(other satisfies Json);

interface No extends Refusal {
  readonly rule: string;
}

/** A rule of its own refuses what has no cause; this stands where nobody can see that. */
const UNCAUSED: No = { rule: "known cause", code: "turn_unknown", facts: {} };

function firstRefusal(house: House, question: Question, cause: Cause): No | null {
  for (const [rule, ask] of rules) {
    const refusal = ask(house, question, cause);
    if (refusal !== null) return { rule, ...refusal };
  }
  return null;
}

function refused(house: House, question: Question, { origin }: Cause, { rule, code, facts }: No): Decision {
  const sessionId = targetOf(house, question.command);
  const data = {
    ...askedOf(question),
    code,
    facts,
    rule,
    ...(sessionId === null ? {} : { sessionId }),
    ...(origin === null || (sessionId === null && question.via === null) ? {} : { origin }),
    ...(question.via === null ? {} : { viaSessionId: question.via.sessionId }),
  };
  return {
    verdict: { decision: "refused", code, facts, rule },
    events: [event("command.refused", question.at, data)],
  };
}
