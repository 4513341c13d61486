/** What Codex asked of somebody. A question dies with what it belonged to: its turn or its thread. */
import type { SessionId } from "@claw/events";
import type { ApprovalRow } from "../rows.ts";
import { approvalKey } from "./keys.ts";
import { type EventIn, type Fact, ownSession, sessionOf, type ViewProjection } from "./projection.ts";

export const approvals: ViewProjection<"approvals"> = {
  name: "approvals",
  version: 1,
  key: (fact, rows) => {
    const sessionId = ownSession(fact, rows);
    if (sessionId === null) return null;
    const { event } = fact;
    switch (event.type) {
      case "approval.requested":
      case "approval.resolved":
        return approvalKey(sessionId, event.data.requestId);
      case "turn.completed":
      case "session.closed":
        return (rows("sessions", sessionId)?.openApprovals ?? []).map((id) => approvalKey(sessionId, id));
      default:
        return null;
    }
  },
  evolve: (row, fact) => {
    const { event } = fact;
    if (event.type === "approval.requested") return requested(row, fact, event);
    const how = row === undefined ? null : closedBy(row, event);
    return row === undefined || how === null ? undefined : { ...row, closedAt: event.at, how };
  },
};

/**
 * True if the request is one that is known. A restarted app-server counts its requests from the start again, so the same id asked later is
 * another question.
 */
export const isRepeat = (row: ApprovalRow | undefined, { at }: EventIn<"approval.requested">): boolean =>
  row !== undefined && at <= row.openedAt;

/** How the event ends this question, or null if it does not. */
export function closedBy(row: ApprovalRow, event: Fact["event"]): string | null {
  if (row.closedAt !== null) return null;
  if (event.type === "approval.resolved") return event.data.how;
  if (event.type === "session.closed") return "thread_closed";
  return event.type === "turn.completed" && event.data.turnId === row.turnId ? "turn_ended" : null;
}

function requested(
  row: ApprovalRow | undefined,
  fact: Fact,
  event: EventIn<"approval.requested">,
): ApprovalRow | undefined {
  if (isRepeat(row, event)) return undefined;
  const { requestId, kind, turnId, itemId, availableDecisions } = event.data;
  return {
    sessionId: sessionOf(fact) as SessionId,
    requestId,
    kind,
    turnId,
    itemId,
    subject: event.body?.subject ?? null,
    reason: event.body?.reason ?? null,
    availableDecisions,
    openedAt: event.at,
    closedAt: null,
    how: null,
  };
}
