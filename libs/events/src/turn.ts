/** What is observed inside a session: turns, items, token usage, and what waits for somebody. Lane: the session. */
import { z } from "zod";
import { AtMs, Digest, ItemId, TurnId } from "./ids.ts";
import { eventKind, Label, Text, Word } from "./kind.ts";

const durationMs = z.number().min(0).nullable();
const tokens = z.int().min(0);

export const TurnStarted = eventKind({
  type: "turn.started",
  version: 1,
  lane: "session",
  data: z.object({ turnId: TurnId, startedAt: AtMs.nullable() }),
  body: null,
});

/** The one end of a turn (W-24): Codex's word for how, and Codex's own class of the error. */
export const TurnCompleted = eventKind({
  type: "turn.completed",
  version: 1,
  lane: "session",
  data: z.object({
    turnId: TurnId,
    status: Word,
    errorKind: Word.nullable(),
    startedAt: AtMs.nullable(),
    completedAt: AtMs.nullable(),
    durationMs,
  }),
  body: z.object({ error: Text.nullable() }),
});

/** What an item says, in the few shapes that people read. Every field is capped and redacted on the host. */
export const ItemBody = z.object({
  text: Text.nullable(),
  command: Text.nullable(),
  output: Text.nullable(),
  tool: Label.nullable(),
  paths: z.array(Label).max(256),
});
export type ItemBody = z.infer<typeof ItemBody>;

const itemFacts = {
  turnId: TurnId,
  itemId: ItemId,
  kind: Word,
  startedAt: AtMs.nullable(),
};

export const ItemStarted = eventKind({
  type: "item.started",
  version: 1,
  lane: "session",
  data: z.object(itemFacts),
  body: ItemBody,
});

/** An item as it will stay. `clientId` names who sent a user message; `cutBytes` is how much text the caps took away. */
export const ItemCompleted = eventKind({
  type: "item.completed",
  version: 1,
  lane: "session",
  data: z.object({
    ...itemFacts,
    status: Word.nullable(),
    completedAt: AtMs.nullable(),
    durationMs,
    exitCode: z.int().nullable(),
    clientId: Word.nullable(),
    cutBytes: z.int().min(0),
  }),
  body: ItemBody,
});

const TokenCounts = z.object({
  totalTokens: tokens,
  inputTokens: tokens,
  cachedInputTokens: tokens,
  outputTokens: tokens,
  reasoningOutputTokens: tokens,
});

/** The thread's token count after a model call: in all, and of that call. */
export const UsageReported = eventKind({
  type: "usage.reported",
  version: 1,
  lane: "session",
  data: z.object({
    turnId: TurnId,
    total: TokenCounts,
    last: TokenCounts,
    contextWindow: z.int().min(0).nullable(),
  }),
  body: null,
});

/** Codex asks somebody. We watch: the connector never answers what it does not own (PROTOCOL, trap 1). */
export const ApprovalRequested = eventKind({
  type: "approval.requested",
  version: 1,
  lane: "session",
  data: z.object({
    requestId: Word,
    kind: Word,
    turnId: TurnId.nullable(),
    itemId: ItemId.nullable(),
    availableDecisions: z.array(Word).max(16),
    /** Of all that is asked, before redaction, as the host saw it: whoever answers says which one was seen (RELIABILITY S20). */
    subjectDigest: Digest.optional(),
    workspace: Label.nullable().optional(),
  }),
  /** `detail`: the diff of a file change, or the permissions that are asked for. */
  body: z.object({ subject: Text.nullable(), reason: Text.nullable(), detail: Text.nullable().optional() }),
});

/** The question is no longer open. `how` says by what: an answer, or the end of what it belonged to. */
export const ApprovalResolved = eventKind({
  type: "approval.resolved",
  version: 1,
  lane: "session",
  data: z.object({
    requestId: Word,
    how: z.enum(["answered", "turn_ended", "thread_closed", "endpoint_lost"]),
  }),
  body: null,
});
