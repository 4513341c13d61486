/**
 * What changed, told to those who follow resources: at most once in 250 ms, and each resource once. One look at the changed rows serves all of them; nobody
 * listening, nothing is looked at. A client whose notice is lost reads what is there now with the next.
 */
import type { SessionId } from "@claw/events";
import type { ChangedRow, SessionRow, ViewReader } from "@claw/views";
import { LIST_URI, readUri } from "./domain/uris.ts";

/** The least time between two notices of one resource, in ms. */
export const GATHER_MS = 250;
const PAGE_ROWS = 500;
/** Sessions whose place in the list is remembered; beyond it, any change of a session counts as one of the list. */
const MAX_LISTED = 5_000;
/** The least time between two notices that the list has changed, in ms: whoever hears one may read the whole list. */
const LIST_GATHER_MS = 1_000;

/** How long what is known of the list serves the next who come after nobody was there, in ms: streams that come and go do not have it read anew each time. */
const LIST_KEPT_MS = 60_000;

/** Somebody who follows resources. */
export interface Watcher {
  readonly uris: ReadonlySet<string>;
  /** Made for one look: tells which sessions the watcher may know of. Nothing is said of others, not even that something changed. */
  readonly sees: () => (sessionId: string) => boolean;
  readonly updated: (uri: string) => void;
  readonly listChanged: () => void;
}

export interface Changes {
  readonly watch: (watcher: Watcher) => void;
  readonly unwatch: (watcher: Watcher) => void;
  /** To be called when the views may have moved. */
  readonly wake: () => void;
  readonly size: () => number;
  /** Nothing is told any more. */
  readonly stop: () => void;
}

type Sight = () => Pick<ViewReader, "position" | "changedAfter" | "sessions">;

interface Room {
  readonly reader: Sight;
  readonly watchers: Set<Watcher>;
  /** Sessions in the list, as far as they are known. */
  readonly listed: Set<SessionId>;
  isListWhole: boolean;
  /** Sessions that came into the list or went out of it, which was not told yet, and when it was told last. */
  readonly pending: Set<string>;
  listToldAtMs: number;
  listReadAtMs: number;
  readonly monoMs: () => number;
  timer: NodeJS.Timeout | null;
  /** Changes up to here were told. */
  seen: number;
  isOver: boolean;
}

export function makeChanges(reader: Sight, monoMs: () => number): Changes {
  const room: Room = {
    reader,
    watchers: new Set(),
    listed: new Set(),
    isListWhole: false,
    pending: new Set(),
    listToldAtMs: Number.NEGATIVE_INFINITY,
    listReadAtMs: Number.NEGATIVE_INFINITY,
    monoMs,
    timer: null,
    seen: 0,
    isOver: false,
  };
  return {
    watch: (watcher) => {
      if (room.watchers.size === 0) begin(room);
      room.watchers.add(watcher);
    },
    unwatch: (watcher) => void room.watchers.delete(watcher),
    wake: () => schedule(room),
    size: () => room.watchers.size,
    stop: () => {
      room.isOver = true;
      if (room.timer !== null) clearTimeout(room.timer);
    },
  };
}

function begin(room: Room): void {
  if (room.monoMs() - room.listReadAtMs < LIST_KEPT_MS) return;
  room.listReadAtMs = room.monoMs();
  const reader = room.reader();
  room.seen = reader.position();
  room.listed.clear();
  room.isListWhole = true;
  let cursor: string | null = null;
  do {
    const page: ReturnType<ViewReader["sessions"]> = reader.sessions({}, { limit: PAGE_ROWS, cursor });
    for (const { sessionId } of page.rows) room.listed.add(sessionId);
    cursor = page.nextCursor;
    if (room.listed.size > MAX_LISTED) room.isListWhole = false;
  } while (cursor !== null && room.isListWhole);
}

function schedule(room: Room): void {
  if (room.isOver || room.timer !== null || room.watchers.size === 0) return;
  room.timer = setTimeout(() => {
    room.timer = null;
    tell(room);
  }, GATHER_MS);
  room.timer.unref();
}

interface Changed {
  readonly sessions: Set<string>;
  readonly transcripts: Set<string>;
  /** Sessions that came into the list or went out of it. */
  readonly moved: Set<string>;
}

function tell(room: Room): void {
  if (room.watchers.size === 0) return;
  const changed = changedSince(room);
  for (const id of changed.moved) room.pending.add(id);
  const isListTold = room.pending.size > 0 && room.monoMs() - room.listToldAtMs >= LIST_GATHER_MS;
  const moved = isListTold ? [...room.pending] : [];
  if (isListTold) {
    room.pending.clear();
    room.listToldAtMs = room.monoMs();
  }
  for (const watcher of room.watchers) tellOne(watcher, changed, moved);
  if (room.pending.size > 0) schedule(room);
}

function tellOne(watcher: Watcher, changed: Changed, moved: readonly string[]): void {
  const sees = watcher.sees();
  if (moved.some(sees)) watcher.listChanged();
  for (const uri of watcher.uris) if (isChanged(uri, changed, sees)) watcher.updated(uri);
}

function isChanged(
  uri: string,
  { sessions, transcripts }: Changed,
  sees: (sessionId: string) => boolean,
): boolean {
  if (uri === LIST_URI) return [...sessions].some(sees);
  const read = readUri(uri);
  if (read === null || read.kind === "sessions") return false;
  return (read.kind === "session" ? sessions : transcripts).has(read.sessionId) && sees(read.sessionId);
}

function changedSince(room: Room): Changed {
  const changed: Changed = { sessions: new Set(), transcripts: new Set(), moved: new Set() };
  const reader = room.reader();
  const standing = reader.position();
  // Views that are folded anew stand lower: what changed meanwhile is told when they are there.
  if (standing < room.seen) room.seen = standing;
  for (;;) {
    const rows = reader.changedAfter(["sessions", "items"], room.seen, PAGE_ROWS);
    for (const row of rows) take(room, changed, row);
    room.seen = rows.at(-1)?.position ?? room.seen;
    if (rows.length < PAGE_ROWS) break;
  }
  room.seen = Math.max(room.seen, standing);
  return changed;
}

function take(room: Room, changed: Changed, { view, key, row }: ChangedRow): void {
  if (view === "items") return void changed.transcripts.add(key.slice(0, key.indexOf("/")));
  changed.sessions.add(key);
  if (isMoved(room, row as SessionRow)) changed.moved.add(key);
}

/** True if the session came into the list or went out of it. */
function isMoved({ listed, isListWhole }: Room, { sessionId, closed, boundTo }: SessionRow): boolean {
  if (!isListWhole) return true;
  if (closed !== null || boundTo !== null) return listed.delete(sessionId);
  if (listed.has(sessionId)) return false;
  listed.add(sessionId);
  return true;
}
