/** What was heard of file changes, for the questions about them: a question does not say it, and a server does not repeat it. */
import type { Inbound, KnownNotification } from "@claw/codex-rpc";
import { filesIn } from "../domain/files-seen.ts";
import type { FilesSeen } from "../domain/question.ts";
import type { Scrub } from "../domain/scrub.ts";

/** Changes that are remembered at once; beyond them the oldest is let go, and a question about it is shown without. */
const MAX_FILES = 256;

export interface FilesHeard {
  readonly note: (heard: KnownNotification, scrub: Scrub) => void;
  /** What the question is about; null for one about no files, and where nobody heard. */
  readonly of: (request: Extract<Inbound, { kind: "request" }>) => FilesSeen | null;
}

export function makeFilesHeard(): FilesHeard {
  const files = new Map<string, FilesSeen>();
  return {
    note: (heard, scrub) => {
      if (heard.method !== "item/started" && heard.method !== "item/completed") return;
      const { threadId, turnId, item } = heard.params;
      if (item.type !== "fileChange") return;
      const key = keyOf(threadId, turnId, item.id);
      files.delete(key);
      const seen = heard.method === "item/started" ? filesIn(item, scrub) : null;
      if (seen === null) return;
      const [oldest] = files.keys();
      if (oldest !== undefined && files.size >= MAX_FILES) files.delete(oldest);
      files.set(key, seen);
    },
    of: ({ method, params }) => {
      if (method !== "item/fileChange/requestApproval") return null;
      const { threadId, turnId, itemId } = params as Readonly<Record<string, unknown>>;
      return files.get(keyOf(threadId, turnId, itemId)) ?? null;
    },
  };
}

const keyOf = (...ids: readonly unknown[]): string => JSON.stringify(ids);
