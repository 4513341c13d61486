import { z } from "zod";
import { InitializeParams, InitializeResult } from "./handshake.ts";
import { ThreadItem } from "./item.ts";
import { Model } from "./model.ts";
import { maybe, open } from "./open.ts";
import { Thread } from "./thread.ts";
import { Turn } from "./turn.ts";

/**
 * One method: what is sent, what must come back, and whether sending it twice is the same as once. Only an
 * idempotent method is repeated by itself when the server says that it is overloaded.
 */
interface Method<Params extends z.ZodType, Result extends z.ZodType> {
  readonly params: Params;
  readonly result: Result;
  readonly idempotent: boolean;
}

function repeatable<P extends z.ZodType, R extends z.ZodType>(params: P, result: R): Method<P, R> {
  return { params, result, idempotent: true };
}

function once<P extends z.ZodType, R extends z.ZodType>(params: P, result: R): Method<P, R> {
  return { params, result, idempotent: false };
}

const threadId = z.string();
const cursor = z.string().nullish();
const limit = z.int().positive().optional();
const sortDirection = z.enum(["asc", "desc"]).optional();
const text = z.object({ type: z.literal("text"), text: z.string() });
const input = z.array(text);
const approvalPolicy = z.enum(["untrusted", "on-request", "never"]).optional();
const overrides = {
  cwd: z.string().optional(),
  model: z.string().optional(),
  sandbox: z.enum(["read-only", "workspace-write", "danger-full-access"]).optional(),
  approvalPolicy,
  config: z.record(z.string(), z.unknown()).optional(),
  developerInstructions: z.string().optional(),
};
const page = <T extends z.ZodType>(row: T) =>
  z.looseObject({ data: z.array(row), nextCursor: maybe(z.string()) });
const opened = z.looseObject({ thread: Thread, model: z.string(), cwd: z.string() });
const nothing = z.looseObject({});

/** Which threads a list holds; without it, only those that a person started in a terminal or an editor. */
export const threadSourceKinds = [
  "cli",
  "vscode",
  "exec",
  "appServer",
  "subAgent",
  "subAgentReview",
  "subAgentCompact",
  "subAgentThreadSpawn",
  "subAgentOther",
  "unknown",
] as const;

/** The methods that are spoken here, by name: everything else a server can do is out of reach on purpose. */
export const methods = {
  initialize: once(InitializeParams, InitializeResult),
  "thread/loaded/list": repeatable(z.object({ cursor, limit }), page(z.string())),
  "thread/list": repeatable(
    z.object({
      cursor,
      limit,
      sortDirection,
      sourceKinds: z.array(z.enum(threadSourceKinds)).optional(),
      archived: z.boolean().optional(),
    }),
    page(Thread),
  ),
  "thread/read": repeatable(
    z.object({ threadId, includeTurns: z.boolean().optional() }),
    z.looseObject({ thread: Thread }),
  ),
  "thread/turns/list": repeatable(
    z.object({
      threadId,
      cursor,
      limit,
      sortDirection,
      itemsView: z.enum(["notLoaded", "summary", "full"]).optional(),
    }),
    page(Turn),
  ),
  "thread/items/list": repeatable(
    z.object({ threadId, turnId: z.string().optional(), cursor, limit, sortDirection }),
    page(z.looseObject({ turnId: z.string(), item: ThreadItem })),
  ),
  "thread/resume": repeatable(
    z.object({ threadId, excludeTurns: z.boolean().optional(), ...overrides }),
    opened,
  ),
  "thread/unsubscribe": repeatable(
    z.object({ threadId }),
    z.looseObject({ status: open("unsubscribed", "notSubscribed", "notLoaded") }),
  ),
  "thread/name/set": repeatable(z.object({ threadId, name: z.string() }), nothing),
  "thread/start": once(
    z.object({ ...overrides, ephemeral: z.boolean().optional(), threadSource: z.string().optional() }),
    opened,
  ),
  // Makes a thread with the history of another; what was injected into that one does not come along (PROTOCOL §5).
  "thread/fork": once(
    z.object({
      threadId,
      excludeTurns: z.boolean().optional(),
      threadSource: z.string().optional(),
      ...overrides,
    }),
    opened,
  ),
  "turn/start": once(
    z.object({
      threadId,
      input,
      clientUserMessageId: z.string().optional(),
      model: z.string().optional(),
      approvalPolicy,
    }),
    z.looseObject({ turn: Turn }),
  ),
  "turn/steer": once(
    z.object({ threadId, expectedTurnId: z.string(), input, clientUserMessageId: z.string().optional() }),
    z.looseObject({ turnId: z.string() }),
  ),
  // It names its turn, so a second one can hit no other.
  "turn/interrupt": repeatable(z.object({ threadId, turnId: z.string() }), nothing),
  // Only for a connection with `experimentalApi`. What is killed stays killed, so a second one does nothing.
  "thread/backgroundTerminals/clean": repeatable(z.object({ threadId }), nothing),
  "model/list": repeatable(z.object({ cursor, limit, includeHidden: z.boolean().optional() }), page(Model)),
} as const;

export type MethodName = keyof typeof methods;
export type MethodParams<Name extends MethodName> = z.input<(typeof methods)[Name]["params"]>;
export type MethodResult<Name extends MethodName> = z.output<(typeof methods)[Name]["result"]>;
