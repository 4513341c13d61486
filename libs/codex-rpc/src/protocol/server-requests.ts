import { z } from "zod";
import { maybe } from "./open.ts";

const turn = { threadId: z.string(), turnId: z.string() };
const item = { ...turn, itemId: z.string() };

/**
 * What a server asks of its clients, by method. It asks every subscriber of the thread under one id, and the
 * first answer wins, so nobody may answer what it was not commanded to, not even with an error.
 */
export const serverRequests = {
  "item/commandExecution/requestApproval": z.looseObject({
    ...item,
    /** `command`, or `writeStdin` for input to a terminal that runs already. Servers of before have none. */
    kind: z.string().optional(),
    command: maybe(z.string()),
    cwd: maybe(z.string()),
    reason: maybe(z.string()),
    availableDecisions: maybe(z.array(z.unknown())),
  }),
  "item/fileChange/requestApproval": z.looseObject({
    ...item,
    reason: maybe(z.string()),
    grantRoot: maybe(z.string()),
  }),
  "item/permissions/requestApproval": z.looseObject({
    ...item,
    cwd: z.string(),
    reason: maybe(z.string()),
    permissions: z.unknown(),
  }),
  "item/tool/requestUserInput": z.looseObject({
    ...item,
    questions: z.array(z.looseObject({ id: z.string(), header: z.string(), question: z.string() })),
  }),
  "item/tool/call": z.looseObject({ ...turn, callId: z.string(), tool: z.string(), arguments: z.unknown() }),
  "mcpServer/elicitation/request": z.looseObject({
    threadId: z.string(),
    turnId: maybe(z.string()),
    serverName: z.string(),
    message: z.string().optional(),
  }),
} as const;

export type ServerRequestMethod = keyof typeof serverRequests;
export type ServerRequestParams<Method extends ServerRequestMethod> = z.output<
  (typeof serverRequests)[Method]
>;

const decision = z.enum(["accept", "acceptForSession", "decline", "cancel"]);

/**
 * What may be replied to whom: the kinds of questions that somebody can be commanded to answer, each with the shape of its answer (PROTOCOL §4). What
 * is not here (a program's own tools, tokens, forms for people) belongs to other clients, and no reply to it can be written.
 */
export const answers = {
  "item/commandExecution/requestApproval": z.strictObject({ decision }),
  "item/fileChange/requestApproval": z.strictObject({ decision }),
  /** What is granted; nothing in it denies. */
  "item/permissions/requestApproval": z.strictObject({
    permissions: z.record(z.string(), z.unknown()),
    scope: z.enum(["turn", "session"]),
  }),
  "mcpServer/elicitation/request": z.strictObject({
    action: z.enum(["accept", "decline", "cancel"]),
    content: z.strictObject({}).nullable(),
    _meta: z.null(),
  }),
} as const;

export type AnswerableMethod = keyof typeof answers;
export type AnswerTo<Method extends AnswerableMethod> = z.input<(typeof answers)[Method]>;

/** Whether the request is one of those that can be answered at all. */
export function isAnswerableMethod(method: string): method is AnswerableMethod {
  return Object.hasOwn(answers, method);
}

/** Whether the request is one of those read here. */
export function isKnownServerRequest(method: string): method is ServerRequestMethod {
  return Object.hasOwn(serverRequests, method);
}
