import { z } from "zod";
import { maybe, open } from "./open.ts";

/** One piece of what a user message holds; only text is read here. */
export const UserInput = z.looseObject({
  type: open("text", "image", "localImage", "audio", "localAudio", "skill", "mention"),
  text: z.string().optional(),
});
export type UserInput = z.output<typeof UserInput>;

/** An item of a turn as it travels: every kind has a type and an id, known or not. */
export const ThreadItem = z.looseObject({ type: z.string(), id: z.string() });
export type ThreadItem = z.output<typeof ThreadItem>;

const kinds = {
  userMessage: z.looseObject({
    type: z.literal("userMessage"),
    id: z.string(),
    clientId: maybe(z.string()),
    content: z.array(UserInput),
  }),
  agentMessage: z.looseObject({ type: z.literal("agentMessage"), id: z.string(), text: z.string() }),
  plan: z.looseObject({ type: z.literal("plan"), id: z.string(), text: z.string() }),
  reasoning: z.looseObject({
    type: z.literal("reasoning"),
    id: z.string(),
    summary: z.array(z.string()).optional(),
    content: z.array(z.string()).optional(),
  }),
  commandExecution: z.looseObject({
    type: z.literal("commandExecution"),
    id: z.string(),
    command: z.string(),
    cwd: z.string(),
    status: open("inProgress", "completed", "failed", "declined"),
    aggregatedOutput: maybe(z.string()),
    exitCode: maybe(z.number()),
    durationMs: maybe(z.number()),
  }),
  fileChange: z.looseObject({
    type: z.literal("fileChange"),
    id: z.string(),
    status: open("inProgress", "completed", "failed", "declined"),
    changes: z.array(z.looseObject({ path: z.string(), diff: z.string() })),
  }),
  mcpToolCall: z.looseObject({
    type: z.literal("mcpToolCall"),
    id: z.string(),
    server: z.string(),
    tool: z.string(),
    status: open("inProgress", "completed", "failed"),
    arguments: z.unknown(),
    error: maybe(z.looseObject({ message: z.string() })),
    durationMs: maybe(z.number()),
  }),
  dynamicToolCall: z.looseObject({
    type: z.literal("dynamicToolCall"),
    id: z.string(),
    tool: z.string(),
    namespace: maybe(z.string()),
    status: open("inProgress", "completed", "failed"),
  }),
  collabAgentToolCall: z.looseObject({
    type: z.literal("collabAgentToolCall"),
    id: z.string(),
    tool: z.string(),
    senderThreadId: z.string(),
    receiverThreadIds: z.array(z.string()),
    prompt: maybe(z.string()),
    status: open("inProgress", "completed", "failed", "interrupted"),
  }),
  webSearch: z.looseObject({ type: z.literal("webSearch"), id: z.string(), query: z.string() }),
} as const;

/** The kinds of item that are read in full, by their `type`. */
export const itemKinds: typeof kinds = kinds;
/** An item whose kind and shape are both known; narrow it by `type`. */
export type KnownItem = z.output<(typeof kinds)[keyof typeof kinds]>;

function isKnownKind(type: string): type is keyof typeof kinds {
  return Object.hasOwn(kinds, type);
}

/** Reads an item in full, or returns null when its kind is new here or its shape is not the expected one. */
export function readItem(item: ThreadItem): KnownItem | null {
  if (!isKnownKind(item.type)) return null;
  return kinds[item.type].safeParse(item).data ?? null;
}
