import { z } from "zod";
import { maybe } from "./open.ts";

const turn = { threadId: z.string(), turnId: z.string() };
const item = { ...turn, itemId: z.string() };

/**
 * What a server asks of its clients, by method. It asks every subscriber of the thread under one id, and the
 * first answer wins, so who only watches must never answer, not even with an error.
 */
export const serverRequests = {
  "item/commandExecution/requestApproval": z.looseObject({
    ...item,
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

/** Whether the request is one of those read here. */
export function isKnownServerRequest(method: string): method is ServerRequestMethod {
  return Object.hasOwn(serverRequests, method);
}
