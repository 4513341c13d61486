/** The rows of what Codex asks. Times are epoch ms; `openedAt` and `closedAt` by the host's clock. */
import type { Answer, CommandId, Digest, ItemId, Principal, SessionId, TurnId } from "@claw/events";

/** Something that Codex asked of somebody. Key: sessionId/requestId. */
export interface ApprovalRow {
  readonly sessionId: SessionId;
  readonly requestId: string;
  readonly kind: string;
  readonly turnId: TurnId | null;
  readonly itemId: ItemId | null;
  readonly subject: string | null;
  readonly reason: string | null;
  /** The diff of a file change, or the permissions that are asked for. */
  readonly detail: string | null;
  /** Of all that is asked, as its host saw it; null where its connector does not say. */
  readonly subjectDigest: Digest | null;
  readonly workspace: string | null;
  readonly availableDecisions: readonly string[];
  /** Whether its turn is ours alone; null where nobody can say, which is as good as no. */
  readonly isOurs: boolean | null;
  /** What was last decided on it. Whether that is what closed it, its command says. */
  readonly decision: ApprovalDecision | null;
  /** When it was asked, by the host's clock, and when that was recorded, by ours: people's time to answer runs from there. */
  readonly openedAt: number;
  readonly toldAt: number;
  readonly closedAt: number | null;
  readonly how: string | null;
}

export interface ApprovalDecision {
  readonly answer: Answer;
  readonly by: Principal;
  readonly at: number;
  readonly commandId: CommandId;
  /** What was said beside; after a `decline` it reaches the model. */
  readonly reason: string | null;
}
