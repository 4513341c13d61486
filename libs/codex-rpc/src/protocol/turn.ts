import { z } from "zod";
import { ThreadItem } from "./item.ts";
import { maybe, open } from "./open.ts";

/** Why a turn or a model call failed. `codexErrorInfo` is a word, or an object with one key. */
export const TurnError = z.looseObject({
  message: z.string(),
  codexErrorInfo: z.unknown().optional(),
  additionalDetails: maybe(z.string()),
});
export type TurnError = z.output<typeof TurnError>;

export const TurnStatus = open("inProgress", "completed", "interrupted", "failed");
export type TurnStatus = z.output<typeof TurnStatus>;

/** One turn. Times are unix seconds, as Codex sends them; `items` is as full as `itemsView` says. */
export const Turn = z.looseObject({
  id: z.string(),
  status: TurnStatus,
  items: z.array(ThreadItem),
  itemsView: open("notLoaded", "summary", "full").optional(),
  rootTurnId: maybe(z.string()),
  error: maybe(TurnError),
  startedAt: maybe(z.number()),
  completedAt: maybe(z.number()),
  durationMs: maybe(z.number()),
});
export type Turn = z.output<typeof Turn>;

/** Tokens counted by the model provider. */
export const TokenCounts = z.looseObject({
  totalTokens: z.number(),
  inputTokens: z.number(),
  cachedInputTokens: z.number(),
  outputTokens: z.number(),
  reasoningOutputTokens: z.number(),
});
export type TokenCounts = z.output<typeof TokenCounts>;

/** Tokens of a thread so far (`total`) and of its latest model call (`last`). */
export const TokenUsage = z.looseObject({
  total: TokenCounts,
  last: TokenCounts,
  modelContextWindow: maybe(z.number()),
});
export type TokenUsage = z.output<typeof TokenUsage>;
