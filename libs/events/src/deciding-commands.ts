/** Commands about what Codex asks, about what sessions may do, and what sessions say of themselves. */
import { z } from "zod";
import { Answer, QuestionKind } from "./answer.ts";
import { GrantScope, MAX_ASK_MS, Right } from "./house-rules.ts";
import { AtMs, CommandId, Digest, SessionId, TokenId } from "./ids.ts";
import { PlainLabel, PlainWord, Text, Word } from "./kind.ts";
import { WorkState } from "./progress.ts";

const commandId = CommandId;
const reason = PlainLabel.min(1);

/**
 * Answers an open question. `subjectDigest` is the one that the caller was shown: where another is asked by now, nothing is answered. `text` is the reason; after a
 * `decline` it reaches the model (N1-027).
 */
export const ApprovalDecide = z.strictObject({
  type: z.literal("approval.decide"),
  commandId,
  target: z.strictObject({ sessionId: SessionId, requestId: Word }),
  answer: Answer,
  text: Text.min(1).nullable().default(null),
  subjectDigest: Digest.nullable().default(null),
  deadlineMs: z.int().min(1_000).max(600_000).default(30_000),
});

/**
 * Asks how the house would answer a question of that kind and subject (`text`, such as a command line) in a turn of this session that is ours (N1-026). Nothing is
 * recorded or done, with `dryRun` or without: the verdict's facts are the whole answer.
 */
export const ApprovalTest = z.strictObject({
  type: z.literal("approval.test"),
  commandId,
  target: z.strictObject({ sessionId: SessionId }),
  kind: QuestionKind.default("command"),
  text: Text.min(1),
});

const where = {
  scope: GrantScope,
  id: PlainWord.nullable().default(null),
  until: AtMs.nullable().default(null),
  reason,
};

/** Opens or closes a right of sessions over MCP in a scope; null leaves it to the wider scope again. */
export const PolicyGrant = z.strictObject({
  type: z.literal("policy.grant"),
  commandId,
  right: Right,
  state: z.enum(["open", "closed"]).nullable(),
  ...where,
});

/** How questions of our own turns are answered in a scope; `answer` null takes the rule away. `pattern` belongs to `accept`, `waitMs` to `ask`. */
export const PolicyApprovals = z.strictObject({
  type: z.literal("policy.approvals"),
  commandId,
  kind: QuestionKind.nullable().default(null),
  answer: z.enum(["decline", "ask", "accept"]).nullable(),
  waitMs: z.int().min(1_000).max(MAX_ASK_MS).nullable().default(null),
  pattern: PlainLabel.min(1).nullable().default(null),
  ...where,
});

/** A session tells of its own work; it becomes the session's summary (S1-058). */
export const ProgressReport = z.strictObject({
  type: z.literal("progress.report"),
  commandId,
  state: WorkState,
  phase: PlainLabel.min(1).nullable().default(null),
  percent: z.int().min(0).max(100).nullable().default(null),
  text: Text.min(1),
  purpose: PlainLabel.min(1).nullable().default(null),
});

/** The gateway tells of a caller who tried what its key is not for. Only the house itself asks for it. */
export const RecordAttempt = z.strictObject({
  type: z.literal("record.attempt"),
  commandId,
  kind: Word,
  keyId: TokenId,
  sessionId: SessionId.nullable(),
  claimed: Word.nullable(),
  count: z.int().min(1),
});
