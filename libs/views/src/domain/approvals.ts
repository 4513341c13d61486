/** What Codex asked of somebody. A question dies with what it belonged to: its turn, its thread or its host. */
import { type AnswerAct, DECIDED, endOfQuestion, HOST_REVOKED, type SessionId } from "@claw/events";
import type { ApprovalDecision, ApprovalRow } from "../approval-rows.ts";
import { admitted, isShutOut, questionsOf, questionsOn } from "./admission.ts";
import { approvalKey, turnKey } from "./keys.ts";
import {
  type EventIn,
  type Fact,
  type Lookup,
  ownSession,
  sessionOf,
  type ViewProjection,
} from "./projection.ts";
import { turns } from "./turns.ts";
import { isMessage } from "./voices.ts";

export const approvals: ViewProjection<"approvals"> = {
  name: "approvals",
  version: 3,
  key: (fact, rows) => {
    const { event } = fact;
    if (fact.lane === DECIDED) return decidedQuestions(fact, rows);
    const sessionId = ownSession(fact, rows);
    if (sessionId === null) return null;
    switch (event.type) {
      case "approval.requested":
      case "approval.resolved":
        return approvalKey(sessionId, event.data.requestId);
      case "turn.completed":
      case "session.closed":
        return questionsOf(sessionId, rows);
      default:
        return isMessage(event) ? questionsOf(sessionId, rows) : null;
    }
  },
  evolve: (row, fact, rows) => {
    const { event } = fact;
    if (event.type === "approval.requested") return requested(row, fact, event, rows);
    if (row === undefined || isOver(row)) return undefined;
    if (event.type === "token.revoked" || event.type === "host.added") return ofHost(row, fact, event);
    if (row.closedAt === null && event.type === "command.accepted") return decided(row, fact, event, rows);
    if (row.closedAt === null && isMessage(event)) return spoken(row, fact, event, rows);
    const how = closedBy(row, event);
    return how === null ? undefined : { ...row, closedAt: event.at, how };
  },
};

/** It is closed, and not only because its host may not join. */
const isOver = ({ closedAt, how }: ApprovalRow): boolean => closedAt !== null && how !== HOST_REVOKED;

/** After its host was let in, or shut out. */
function ofHost(
  row: ApprovalRow,
  { recordedAt }: Fact,
  { type }: EventIn<"token.revoked" | "host.added">,
): ApprovalRow | undefined {
  if (type === "host.added") return row.closedAt === null ? undefined : { ...row, closedAt: null, how: null };
  return row.closedAt === null ? { ...row, closedAt: recordedAt, how: HOST_REVOKED } : undefined;
}

function decidedQuestions(fact: Fact, rows: Lookup): string | readonly string[] | null {
  const { event } = fact;
  const host = admitted(fact, rows)?.host;
  if (host !== undefined) return questionsOn(host, rows);
  const answer = event.type === "command.accepted" ? answerIn(event) : null;
  return answer === null ? null : approvalKey(answer.sessionId, answer.act.requestId);
}

/** The answer that a decision tells a host to give, and where. */
function answerIn({
  data: { instruction },
}: EventIn<"command.accepted">): { readonly sessionId: SessionId; readonly act: AnswerAct } | null {
  if (instruction?.act.kind !== "answer") return null;
  return { sessionId: instruction.sessionId, act: instruction.act };
}

/** While the question is open the newest decision is shown: an older one came to nothing, else it would be closed. One that is accepted again is not new. */
function decided(
  row: ApprovalRow,
  { recordedAt }: Fact,
  event: EventIn<"command.accepted">,
  rows: Lookup,
): ApprovalRow | undefined {
  const { commandId, principal: by } = event.data;
  const answer = answerIn(event)?.act.answer;
  if (answer === undefined || rows("commands", commandId)?.decision === "accepted") return undefined;
  const text = event.body?.text ?? "";
  const reason = text === "" ? null : text;
  const decision: ApprovalDecision = { answer, by, at: recordedAt, commandId, reason };
  return { ...row, decision };
}

/** A person may speak into a turn of ours while it asks; from then on it is not ours. */
function spoken(
  row: ApprovalRow,
  fact: Fact,
  event: EventIn<"item.completed">,
  rows: Lookup,
): ApprovalRow | undefined {
  if (event.data.turnId !== row.turnId) return undefined;
  const key = turnKey(row.sessionId, row.turnId);
  const turn = turns.evolve(rows("turns", key), fact, rows, key);
  return turn === undefined || turn.isOurs === row.isOurs ? undefined : { ...row, isOurs: turn.isOurs };
}

/**
 * True if the request is one that is known. A restarted app-server counts its requests from the start again, so the same id asked later is
 * another question.
 */
export const isRepeat = (row: ApprovalRow | undefined, { at }: EventIn<"approval.requested">): boolean =>
  row !== undefined && at <= row.openedAt;

/** How the event ends this question, or null if it does not: by the rule that policy goes by. */
export const closedBy = (row: ApprovalRow, event: Fact["event"]): string | null =>
  isOver(row) ? null : endOfQuestion(row, event);

function requested(
  row: ApprovalRow | undefined,
  fact: Fact,
  event: EventIn<"approval.requested">,
  rows: Lookup,
): ApprovalRow | undefined {
  if (isRepeat(row, event)) return undefined;
  const { requestId, kind, turnId, itemId, availableDecisions } = event.data;
  const sessionId = sessionOf(fact) as SessionId;
  const turn = turnId === null ? undefined : rows("turns", turnKey(sessionId, turnId));
  const isOut = isShutOut(sessionId, rows);
  return {
    sessionId,
    requestId,
    kind,
    turnId,
    itemId,
    subject: event.body?.subject ?? null,
    reason: event.body?.reason ?? null,
    detail: event.body?.detail ?? null,
    subjectDigest: event.data.subjectDigest ?? null,
    workspace: event.data.workspace ?? null,
    availableDecisions,
    isOurs: turn?.isOurs ?? null,
    decision: null,
    openedAt: event.at,
    toldAt: fact.recordedAt,
    closedAt: isOut ? fact.recordedAt : null,
    how: isOut ? HOST_REVOKED : null,
  };
}
