/**
 * What an answer comes to: the reply that Codex reads for this kind of question, or why there is none; whether the question is still there; and what a turn shows
 * of an answer whose end nobody saw. Pure.
 */
import { type AnswerableRequest, isAnswerableMethod, type Reply } from "@claw/codex-rpc/protocol";
import {
  type Answer,
  type AnswerAct,
  answersTo,
  isQuestionKind,
  markedCommand,
  type QuestionKind,
  type RefusalCode,
} from "@claw/events";
import type { Outcome } from "./fence.ts";
import type { TurnSeen } from "./mark.ts";
import { isAbout, type Question } from "./question.ts";
import type { ClosedApproval, SessionState } from "./remembered.ts";

type Facts = Extract<Outcome, { type: "command.failed" }>["facts"];

/** Why nothing is said. */
export interface NoReply {
  readonly type: "refuse";
  readonly code: Extract<
    RefusalCode,
    "approval_changed" | "not_answerable" | "answer_not_offered" | "human_at_work"
  >;
  readonly facts: Facts;
}
export type Mapped = { readonly type: "reply"; readonly reply: Reply } | NoReply;

/** The reply to this very question, if it is still the one that was decided on. Without a digest nobody says what was seen: then its name has to do. */
export function replyTo(
  question: Question,
  { answer, subjectDigest }: Pick<AnswerAct, "answer" | "subjectDigest">,
): Mapped {
  const { request, kind, digest } = question;
  if (subjectDigest !== null && subjectDigest !== digest) return refuse("approval_changed", {});
  if (!isQuestionKind(kind) || !isAnswerable(request)) return refuse("not_answerable", { kind });
  const offered = offeredBy(request, kind);
  if (!offered.includes(answer)) return refuse("answer_not_offered", { answer, offered: offered.join(", ") });
  return { type: "reply", reply: write(request, answer) };
}

/** Of a question that could be read in full. */
const isAnswerable = (request: Question["request"]): request is AnswerableRequest =>
  request.known && isAnswerableMethod(request.method);

/** Codex's word for each answer to a command or a file change. */
const DECISIONS = {
  accept: "accept",
  accept_for_session: "acceptForSession",
  decline: "decline",
  cancel: "cancel",
} as const satisfies Record<Answer, string>;

/**
 * What this very question can be answered with, by the rule that policy goes by (`answersTo`). The fact that policy sees does not tell a list without any
 * answer from no list; the question does, and then nothing but `decline` is left.
 */
function offeredBy(request: AnswerableRequest, kind: QuestionKind): readonly Answer[] {
  const isCommand = request.method === "item/commandExecution/requestApproval";
  const listed = isCommand ? request.params.availableDecisions : null;
  if (listed?.length === 0) return ["decline"];
  return answersTo(
    kind,
    (listed ?? []).map((one) => (typeof one === "string" ? one : "")),
  );
}

function write(request: AnswerableRequest, answer: Answer): Reply {
  switch (request.method) {
    case "item/commandExecution/requestApproval":
      return { request, result: { decision: DECISIONS[answer] } };
    case "item/fileChange/requestApproval":
      return { request, result: { decision: DECISIONS[answer] } };
    case "item/permissions/requestApproval":
      return { request, result: grant(request.params.permissions, answer) };
    case "mcpServer/elicitation/request":
      return {
        request,
        result:
          answer === "accept"
            ? { action: "accept", content: {}, _meta: null }
            : { action: answer === "cancel" ? "cancel" : "decline", content: null, _meta: null },
      };
  }
}

/** What was asked for, or nothing; never more. What cannot be read as permissions is not granted. */
function grant(asked: unknown, answer: Answer) {
  const isGranted = answer === "accept" || answer === "accept_for_session";
  const isReadable = typeof asked === "object" && asked !== null && !Array.isArray(asked);
  return {
    permissions: isGranted && isReadable ? { ...asked } : {},
    scope: answer === "accept_for_session" ? ("session" as const) : ("turn" as const),
  };
}

/**
 * Automation answers only where each user message of the turn bears a mark (DESIGN 6.2, N1-015). A turn that was not read to its end, or in which nothing is
 * written yet, may hold a person's word: then nobody answers.
 */
export const isOurs = ({ clientIds, isWhole }: Pick<TurnSeen, "clientIds" | "isWhole">): boolean =>
  isWhole && clientIds.length > 0 && clientIds.every((clientId) => markedCommand(clientId) !== null);

export const humanAtWork: NoReply = { type: "refuse", code: "human_at_work", facts: {} };

export type Standing =
  | { readonly type: "open"; readonly question: Question }
  /** Over for good; or out of sight since its server was lost, and may be repeated. */
  | { readonly type: "closed"; readonly how: ClosedApproval["how"]; readonly mayReturn: boolean }
  /** It was open when it was last seen, or (`isKnown` false) nobody here ever heard of it. */
  | { readonly type: "unseen"; readonly isKnown: boolean };

/** `questions` are those that the connection heard, null where it has not heard of the thread. */
export function standingOf(
  requestId: string,
  questions: ReadonlyMap<string, Question> | null,
  state: Pick<SessionState, "approvals" | "closedApprovals"> | null,
): Standing {
  const question = questions?.get(requestId);
  if (question !== undefined) return { type: "open", question };
  const closed = state?.closedApprovals?.findLast((one) => one.requestId === requestId);
  if (closed !== undefined)
    return { type: "closed", how: closed.how, mayReturn: closed.how === "endpoint_lost" };
  return {
    type: "unseen",
    isKnown: state?.approvals.some((one) => one.requestId === requestId) ?? false,
  };
}

/** An item of the turn that was asked in: Codex's id, and what it says of itself. */
export interface ItemSeen {
  readonly id: string;
  readonly status: unknown;
}

/**
 * What is said of an answer that may have been given, to a question that is over: whether what it wanted came to be. Who gave it cannot be told, as with an
 * interruption. Null: the turn does not show it.
 */
export function effectOf(
  { requestId, answer }: Pick<AnswerAct, "requestId" | "answer">,
  turn: { readonly turnId: string; readonly status: string },
  items: readonly ItemSeen[],
): boolean | null {
  const status = items.findLast(({ id }) => isAbout(requestId, turn.turnId, id))?.status;
  if (answer === "cancel") return turn.status === "inProgress" ? false : turn.status === "interrupted";
  if (typeof status !== "string") return null;
  return (answer === "decline") === (status === "declined");
}

/** How a refusal's reason is said to the model. */
export const declinedText = (reason: string): string => `Declined: ${reason}`;

const refuse = (code: NoReply["code"], facts: Facts): NoReply => ({ type: "refuse", code, facts });
