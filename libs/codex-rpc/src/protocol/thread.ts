import { z } from "zod";
import { maybe, open } from "./open.ts";
import { Turn } from "./turn.ts";

/** What a thread does now. `activeFlags` is there only while it is active. */
export const ThreadStatus = z.looseObject({
  type: open("notLoaded", "idle", "systemError", "active"),
  activeFlags: z.array(open("waitingOnApproval", "waitingOnUserInput")).optional(),
});
export type ThreadStatus = z.output<typeof ThreadStatus>;

/** The repository of a thread, captured once when it is first persisted; never live. */
export const GitInfo = z.looseObject({
  sha: maybe(z.string()),
  branch: maybe(z.string()),
  originUrl: maybe(z.string()),
});
export type GitInfo = z.output<typeof GitInfo>;

/**
 * One thread. Times are unix seconds. `source` is a word or an object with one key; through an app-server it
 * is `"vscode"` whoever made the thread, so `threadSource` tells more, where it is present.
 */
export const Thread = z.looseObject({
  id: z.string(),
  sessionId: z.string(),
  preview: z.string(),
  ephemeral: z.boolean(),
  status: ThreadStatus,
  cwd: z.string(),
  modelProvider: z.string(),
  cliVersion: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
  source: z.unknown(),
  turns: z.array(Turn),
  threadSource: maybe(z.string()),
  name: maybe(z.string()),
  path: maybe(z.string()),
  model: maybe(z.string()),
  originator: maybe(z.string()),
  parentThreadId: maybe(z.string()),
  forkedFromId: maybe(z.string()),
  gitInfo: maybe(GitInfo),
});
export type Thread = z.output<typeof Thread>;
