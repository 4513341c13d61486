/**
 * The house's own answers to what Codex asks in turns that are ours (S1-094, N1-026, DESIGN 6.2): declined at once, or after people were asked, or accepted
 * where a rule says so. In any doubt nobody answers: then the question waits for people. Each answer is a command like any other, under an id that follows from
 * the question.
 */
import {
  type AnswerAct,
  commandDigest,
  CommandId,
  DEFAULT_DEADLINE_MS,
  type EntryId,
  type Event,
  isQuestionKind,
  MAX_ASK_MS,
  MAX_PATH,
  MAX_ROOTS,
  type Origin,
  type OutcomeWord,
  type Principal,
  type QuestionKind,
  sha256,
} from "@claw/events";
import { answerOnItsWay, newestAnswer, wasDecided } from "./answered.ts";
import { turnRoot } from "./cause.ts";
import type { Due } from "./due.ts";
import { tokenOfNow } from "./effects-answers.ts";
import { event } from "./event.ts";
import { isOurs } from "./ours.ts";
import { ruledOn } from "./ruled.ts";
import type { QuestionSight, SessionSight, Sight, TurnSight } from "./sight.ts";
import type { House } from "./state.ts";
import { isLetIn } from "./tokens.ts";

export interface AskedNow {
  /** The wall clock, epoch ms. */
  readonly at: number;
  /** The generation of the log, which is that of new tokens. */
  readonly generation: number;
}

/** A question that is older is left to people: nothing is remembered of its answers for ever. */
const LEFT_ALONE_MS = MAX_ASK_MS + 3_600_000;
/** An answer that its host says it never began is given again, so often in all. */
const MAX_ATTEMPTS = 5;

/** All answers that are due now. */
export const dueOfQuestions = (house: House, sight: Sight, now: AskedNow): readonly Due[] =>
  sight.asking().flatMap((id) => {
    const session = sight.session(id);
    if (session === null || !isReached(house, sight, session, now.at)) return [];
    return session.questions.flatMap((question) => dueOf(house, sight, session, question, now) ?? []);
  });

/** Its host may join, would hear of the answer, and has told all that it knows. */
function isReached(
  house: House,
  sight: Sight,
  { hostId, isClosed, isLost }: SessionSight,
  at: number,
): boolean {
  const host = sight.host(hostId);
  const isHeard = host !== null && !host.isSilent && !host.isBehind;
  return isHeard && !isClosed && !isLost && isLetIn(house, hostId, at);
}

type Said = Pick<AnswerAct, "answer"> & { readonly reason: string | null };

function dueOf(
  house: House,
  sight: Sight,
  session: SessionSight,
  question: QuestionSight,
  now: AskedNow,
): Due | null {
  const { kind, turnId, openedAt } = question;
  const turn = session.turns.find((one) => one.turnId === turnId);
  if (!isQuestionKind(kind) || now.at - openedAt >= LEFT_ALONE_MS) return null;
  if (turn === undefined || !isOurs(house, sight, session, turn)) return null;
  const origin = originOf(house, session, turn);
  const said = saidTo(house, sight, session, question, kind, origin, now.at);
  const commandId = said === null ? null : idOf(house, sight, session, question, now.at);
  if (said === null || commandId === null) return null;
  const answer = answering(house, session, question, said, origin, commandId, now);
  return { entryId: `due/${commandId}/answered` as EntryId, events: [answer] };
}

const DECLINED =
  "No rule of the supervisor allows this. Go on without it, or report that you are blocked by it.";
const UNANSWERED =
  "Nobody answered in time, so it is not allowed. Go on without it, or report that you are blocked by it.";

/** What the rule that stands there says by now; null while people are asked. */
function saidTo(
  house: House,
  sight: Sight,
  session: SessionSight,
  question: QuestionSight,
  kind: QuestionKind,
  { rootIds }: Origin,
  at: number,
): Said | null {
  const { answer, ruling } = ruledOn(house, sight, session, kind, question, rootIds, at);
  if (answer === "ask")
    return at >= question.openedAt + (ruling?.waitMs ?? 0) ? { answer: "decline", reason: UNANSWERED } : null;
  return { answer, reason: answer === "accept" ? null : DECLINED };
}

/**
 * The id under which it is answered now; null where that is done: an answer is on its way, was given, or failed in another way than that it came too late. A
 * question that was asked anew stands elsewhere in the log.
 */
function idOf(
  house: House,
  sight: Sight,
  { sessionId, outcomes }: SessionSight,
  { requestId, openedAt, position }: QuestionSight,
  at: number,
): CommandId | null {
  if (answerOnItsWay(house, sight, sessionId, requestId, at) !== null) return null;
  const wordOf = (id: CommandId) => outcomes.find(({ commandId }) => commandId === id)?.outcome;
  const newest = newestAnswer(house, sessionId, requestId);
  if (newest !== null && newest.at >= openedAt && !NOT_GIVEN.has(wordOf(newest.commandId))) return null;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const name = `${sessionId}/${requestId}/${position}${attempt === 0 ? "" : `/${attempt}`}`;
    const id = CommandId.parse(`auto-${sha256(name).slice(0, 40)}`);
    if (!wasDecided(house, sight, sessionId, id)) return id;
    if (wordOf(id) !== "expired") return null;
  }
  return null;
}

/** After these the question is as it was before. Of all others, and of what was never told, nobody can be sure. */
const NOT_GIVEN: ReadonlySet<OutcomeWord | undefined> = new Set<OutcomeWord | undefined>([
  "failed",
  "expired",
]);

const POLICY: Principal = { kind: "house", name: "policy", role: "admin" };

function answering(
  house: House,
  { sessionId, hostId, endpointId }: SessionSight,
  { requestId, subjectDigest }: QuestionSight,
  { answer, reason }: Said,
  origin: Origin,
  commandId: CommandId,
  { at, generation }: AskedNow,
): Event {
  const type = "approval.decide" as const;
  const target = { sessionId, requestId };
  const deadlineMs = DEFAULT_DEADLINE_MS;
  const digest = commandDigest({ type, commandId, target, answer, text: reason, subjectDigest, deadlineMs });
  const token = tokenOfNow(house, sessionId, generation);
  const act = { kind: "answer", requestId, subjectDigest, answer, by: "policy" } as const;
  const asked = { commandId, commandType: type, digest, principal: POLICY };
  const instruction = { sessionId, endpointId, token, act };
  const data = { ...asked, hostId, instruction, origin, deadlineAt: at + deadlineMs };
  return event("command.accepted", at, data, reason === null ? null : { text: reason });
}

/** The causes of the turn, so that a halt of one of them reaches what is done in it. Nothing is passed on: the answer is no further hop. */
function originOf(house: House, { sessionId }: SessionSight, { turnId, commandIds }: TurnSight): Origin {
  const causes = commandIds.flatMap((id) => house.commands.get(id)?.origin ?? []);
  const rootIds = [...new Set(causes.flatMap((cause) => cause.rootIds))].slice(0, MAX_ROOTS);
  const path = [...new Set(causes.flatMap((cause) => cause.path))].slice(0, MAX_PATH);
  const hop = Math.max(0, ...causes.map((cause) => cause.hop));
  return { rootIds: rootIds.length === 0 ? [turnRoot(sessionId, turnId)] : rootIds, hop, path };
}
