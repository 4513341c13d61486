/** What a spawned thread runs with. Null leaves it to the host's own Codex configuration. */
import { z } from "zod";
import { Word } from "./kind.ts";

export const ThreadSettings = z.object({
  model: Word.nullable().default(null),
  sandbox: z.enum(["read-only", "workspace-write", "danger-full-access"]).nullable().default(null),
  approvalPolicy: z.enum(["untrusted", "on-request", "never"]).nullable().default(null),
});
export type ThreadSettings = z.infer<typeof ThreadSettings>;
export const hostsOwnSettings: ThreadSettings = { model: null, sandbox: null, approvalPolicy: null };
