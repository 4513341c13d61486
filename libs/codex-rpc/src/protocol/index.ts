/** Codex's words as types alone, for code that reads them and reaches no wire: `@claw/codex-rpc/protocol`. */
export type {
  AnswerableRequest,
  Inbound,
  KnownNotification,
  KnownServerRequest,
  Reply,
  Unreadable,
} from "../domain/inbound.ts";
export type { StdioTarget, Target, UnixTarget, WebsocketTarget } from "../domain/target.ts";
export { type KnownItem, readItem, type ThreadItem } from "./item.ts";
export type { GitInfo, Thread, ThreadStatus } from "./thread.ts";
export type { TokenCounts, TokenUsage, Turn, TurnError } from "./turn.ts";
export { type AnswerableMethod, type AnswerTo, isAnswerableMethod } from "./server-requests.ts";
