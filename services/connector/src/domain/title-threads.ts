/**
 * Threads that never leave the host: a terminal asks the model for a title in a thread of its own, and ephemeral threads are nobody's work.
 * They show up in every list like any other.
 */
import type { Thread } from "@claw/codex-rpc/protocol";

export const isPrivate = ({ ephemeral, threadSource }: Pick<Thread, "ephemeral" | "threadSource">): boolean =>
  ephemeral || threadSource === "thread_title";
