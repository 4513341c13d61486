/** What an accepted write tells its host: where, with which token, into which turn, and until when. */
import type { CommandOf, FencingToken, Instruction, Origin, Principal, SessionId } from "@claw/events";
import { askedOf, type Effects, reasonOf } from "./asked.ts";
import { deskOf, nextToken } from "./desk.ts";
import { event } from "./event.ts";
import type { House } from "./house.ts";
import type { Question } from "./question.ts";
import type { SessionSight } from "./sight.ts";
import { isRefusal, type Plan, planOf } from "./turn-plan.ts";
import { isSameCaller } from "./writer.ts";

type Write = CommandOf<"session.send"> | CommandOf<"session.interrupt">;

export function written(house: House, question: Question, command: Write, origin: Origin): Effects {
  const { at } = question;
  const { session, plan } = seenBefore(question, command);
  const instruction: Instruction = {
    sessionId: session.sessionId,
    endpointId: session.endpointId,
    token: tokenFor(house, question, command),
    act: actOf(command, plan),
  };
  const { hostId } = session;
  const asked = { ...askedOf(question), ...reasonOf(question) };
  const data = { ...asked, hostId, instruction, origin, deadlineAt: at + command.deadlineMs };
  const body = command.type === "session.send" ? { text: command.text } : null;
  return { events: [event("command.accepted", at, data, body)], facts: { mode: plan.act } };
}

/** If the caller named no turn, the active one that is seen is written in: the host acts on that one or on none. */
const actOf = (command: Write, { expectedTurnId }: Plan): Instruction["act"] =>
  command.type === "session.send"
    ? { kind: "send", mode: command.mode, expectedTurnId }
    : { kind: "interrupt", expectedTurnId };

/** All writes under a lease carry its token; any other takes the next one for itself. */
function tokenFor(house: House, { principal, generation }: Question, { target, type }: Write): FencingToken {
  const { sessionId } = target;
  if (type === "session.interrupt") return interruptToken(house, sessionId, principal, generation);
  const { lease } = deskOf(house, sessionId);
  if (lease !== null && isSameCaller(lease.holder, principal)) return lease.token;
  return nextToken(house, sessionId, generation);
}

/** An interrupt under another's lease carries the newest token there is, so that it does not fence the holder off. */
export function interruptToken(
  house: House,
  sessionId: SessionId,
  principal: Principal,
  generation: number,
): FencingToken {
  const { lease, token } = deskOf(house, sessionId);
  if (lease !== null && isSameCaller(lease.holder, principal)) return lease.token;
  return lease !== null && token !== null ? token : nextToken(house, sessionId, generation);
}

/** The rules have looked at both: without them nothing is accepted. */
function seenBefore(
  { sight }: Question,
  command: Write,
): { readonly session: SessionSight; readonly plan: Plan } {
  const session = sight.session(command.target.sessionId);
  const plan = session === null ? null : planOf(session, command);
  if (session === null || plan === null || isRefusal(plan))
    throw new TypeError("a write was accepted that no rule can have let pass");
  return { session, plan };
}
