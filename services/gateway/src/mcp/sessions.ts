/**
 * Sessions of MCP, for clients of the 2025 revisions: which resources they follow, the stream on which they hear of them, and the calls that they may cancel.
 * Nothing else is kept and nothing is proved by them: each request brings its own token, and a session answers to that one alone.
 */
import { type Clocks, randomHex } from "@claw/runtime";
import { hostOf, type McpCaller } from "./who.ts";
import type { Watcher } from "./changes.ts";
import { makeNotices, type Notices } from "./stream.ts";

/** Sessions at a time, in all, of all keys of one host, and of one token. A thread and each of its sub-agents has one; of one token the oldest makes room. */
export const MAX_SESSIONS = 4_000;
export const MAX_SESSIONS_OF_HOST = 1_000;
export const MAX_SESSIONS_PER_TOKEN = 64;
/** A session without a stream is forgotten after this long without a request, in ms. */
export const IDLE_MS = 1_800_000;
/** How often it is asked whether a token is still good, in ms, beside when tokens change: one that comes to its end unsaid hears notices until then. */
export const CHECK_MS = 15_000;
/** Calls of one session that can be cancelled at a time. */
const MAX_CANCELLABLE = 256;

export interface McpSession extends Watcher {
  readonly id: string;
  readonly caller: McpCaller;
  readonly uris: Set<string>;
  /** Calls in flight by their id. */
  readonly calls: Map<string | number, AbortController>;
  stream: Notices | null;
  usedAtMs: number;
  checkedAtMs: number;
}

export interface McpSessions {
  /** A new session of that caller, or null if there is no room: then it is served without one. */
  readonly open: (caller: McpCaller) => McpSession | null;
  /** That caller's session, null if there is none of that id for this token. */
  readonly find: (caller: McpCaller, id: string) => McpSession | null;
  /** The stream of notifications; the one before ends. */
  readonly listen: (session: McpSession) => Notices;
  readonly close: (session: McpSession) => void;
  /** Ends what is idle, and what belongs to tokens that are not good any more; `isChanged` says that some token is not what it was. */
  readonly tick: (isStillGood: (caller: McpCaller) => boolean, isChanged: boolean) => void;
  readonly closeAll: () => void;
  readonly size: () => number;
}

interface Room {
  readonly sessions: Map<string, McpSession>;
  readonly byToken: Map<string, Set<McpSession>>;
  readonly watch: (watcher: Watcher) => void;
  readonly unwatch: (watcher: Watcher) => void;
  readonly clocks: Pick<Clocks, "monoMs">;
  /** Which sessions a caller may know of now. */
  readonly seesOf: SeesOf;
}

export type SeesOf = (caller: McpCaller) => (sessionId: string) => boolean;

export function makeMcpSessions(
  clocks: Pick<Clocks, "monoMs">,
  changes: { readonly watch: Room["watch"]; readonly unwatch: Room["unwatch"] },
  seesOf: SeesOf = () => () => true,
): McpSessions {
  const room: Room = { sessions: new Map(), byToken: new Map(), ...changes, clocks, seesOf };
  return {
    open: (caller) => open(room, caller),
    find: (caller, id) => find(room, caller, id),
    listen: (session) => listen(room, session),
    close: (session) => close(room, session),
    tick: (isStillGood, isChanged) => tick(room, isStillGood, isChanged),
    closeAll: () => [...room.sessions.values()].forEach((session) => close(room, session)),
    size: () => room.sessions.size,
  };
}

function open(room: Room, caller: McpCaller): McpSession | null {
  const own = room.byToken.get(caller.tokenId) ?? new Set<McpSession>();
  const [oldest] = own;
  if (own.size >= MAX_SESSIONS_PER_TOKEN && oldest !== undefined) close(room, oldest);
  if (room.sessions.size >= MAX_SESSIONS || isHostFull(room, caller)) return null;
  const session: McpSession = {
    id: randomHex(16),
    caller,
    uris: new Set(),
    sees: () => room.seesOf(caller),
    calls: new Map(),
    stream: null,
    usedAtMs: room.clocks.monoMs(),
    checkedAtMs: room.clocks.monoMs(),
    updated: (uri) => session.stream?.say(uri, notice("notifications/resources/updated", { uri })),
    listChanged: () => session.stream?.say("list", notice("notifications/resources/list_changed")),
  };
  room.sessions.set(session.id, session);
  room.byToken.set(caller.tokenId, own.add(session));
  return session;
}

/** A host binds as many keys as it likes. */
function isHostFull({ sessions }: Room, caller: McpCaller): boolean {
  const hostId = hostOf(caller);
  if (hostId === null) return false;
  const own = [...sessions.values()].filter((session) => hostOf(session.caller) === hostId);
  return own.length >= MAX_SESSIONS_OF_HOST;
}

const notice = (method: string, params?: object) => ({
  jsonrpc: "2.0",
  method,
  ...(params !== undefined && { params }),
});

function find(room: Room, { tokenId }: McpCaller, id: string): McpSession | null {
  const session = room.sessions.get(id);
  if (session === undefined || session.caller.tokenId !== tokenId) return null;
  session.usedAtMs = room.clocks.monoMs();
  return session;
}

function listen(room: Room, session: McpSession): Notices {
  session.stream?.close();
  const stream = makeNotices(() => {
    if (session.stream !== stream) return;
    session.stream = null;
    session.usedAtMs = room.clocks.monoMs();
    room.unwatch(session);
  });
  session.stream = stream;
  room.watch(session);
  return stream;
}

function close(room: Room, session: McpSession): void {
  if (!room.sessions.delete(session.id)) return;
  const own = room.byToken.get(session.caller.tokenId);
  own?.delete(session);
  if (own?.size === 0) room.byToken.delete(session.caller.tokenId);
  session.stream?.close();
  for (const call of session.calls.values()) call.abort();
}

function tick(room: Room, isStillGood: (caller: McpCaller) => boolean, isChanged: boolean): void {
  const now = room.clocks.monoMs();
  for (const session of room.sessions.values()) {
    const isIdle = session.stream === null && session.calls.size === 0 && now - session.usedAtMs > IDLE_MS;
    const isDue = isChanged || now - session.checkedAtMs >= CHECK_MS;
    if (isDue) session.checkedAtMs = now;
    if (isIdle || (isDue && !isStillGood(session.caller))) close(room, session);
  }
}

/** Tells when the client cancels this call. Forget it with `done`. */
export function cancellable(
  session: McpSession | null,
  id: string | number,
): { readonly signal: AbortSignal | null; readonly done: () => void } {
  if (session === null || session.calls.size >= MAX_CANCELLABLE || session.calls.has(id))
    return { signal: null, done: () => {} };
  const controller = new AbortController();
  session.calls.set(id, controller);
  return { signal: controller.signal, done: () => void session.calls.delete(id) };
}
