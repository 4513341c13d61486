/** A Codex thread → what a session's lane says of it. Pure and total: a field that is missing or new is null or its own word. */
import type { Thread, ThreadStatus } from "@claw/codex-rpc/protocol";
import type { Activity, DataOf, EndpointId, HostId, SessionId } from "@claw/events";
import { repoOf } from "../repo.ts";
import { msOfSeconds, sessionIdOf } from "../names.ts";
import { CAPS, labelOf, type Scrub, wordOf } from "../scrub.ts";
import { contentOf } from "../telling.ts";

/** Where a thread was seen. */
export interface Place {
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
}

/** What the workspace's `.git` says; null where it says nothing. */
export interface GitFacts {
  readonly repo: string | null;
  readonly branch: string | null;
  readonly commit: string | null;
}

/** All that is told of a thread at first sight, and its digest, by which a change is noticed. */
export interface Description {
  readonly sessionId: SessionId;
  readonly threadId: string;
  readonly data: Omit<DataOf<"session.observed">, "activity">;
  readonly name: string | null;
  readonly preview: string | null;
  readonly digest: string;
}

const MAX_FLAGS = 8;

/** Git files are read now, while Codex captured its `gitInfo` once, so the files win where they could be read (S1-062, S1-153). */
export function describeThread(
  thread: Thread,
  place: Place,
  git: GitFacts | null,
  scrub: Scrub,
): Description {
  const data = {
    hostId: place.hostId,
    endpointId: place.endpointId,
    workspace: labelOf(thread.cwd, scrub),
    repo: labelOf(git?.repo ?? repoOf(thread.gitInfo?.originUrl), scrub),
    branch: labelOf(git?.branch ?? thread.gitInfo?.branch, scrub),
    commit: wordOf(git?.commit ?? thread.gitInfo?.sha, scrub),
    source: sourceOf(thread.source, scrub),
    threadSource: wordOf(thread.threadSource, scrub),
    parentSessionId: thread.parentThreadId == null ? null : sessionIdOf(thread.parentThreadId),
    rootSessionId: thread.sessionId === thread.id ? null : sessionIdOf(thread.sessionId),
    model: wordOf(thread.model, scrub),
    modelProvider: wordOf(thread.modelProvider, scrub),
    codexVersion: wordOf(thread.cliVersion, scrub),
    createdAt: msOfSeconds(thread.createdAt),
  };
  const preview = thread.preview === "" ? null : scrub(thread.preview, CAPS.preview).text;
  return describedAs({
    sessionId: sessionIdOf(thread.id),
    threadId: thread.id,
    data,
    name: labelOf(thread.name, scrub),
    preview,
  });
}

/** With the digest of what it says. */
export const describedAs = (seen: Omit<Description, "digest">): Description => ({
  ...seen,
  digest: contentOf({ ...seen.data, preview: seen.preview }),
});

/** `"vscode"`, or the one key of `{"subAgent": …}`. */
function sourceOf(source: unknown, scrub: Scrub): string {
  if (typeof source === "object" && source !== null)
    return wordOf(Object.keys(source)[0], scrub) ?? "unknown";
  return wordOf(source, scrub) ?? "unknown";
}

export function activityOf(status: ThreadStatus, scrub: Scrub): Activity {
  const flags = (status.activeFlags ?? [])
    .slice(0, MAX_FLAGS)
    .map((flag) => wordOf(flag, scrub) ?? "unknown");
  return { type: wordOf(status.type, scrub) ?? "unknown", flags };
}
