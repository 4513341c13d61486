import { z } from "zod";
import { ThreadItem } from "./item.ts";
import { maybe, open } from "./open.ts";
import { Thread, ThreadStatus } from "./thread.ts";
import { TokenUsage, Turn, TurnError } from "./turn.ts";

const thread = { threadId: z.string() };
const turn = { ...thread, turnId: z.string() };
const item = { ...turn, itemId: z.string() };
const ofThread = z.looseObject(thread);
const delta = z.looseObject({ ...item, delta: z.string() });
const requestId = z.union([z.string(), z.number()]);

/**
 * The notifications that are read, by method. A connection hears of every thread's birth, status, name and end;
 * the rest (`turn/…`, `item/…`, tokens, warnings) reaches it only for the threads it subscribed to.
 */
export const notifications = {
  error: z.looseObject({ ...turn, error: TurnError, willRetry: z.boolean() }),
  warning: z.looseObject({ message: z.string(), threadId: maybe(z.string()) }),
  configWarning: z.looseObject({ summary: z.string(), details: maybe(z.string()) }),
  deprecationNotice: z.looseObject({ summary: z.string(), details: maybe(z.string()) }),
  "thread/started": z.looseObject({ thread: Thread }),
  "thread/status/changed": z.looseObject({ ...thread, status: ThreadStatus }),
  "thread/name/updated": z.looseObject({ ...thread, threadName: maybe(z.string()) }),
  "thread/closed": ofThread,
  "thread/archived": ofThread,
  "thread/unarchived": ofThread,
  "thread/deleted": ofThread,
  "thread/compacted": z.looseObject(turn),
  "thread/tokenUsage/updated": z.looseObject({ ...turn, tokenUsage: TokenUsage }),
  "turn/started": z.looseObject({ ...thread, turn: Turn }),
  "turn/completed": z.looseObject({ ...thread, turn: Turn }),
  "turn/diff/updated": z.looseObject({ ...turn, diff: z.string() }),
  "turn/plan/updated": z.looseObject({
    ...turn,
    explanation: maybe(z.string()),
    plan: z.array(z.looseObject({ step: z.string(), status: open("pending", "inProgress", "completed") })),
  }),
  "item/started": z.looseObject({ ...turn, item: ThreadItem, startedAtMs: z.number() }),
  "item/completed": z.looseObject({ ...turn, item: ThreadItem, completedAtMs: z.number() }),
  "item/agentMessage/delta": delta,
  "item/plan/delta": delta,
  "item/reasoning/textDelta": delta,
  "item/reasoning/summaryTextDelta": delta,
  "item/commandExecution/outputDelta": delta,
  "item/fileChange/outputDelta": delta,
  "item/mcpToolCall/progress": z.looseObject({ ...item, message: z.string() }),
  "serverRequest/resolved": z.looseObject({ ...thread, requestId }),
  "mcpServer/startupStatus/updated": z.looseObject({
    name: z.string(),
    status: open("starting", "ready", "failed", "cancelled"),
    threadId: maybe(z.string()),
    error: maybe(z.string()),
  }),
  "model/rerouted": z.looseObject({ ...turn, fromModel: z.string(), toModel: z.string() }),
} as const;

export type NotificationMethod = keyof typeof notifications;
export type NotificationParams<Method extends NotificationMethod> = z.output<(typeof notifications)[Method]>;

/** Whether the notification is one of those read here. */
export function isKnownNotification(method: string): method is NotificationMethod {
  return Object.hasOwn(notifications, method);
}
