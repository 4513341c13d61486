import { Effect } from "effect";
import type { Connection } from "./connection.ts";
import type { Reply } from "./domain/inbound.ts";
import { type CodexFault, fault } from "./faults.ts";
import { type MethodParams, type MethodResult, threadSourceKinds } from "./protocol/methods.ts";
import type { Model } from "./protocol/model.ts";
import type { Thread } from "./protocol/thread.ts";
import type { Turn } from "./protocol/turn.ts";

/** One page of a list; `nextCursor` is null at the end. */
export interface Page<Row> {
  readonly data: readonly Row[];
  readonly nextCursor: string | null;
}

type Asked<Value> = Effect.Effect<Value, CodexFault>;

/** A list that is longer than this many pages is not read on; with pages of 100 it holds 100,000 rows. */
const maxPages = 1_000;
const pageLimit = 100;

/** The ids of all threads in the server's memory. */
export function loadedThreadIds({ request }: Connection): Asked<readonly string[]> {
  return allPages((cursor) =>
    Effect.map(request("thread/loaded/list", { cursor, limit: pageLimit }), toPage),
  );
}

/** All threads that are stored, whoever made them unless `sourceKinds` says less; a fresh one is missing. */
export function listThreads(
  { request }: Connection,
  options: Pick<MethodParams<"thread/list">, "sourceKinds" | "archived"> = {},
): Asked<readonly Thread[]> {
  const filter = { sourceKinds: [...threadSourceKinds], ...options, limit: pageLimit };
  return allPages((cursor) => Effect.map(request("thread/list", { ...filter, cursor }), toPage));
}

/** One thread. With `includeTurns` the server also sends a deprecation notice; prefer `listTurns`. */
export function readThread(
  { request }: Connection,
  threadId: string,
  options: { readonly includeTurns?: boolean } = {},
): Asked<Thread> {
  return Effect.map(request("thread/read", { threadId, ...options }), ({ thread }) => thread);
}

/**
 * Subscribes to a thread and keeps it loaded. Repeating it changes nothing; open server requests are sent again. `config` is for a thread that is not in
 * memory: one that is, and to which nobody listens, would be unloaded for it.
 */
export function resumeThread(
  { request }: Connection,
  threadId: string,
  config?: MethodParams<"thread/resume">["config"],
): Asked<Thread> {
  const params = { threadId, excludeTurns: true, ...(config !== undefined && { config }) };
  return Effect.map(request("thread/resume", params), ({ thread }) => thread);
}

/** Ends the subscription; says whether there was one, and whether the thread is loaded at all. */
export function unsubscribeThread(
  { request }: Connection,
  threadId: string,
): Asked<MethodResult<"thread/unsubscribe">["status"]> {
  return Effect.map(request("thread/unsubscribe", { threadId }), ({ status }) => status);
}

/** One page of turns, newest first unless `sortDirection` says otherwise. */
export function listTurns(
  { request }: Connection,
  params: MethodParams<"thread/turns/list">,
): Asked<Page<Turn>> {
  return Effect.map(request("thread/turns/list", params), toPage);
}

/** One page of items of a thread, or of one of its turns. */
export function listItems(
  { request }: Connection,
  params: MethodParams<"thread/items/list">,
): Asked<Page<MethodResult<"thread/items/list">["data"][number]>> {
  return Effect.map(request("thread/items/list", params), toPage);
}

/** Makes a thread and subscribes to it. It can be resumed only once it has a name or a first turn. */
export function startThread(
  { request }: Connection,
  params: MethodParams<"thread/start"> = {},
): Asked<Thread> {
  return Effect.map(request("thread/start", params), ({ thread }) => thread);
}

/** Makes a thread with another one's history, stored at once, and subscribes to it. */
export function forkThread({ request }: Connection, params: MethodParams<"thread/fork">): Asked<Thread> {
  return Effect.map(request("thread/fork", { excludeTurns: true, ...params }), ({ thread }) => thread);
}

export interface Message {
  readonly threadId: string;
  readonly text: string;
  /** Comes back as `clientId` of the user message, and so tells our messages from a human's. */
  readonly clientUserMessageId?: string;
}

/** Starts a turn, or **steers the active one**: Codex has no "busy". The answer comes before the turn is active. */
export function startTurn({ request }: Connection, message: Message): Asked<Turn> {
  return Effect.map(request("turn/start", toInput(message)), ({ turn }) => turn);
}

/** Adds a message to the active turn; refused when another turn, or none, is active. */
export function steerTurn(
  { request }: Connection,
  message: Message & { readonly expectedTurnId: string },
): Asked<string> {
  const params = { ...toInput(message), expectedTurnId: message.expectedTurnId };
  return Effect.map(request("turn/steer", params), ({ turnId }) => turnId);
}

/** Interrupts the active turn; refused before it has started. A running shell command lives on. */
export function interruptTurn({ request }: Connection, threadId: string, turnId: string): Asked<void> {
  return Effect.asVoid(request("turn/interrupt", { threadId, turnId }));
}

/**
 * Kills the shell commands of a thread that run on beyond their turn. Refused on a connection without `experimentalApi`.
 */
export function cleanBackgroundTerminals({ request }: Connection, threadId: string): Asked<void> {
  return Effect.asVoid(request("thread/backgroundTerminals/clean", { threadId }));
}

/**
 * Answers a question that the server asked on this connection: for whoever was commanded to decide it, by name. There is no default and no error to answer
 * with; who is in doubt says nothing (PROTOCOL trap 1).
 */
export function answerRequest({ answer }: Connection, reply: Reply): Asked<void> {
  return answer(reply);
}

/** Names a thread, which also persists it. */
export function setThreadName({ request }: Connection, threadId: string, name: string): Asked<void> {
  return Effect.asVoid(request("thread/name/set", { threadId, name }));
}

/** All models of the server's catalogue. */
export function listModels({ request }: Connection): Asked<readonly Model[]> {
  return allPages((cursor) => Effect.map(request("model/list", { cursor, limit: pageLimit }), toPage));
}

/**
 * The turn that runs now, or null. Works without a subscription: a thread's status says that it is active, but
 * not with which turn.
 */
export function activeTurn(connection: Connection, threadId: string): Asked<Turn | null> {
  return Effect.map(
    listTurns(connection, { threadId, limit: 1, itemsView: "notLoaded" }),
    ({ data: [newest] }) => (newest?.status === "inProgress" ? newest : null),
  );
}

/** Reads a list to its end. A cursor that comes twice would go round for ever, and is a fault (W-18). */
const allPages = Effect.fnUntraced(function* <Row>(
  read: (cursor: string | null) => Asked<Page<Row>>,
): Effect.fn.Return<readonly Row[], CodexFault> {
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (let cursor: string | null = null; ;) {
    const page: Page<Row> = yield* read(cursor);
    rows.push(...page.data);
    cursor = page.nextCursor;
    if (cursor === null) return rows;
    if (seen.has(cursor) || seen.size >= maxPages) {
      return yield* fault("cursor_loop", { message: `a list did not end after ${seen.size + 1} pages` });
    }
    seen.add(cursor);
  }
});

function toPage<Row>(page: {
  readonly data: readonly Row[];
  readonly nextCursor?: string | null | undefined;
}): Page<Row> {
  return { data: page.data, nextCursor: page.nextCursor ?? null };
}

function toInput({ threadId, text, clientUserMessageId }: Message): MethodParams<"turn/start"> {
  const input = [{ type: "text" as const, text }];
  return { threadId, input, ...(clientUserMessageId !== undefined && { clientUserMessageId }) };
}
