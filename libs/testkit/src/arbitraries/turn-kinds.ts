/** Random events inside a session. */
import fc from "fast-check";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

const itemBody = id.orNull(
  fc.record({
    text: id.orNull(id.text),
    command: id.orNull(id.text),
    output: id.orNull(id.text),
    tool: id.orNull(id.label),
    paths: fc.array(id.label, { maxLength: 2 }),
  }),
);
const itemFacts = {
  turnId: id.turnId,
  itemId: id.itemId,
  kind: fc.constantFrom("userMessage", "agentMessage", "commandExecution"),
  startedAt: id.orNull(id.at),
};
const tokens = fc.record({
  totalTokens: id.count,
  inputTokens: id.count,
  cachedInputTokens: id.count,
  outputTokens: id.count,
  reasoningOutputTokens: id.count,
});

export const turnKinds = {
  "turn.started": kind("turn.started", fc.record({ turnId: id.turnId, startedAt: id.orNull(id.at) })),
  "turn.completed": kind(
    "turn.completed",
    fc.record({
      turnId: id.turnId,
      status: fc.constantFrom("completed", "interrupted", "failed"),
      errorKind: id.orNull(id.word),
      startedAt: id.orNull(id.at),
      completedAt: id.orNull(id.at),
      durationMs: id.orNull(id.count),
    }),
    id.orNull(fc.record({ error: id.orNull(id.text) })),
  ),
  "item.started": kind("item.started", fc.record(itemFacts), itemBody),
  "item.completed": kind(
    "item.completed",
    fc.record({
      ...itemFacts,
      status: id.orNull(id.word),
      completedAt: id.orNull(id.at),
      durationMs: id.orNull(id.count),
      exitCode: id.orNull(fc.integer({ min: -1, max: 255 })),
      clientId: id.orNull(fc.constantFrom("claw:command-1", "claw:1", "a-uuid")),
      cutBytes: id.count,
    }),
    itemBody,
  ),
  "usage.reported": kind(
    "usage.reported",
    fc.record({ turnId: id.turnId, total: tokens, last: tokens, contextWindow: id.orNull(id.count) }),
  ),
  "approval.requested": kind(
    "approval.requested",
    fc.record(
      {
        requestId: id.requestId,
        kind: fc.oneof(fc.constantFrom("command", "fileChange"), id.word),
        turnId: id.orNull(id.turnId),
        itemId: id.orNull(id.itemId),
        availableDecisions: fc.subarray(["accept", "decline"]),
        subjectDigest: id.digest,
        workspace: id.orNull(id.label),
      },
      { requiredKeys: ["requestId", "kind", "turnId", "itemId", "availableDecisions"] },
    ),
    id.orNull(
      fc.record(
        { subject: id.orNull(id.text), reason: id.orNull(id.text), detail: id.orNull(id.text) },
        { requiredKeys: ["subject", "reason"] },
      ),
    ),
  ),
  "approval.resolved": kind(
    "approval.resolved",
    fc.record({
      requestId: id.requestId,
      how: fc.constantFrom("answered", "turn_ended", "thread_closed", "endpoint_lost"),
    }),
  ),
} satisfies Partial<Kinds>;
