/** What follows from an accepted answer to a question of Codex, and from putting a thread back into memory: what its host is told; and what would be answered. */
import {
  type CommandOf,
  type FencingToken,
  type Instruction,
  type Origin,
  type SessionId,
  sha256,
} from "@claw/events";
import { askedOf, type Effects, reasonOf } from "./asked.ts";
import { deskOf, nextToken } from "./desk.ts";
import { event } from "./event.ts";
import type { Question } from "./question.ts";
import { placeOfRuling, ruledOn } from "./ruled.ts";
import { MAX_SUBJECT, type QuestionSight, type SessionSight } from "./sight.ts";
import type { House } from "./state.ts";

type Telling = CommandOf<"approval.decide"> | CommandOf<"session.resume">;

export function told(house: House, question: Question, command: Telling, origin: Origin): Effects {
  const { at, sight, generation } = question;
  const session = sight.session(command.target.sessionId);
  if (session === null)
    throw new TypeError("what was accepted has no session, and no rule can have let it pass");
  const { sessionId, hostId, endpointId } = session;
  const token = tokenOfNow(house, sessionId, generation);
  const act = actOf(question, command, session);
  const data = {
    ...askedOf(question),
    ...reasonOf(question),
    hostId,
    instruction: { sessionId, endpointId, token, act },
    origin,
    deadlineAt: at + command.deadlineMs,
  };
  const text = command.type === "approval.decide" ? command.text : null;
  const body = text === null ? null : { text };
  return { events: [event("command.accepted", at, data, body)], facts: { mode: act.kind } };
}

/**
 * The newest token that there is, so that it fences nobody off (ADR 0013); the next one where there is none of this generation of the log, because its host may
 * have seen newer ones of the one before, which were lost with the tail. Who holds a lease is fenced off by nothing all the same.
 */
export function tokenOfNow(house: House, sessionId: SessionId, generation: number): FencingToken {
  const { token, lease } = deskOf(house, sessionId);
  const isOfNow = token !== null && (lease !== null || token.generation >= generation);
  return isOfNow ? token : nextToken(house, sessionId, generation);
}

/** A caller who does not say what it was shown means the question that is open now, and no other. */
function actOf({ principal }: Question, command: Telling, session: SessionSight): Instruction["act"] {
  if (command.type === "session.resume") return { kind: "resume" };
  const { requestId } = command.target;
  const open = questionIn(session, requestId);
  const by = principal.role === "claw" ? "claw" : "person";
  const subjectDigest = command.subjectDigest ?? open?.subjectDigest ?? null;
  return { kind: "answer", requestId, subjectDigest, answer: command.answer, by };
}

export const questionIn = ({ questions }: SessionSight, requestId: string): QuestionSight | null =>
  questions.find((one) => one.requestId === requestId) ?? null;

/** What policy would answer to a question of that kind and subject in a turn of ours, by which rule, and until when that stands (epoch ms). Nothing is recorded. */
export function wouldAnswer(
  house: House,
  { sight, at }: Question,
  { target, kind, text }: CommandOf<"approval.test">,
): Effects {
  const session = sight.session(target.sessionId);
  if (session === null)
    throw new TypeError("what was asked is of no session, and no rule can have let it pass");
  const subject = text.length > MAX_SUBJECT ? null : text;
  const shown = { subject, subjectDigest: sha256(text), workspace: null, listed: [] };
  const { answer, why, ruling } = ruledOn(house, sight, session, kind, shown, [], at);
  const stands = ruling === null ? null : placeOfRuling(house, session, kind, ruling);
  return {
    events: [],
    facts: {
      answer,
      why,
      ruling: ruling?.answer ?? null,
      scope: stands?.place.scope ?? null,
      id: stands?.place.id ?? null,
      kind: stands?.kind ?? null,
      waitMs: ruling?.waitMs ?? null,
      pattern: ruling?.pattern ?? null,
      until: ruling?.until ?? null,
    },
  };
}
