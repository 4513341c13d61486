/** How the house decides: pure and total, because saying no is a verdict too. */
import {
  canonical,
  type Command,
  commandDigest,
  type Decider,
  type Event,
  type EventOf,
  type EventType,
  type Json,
  type Principal,
} from "@claw/events";
import { emptyHouse, evolve, type House } from "./house.ts";
import type { Question, Refusal } from "./question.ts";
import { rules } from "./rules/index.ts";

type Decision = ReturnType<Decider<House, Question, Event>["decide"]>;

/**
 * A repeat (same id, same command, same principal) gets the first verdict and no event. Accepted: `command.accepted` with the fact that it
 * records. Refused: `command.refused` with the rule's code and the values that it saw.
 */
export function decide(house: House, question: Question): Decision {
  const { earlier } = question;
  if (earlier !== null && isRepeat(question, earlier)) return { verdict: earlier.verdict, events: [] };
  const refusal = firstRefusal(house, question);
  if (refusal !== null)
    return { verdict: { decision: "refused", ...refusal }, events: [refused(question, refusal)] };
  return { verdict: { decision: "accepted" }, events: [accepted(question), ...factsOf(question)] };
}

export const house: Decider<House, Question, Event> = { initial: emptyHouse, decide, evolve };

const isRepeat = ({ command, principal }: Question, earlier: NonNullable<Question["earlier"]>): boolean =>
  earlier.digest === commandDigest(command) && isSame(earlier.principal, principal);

const isSame = (one: Principal, other: Principal): boolean =>
  canonical(one satisfies Json) === canonical(other satisfies Json);

function firstRefusal(state: House, question: Question): Refusal | null {
  for (const [, rule] of rules) {
    const refusal = rule(state, question);
    if (refusal !== null) return refusal;
  }
  return null;
}

const askedOf = ({ command, principal }: Question) => ({
  commandId: command.commandId,
  commandType: command.type,
  digest: commandDigest(command),
  principal,
});

const accepted = (question: Question): Event => event("command.accepted", question.at, askedOf(question));

const refused = (question: Question, { code, facts }: Refusal): Event =>
  event("command.refused", question.at, { ...askedOf(question), code, facts });

/** What an accepted command makes true. */
function factsOf({ command, at }: Question): readonly Event[] {
  switch (command.type) {
    case "host.add": {
      const { hostId, tokenId, tokenDigest, until } = command;
      return [event("host.added", at, { hostId, tokenId, tokenDigest, until })];
    }
    case "token.create": {
      const { tokenId, tokenDigest, until } = command;
      return [event("token.created", at, { tokenId, tokenDigest, principal: principalOf(command), until })];
    }
    case "token.revoke":
      return [event("token.revoked", at, { tokenId: command.tokenId, reason: command.reason })];
    case "quarantine.retry":
      return [event("quarantine.retried", at, { position: command.position })];
    case "quarantine.waive":
      return [event("quarantine.waived", at, { position: command.position, reason: command.reason })];
    default:
      return command satisfies never;
  }
}

/** Whom a token stands for: its role says whether that is a Claw or a person. */
const principalOf = ({ name, role }: Extract<Command, { type: "token.create" }>): Principal => ({
  kind: role === "claw" ? "claw" : "person",
  name,
  role,
});

const event = <Type extends EventType>(type: Type, at: number, data: EventOf<Type>["data"]): Event =>
  ({ type, at, data, body: null }) as EventOf<Type> as Event;
