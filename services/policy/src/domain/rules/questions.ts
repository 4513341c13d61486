/** Rules of questions that Codex asks: that it is open, that it is the one that was seen, and who may answer it (N1-015, N1-027, ADR 0013). */
import { answersTo, type CommandOf, HOST_REVOKED, isQuestionKind } from "@claw/events";
import { answerOnItsWay } from "../answered.ts";
import { overdueAt } from "../desk.ts";
import { questionIn } from "../effects-answers.ts";
import type { House } from "../house.ts";
import { askerOf } from "../mute.ts";
import { isOurs } from "../ours.ts";
import type { Question, Refusal } from "../question.ts";
import type { QuestionSight, SessionSight } from "../sight.ts";
import { isLetIn } from "../tokens.ts";
import { isAutomation } from "../writer.ts";
import type { Rule } from "./rule.ts";

interface Deciding {
  readonly command: CommandOf<"approval.decide">;
  readonly session: SessionSight;
  readonly open: QuestionSight;
}

/** Null where no question is decided, or where there is none that could be. */
function deciding({ command, sight }: Question): Deciding | null {
  if (command.type !== "approval.decide") return null;
  const session = sight.session(command.target.sessionId);
  const open = session === null ? null : questionIn(session, command.target.requestId);
  return session === null || open === null ? null : { command, session, open };
}

const about =
  (rule: (house: House, question: Question, of: Deciding) => Refusal | null): Rule =>
  (house, question) => {
    const of = deciding(question);
    return of === null ? null : rule(house, question, of);
  };

/** One that is open ends with its turn, its thread, or its host: nothing is told to a host that may not join (DESIGN 6.2). */
export const openQuestion: Rule = (house, { command, sight, at }) => {
  if (command.type !== "approval.decide") return null;
  const { sessionId, requestId } = command.target;
  const session = sight.session(sessionId);
  if (session === null) return null;
  if (questionIn(session, requestId) !== null)
    return isLetIn(house, session.hostId, at)
      ? null
      : { code: "approval_closed", facts: { sessionId, requestId, how: HOST_REVOKED } };
  const ended = session.endedQuestions.find((one) => one.requestId === requestId);
  return ended === undefined
    ? { code: "approval_unknown", facts: { sessionId, requestId } }
    : { code: "approval_closed", facts: { sessionId, requestId, how: ended.how } };
};

/** Nobody answers another question than the one that was shown (RELIABILITY S20). */
export const sameQuestion: Rule = about((_house, _question, { command, open }) =>
  command.subjectDigest === null || command.subjectDigest === open.subjectDigest
    ? null
    : { code: "approval_changed", facts: { ...command.target } },
);

/** Questions to other clients and their programs are theirs. */
export const answerable: Rule = about((_house, _question, { command, open }) =>
  isQuestionKind(open.kind)
    ? null
    : { code: "not_answerable", facts: { ...command.target, kind: open.kind } },
);

export const offeredAnswer: Rule = about((_house, _question, { command, open }) => {
  const offered = isQuestionKind(open.kind) ? answersTo(open.kind, open.listed) : [];
  return offered.includes(command.answer)
    ? null
    : { code: "answer_not_offered", facts: { answer: command.answer, offered: offered.join(", ") } };
});

/** A question of a person's turn is answered by people, and so is one of no turn (N1-015). */
export const ownQuestion: Rule = about((house, question, { session, open }) => {
  if (!isAutomation(askerOf(question))) return null;
  const turn = session.turns.find(({ turnId }) => turnId === open.turnId);
  return turn !== undefined && isOurs(house, question.sight, session, turn)
    ? null
    : { code: "human_at_work", facts: { sessionId: session.sessionId, turnId: open.turnId } };
});

/** Exactly one answer at a time is on its way to a question. */
export const oneAnswer: Rule = about((house, { sight, at }, { session, open }) => {
  const { sessionId } = session;
  const before = answerOnItsWay(house, sight, sessionId, open.requestId, at);
  if (before === null) return null;
  const { commandId } = before;
  return {
    code: "command_outstanding",
    facts: { commandId, sessionId, retryAfterMs: overdueAt(before) - at },
  };
});
