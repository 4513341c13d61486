export {
  activeTurn,
  answerRequest,
  cleanBackgroundTerminals,
  forkThread,
  interruptTurn,
  listItems,
  listModels,
  listThreads,
  listTurns,
  loadedThreadIds,
  type Message,
  type Page,
  readThread,
  resumeThread,
  setThreadName,
  startThread,
  startTurn,
  steerTurn,
  unsubscribeThread,
} from "./client.ts";
export { connect, type Connection, type ServerInfo } from "./connection.ts";
export type { Counters } from "./counters.ts";
export type { Backoff } from "./domain/backoff.ts";
export type { RequestId } from "./domain/framing.ts";
export type { Refusal } from "./domain/refusal.ts";
export { CodexFault, type CodexFaultCode, didNothing, refusalOf, type Retry } from "./faults.ts";
export type {
  AnswerableRequest,
  Inbound,
  KnownNotification,
  KnownServerRequest,
  Reply,
  Unreadable,
} from "./domain/inbound.ts";
export {
  type ConnectOptions,
  type Deadlines,
  defaultDeadlines,
  defaultLimits,
  type Limits,
} from "./options.ts";
export { ClientInfo } from "./protocol/handshake.ts";
export { type KnownItem, readItem, ThreadItem, UserInput } from "./protocol/item.ts";
export {
  type MethodName,
  type MethodParams,
  type MethodResult,
  methods,
  threadSourceKinds,
} from "./protocol/methods.ts";
export { Model } from "./protocol/model.ts";
export { type NotificationMethod, type NotificationParams, notifications } from "./protocol/notifications.ts";
export {
  type AnswerableMethod,
  type AnswerTo,
  isAnswerableMethod,
  type ServerRequestMethod,
  type ServerRequestParams,
  serverRequests,
} from "./protocol/server-requests.ts";
export { GitInfo, Thread, ThreadStatus } from "./protocol/thread.ts";
export { TokenCounts, TokenUsage, Turn, TurnError, TurnStatus } from "./protocol/turn.ts";
export { comparedCodexVersion, parseUserAgent, type ParsedUserAgent } from "./protocol/version.ts";
export type { StdioTarget, Target, UnixTarget, WebsocketTarget } from "./domain/target.ts";
export { defaultSocketPath, describeTarget, parseTarget } from "./target.ts";
