/**
 * Looks for the thread of a spawn by its mark: among those in memory, and among the newest on disk where it may be there and not in memory. That is a fork, which
 * Codex stores at once, and one of which an outbox that lost its memory cannot say how far it had come: a server that was started again has nothing in memory. A
 * thread that has a name and no turn is in no list (PROTOCOL §3); one such is not found, and does nothing.
 */
import { type CodexFault, loadedThreadIds, readThread, refusalOf, type Thread } from "@claw/codex-rpc";
import { markOf } from "@claw/events";
import { Effect } from "effect";
import type { CommandRow } from "../domain/fence.ts";
import { sessionIdOf } from "../domain/names.ts";
import type { Desk } from "../watch/desk.ts";
import type { PerformTools } from "./tools.ts";

/** Threads that are read at once. */
const PARALLEL = 4;
const LISTED_ROWS = 50;

/** Null where there is none, among all that could be read. */
export const findSpawned = Effect.fnUntraced(function* (
  tools: PerformTools,
  desk: Desk,
  { commandId, act }: Pick<CommandRow, "commandId" | "act">,
  isForgotten: boolean,
): Effect.fn.Return<Thread | null, CodexFault> {
  const mark = markOf(commandId);
  const loaded = yield* loadedThreadIds(desk.connection);
  const isFork = act.kind === "spawn" && act.forkOf !== null;
  const stored = isFork || isForgotten ? yield* newestStored(desk, isFork) : [];
  const candidates = [...new Set([...loaded, ...stored])].filter((id) => mayBe(tools, id, mark));
  const threads = yield* Effect.forEach(candidates, (id) => readIfThere(desk, id), { concurrency: PARALLEL });
  return threads.find((thread) => thread?.threadSource === mark) ?? null;
});

/** Of a thread that was read before it is known who made it. */
function mayBe({ outbox }: PerformTools, threadId: string, mark: string): boolean {
  const threadSource = outbox.session(sessionIdOf(threadId))?.threadSource ?? null;
  return threadSource === null || threadSource === mark;
}

const newestStored = (desk: Desk, isFork: boolean): Effect.Effect<readonly string[], CodexFault> =>
  Effect.map(
    desk.connection.request("thread/list", {
      sourceKinds: ["cli", "vscode", "exec", "appServer", "unknown"],
      limit: LISTED_ROWS,
    }),
    ({ data }) => data.filter(({ forkedFromId }) => !isFork || forkedFromId != null).map(({ id }) => id),
  );

/** Between the list and the read it may have gone. */
const readIfThere = (desk: Desk, threadId: string): Effect.Effect<Thread | null, CodexFault> =>
  readThread(desk.connection, threadId).pipe(
    Effect.catchIf(
      (fault) => refusalOf(fault)?.kind === "thread_unknown",
      () => Effect.succeed(null),
    ),
  );
