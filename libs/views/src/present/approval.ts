/** What Codex asked of somebody, as it is seen outside: what exactly, for how long, whose turn it is in, and who may answer (N1-025). */
import { Answer, GrantScope, isQuestionKind } from "@claw/events";
import { z } from "zod";
import type { RulingRow } from "../command-rows.ts";
import type { ApprovalDecision, ApprovalRow } from "../approval-rows.ts";
import { type Asker, transcriptText } from "./asker.ts";
import { presentPrincipal, PrincipalView } from "./principal.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

const words = "null for those who may not read transcripts";

const DecisionView = z.object({
  answer: Answer,
  by: PrincipalView,
  at: IsoTime,
  commandId: z.string().describe("says whether it is what closed the question"),
  reason: z.string().nullable().describe(words),
});

const RuledByView = z.object({
  scope: GrantScope,
  id: z.string().nullable(),
  answer: z.enum(["decline", "ask", "accept"]),
  pattern: z.string().nullable(),
});

export const ApprovalView = z
  .object({
    sessionId: z.string(),
    requestId: z.string(),
    hostId: z.string().nullable(),
    kind: z.string(),
    turnId: z.string().nullable(),
    itemId: z.string().nullable(),
    subject: z.string().nullable().describe(words),
    reason: z.string().nullable().describe(words),
    detail: z.string().nullable().describe(`a diff, or the permissions that are asked for; ${words}`),
    subjectDigest: z
      .string()
      .nullable()
      .describe("of all that is asked: who decides says by it what they were shown"),
    workspace: z.string().nullable(),
    availableDecisions: z.array(z.string()),
    isOurs: z
      .boolean()
      .nullable()
      .describe("true: its turn is ours alone, so that policy may answer; null: nobody can say"),
    state: z.enum(["open", "closed"]),
    openedAt: IsoTime,
    ageMs: z.int().min(0).nullable().describe("how long it has been open; null once it is closed"),
    ruledBy: RuledByView.nullable().describe(
      "the rule by which policy answers while it is open; null: policy declines, or does not answer at all",
    ),
    deadlineAt: IsoTime.nullable().describe("until then people may answer; then policy declines"),
    decision: DecisionView.nullable().describe("the newest that was made on it"),
    closedAt: IsoTime.nullable(),
    how: z.string().nullable().describe("what closed it"),
  })
  .meta({ id: "Approval" });
export type ApprovalView = z.infer<typeof ApprovalView>;

/** What other rows say of a question: where it is asked, and the rule that counts for it now. */
export interface ApprovalPlace {
  readonly hostId: string | null;
  readonly ruling: RulingRow | null;
}

export function presentApproval(row: ApprovalRow, place: ApprovalPlace, asker: Asker): ApprovalView {
  const isOpen = row.closedAt === null;
  const ruling = isOpen && isPolicys(row) ? place.ruling : null;
  return {
    sessionId: row.sessionId,
    requestId: row.requestId,
    hostId: place.hostId,
    kind: row.kind,
    turnId: row.turnId,
    itemId: row.itemId,
    subject: transcriptText(asker, row.subject),
    reason: transcriptText(asker, row.reason),
    detail: transcriptText(asker, row.detail),
    subjectDigest: row.subjectDigest,
    workspace: row.workspace,
    availableDecisions: [...row.availableDecisions],
    isOurs: row.isOurs,
    state: isOpen ? "open" : "closed",
    openedAt: isoOf(row.openedAt),
    ageMs: isOpen ? Math.max(0, Math.round(asker.nowMs - row.openedAt)) : null,
    ruledBy: ruling === null ? null : ruledBy(ruling),
    deadlineAt: deadlineOf(row, ruling),
    decision: row.decision === null ? null : decisionView(row.decision, asker),
    closedAt: isoOrNull(row.closedAt),
    how: row.how,
  };
}

/** Policy answers only questions of kinds that it knows, in turns that are ours (ADR 0013). */
const isPolicys = ({ kind, isOurs }: ApprovalRow): boolean => isOurs === true && isQuestionKind(kind);

function ruledBy({ scope, id, answer, pattern }: RulingRow): z.infer<typeof RuledByView> | null {
  return answer === null ? null : { scope, id, answer, pattern };
}

/** Where people are asked first, their time runs from when the house heard of it. */
const deadlineOf = ({ toldAt }: ApprovalRow, ruling: RulingRow | null): string | null =>
  ruling?.answer === "ask" && ruling.waitMs !== null ? isoOf(toldAt + ruling.waitMs) : null;

const decisionView = (
  { answer, by, at, commandId, reason }: ApprovalDecision,
  asker: Asker,
): z.infer<typeof DecisionView> => ({
  answer,
  by: presentPrincipal(by),
  at: isoOf(at),
  commandId,
  reason: transcriptText(asker, reason),
});
