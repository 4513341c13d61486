/** `GET /api/approvals` and the live rows of kind `approvals`. */
import type { PrincipalView } from "./shared.ts";

export type Answer = "accept" | "accept_for_session" | "decline" | "cancel";

export interface ApprovalView {
  readonly sessionId: string;
  readonly requestId: string;
  readonly hostId: string | null;
  readonly kind: string;
  readonly turnId: string | null;
  readonly itemId: string | null;
  readonly subject: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly subjectDigest: string | null;
  readonly workspace: string | null;
  readonly availableDecisions: readonly string[];
  readonly isOurs: boolean | null;
  readonly state: "open" | "closed";
  readonly openedAt: string;
  readonly ageMs: number | null;
  readonly ruledBy: {
    readonly scope: string;
    readonly id: string | null;
    readonly answer: "decline" | "ask" | "accept";
    readonly pattern: string | null;
  } | null;
  readonly deadlineAt: string | null;
  readonly decision: {
    readonly answer: Answer;
    readonly by: PrincipalView;
    readonly at: string;
    readonly commandId: string;
    readonly reason: string | null;
  } | null;
  readonly closedAt: string | null;
  readonly how: string | null;
}
