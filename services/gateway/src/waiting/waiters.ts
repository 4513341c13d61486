/**
 * Callers who wait for what becomes of a command (DESIGN 14.19). One look at the changed rows after each whisper serves all of them, however many
 * they are; a whisper that is lost is made up for by the next, because the look goes on from where the last one ended.
 */
import type { ViewReader } from "@claw/views";

/** Callers who may wait at a time, in all and with one token: each holds a connection and a few hundred bytes (RELIABILITY S14). */
export const MAX_WAITERS = 4_000;
export const MAX_PER_TOKEN = 500;
/** Changed rows read at a time. */
const PAGE_ROWS = 500;
const VIEWS = ["commands", "leases"] as const;
export type AwaitedView = (typeof VIEWS)[number];

/** One caller's place. */
export interface Place {
  /** `check` is called once now, and again whenever the row has changed since the place was taken. */
  readonly watch: (check: () => void) => void;
  /** Gives the place back. Twice is once. */
  readonly leave: () => void;
}

export interface Waiters {
  /** A place to wait for changes of one row, or null if there is none left. Take it before anything is asked for. */
  readonly take: (tokenId: string, view: AwaitedView, key: string) => Place | null;
  /** To be called when the views may have moved. Looks in a turn of its own; however often it is called before, that is one look. */
  readonly wake: () => void;
  readonly size: () => number;
}

const rowId = (view: AwaitedView, key: string): string => `${view}/${key}`;

interface Waiter {
  check: () => void;
}

interface Room {
  readonly reader: () => Pick<ViewReader, "position" | "changedAfter">;
  readonly byRow: Map<string, Set<Waiter>>;
  readonly byToken: Map<string, number>;
  size: number;
  isScheduled: boolean;
  /** Changes up to here were looked at. */
  seen: number;
}

export function makeWaiters(reader: Room["reader"]): Waiters {
  const room: Room = { reader, byRow: new Map(), byToken: new Map(), size: 0, isScheduled: false, seen: 0 };
  return {
    take: (tokenId, view, key) => take(room, tokenId, rowId(view, key)),
    wake: () => schedule(room),
    size: () => room.size,
  };
}

function take(room: Room, tokenId: string, row: string): Place | null {
  const ofToken = room.byToken.get(tokenId) ?? 0;
  if (room.size >= MAX_WAITERS || ofToken >= MAX_PER_TOKEN) return null;
  if (room.size === 0) room.seen = room.reader().position();
  const waiter: Waiter = { check: () => undefined };
  const waiters = room.byRow.get(row) ?? new Set<Waiter>();
  room.byRow.set(row, waiters.add(waiter));
  room.byToken.set(tokenId, ofToken + 1);
  room.size += 1;
  return {
    watch: (check) => {
      waiter.check = check;
      check();
    },
    leave: () => leave(room, tokenId, row, waiter),
  };
}

function leave(room: Room, tokenId: string, row: string, waiter: Waiter): void {
  const waiters = room.byRow.get(row);
  if (waiters?.delete(waiter) !== true) return;
  if (waiters.size === 0) room.byRow.delete(row);
  const ofToken = (room.byToken.get(tokenId) ?? 1) - 1;
  if (ofToken === 0) room.byToken.delete(tokenId);
  else room.byToken.set(tokenId, ofToken);
  room.size -= 1;
}

function schedule(room: Room): void {
  if (room.isScheduled || room.size === 0) return;
  room.isScheduled = true;
  setImmediate(() => {
    room.isScheduled = false;
    wake(room);
  });
}

function wake(room: Room): void {
  const reader = room.reader();
  const standing = reader.position();
  if (standing < room.seen) return wakeAll(room, standing);
  for (;;) {
    const rows = reader.changedAfter(VIEWS, room.seen, PAGE_ROWS);
    for (const { view, key } of rows) wakeRow(room, `${view}/${key}`);
    room.seen = rows.at(-1)?.position ?? room.seen;
    if (rows.length < PAGE_ROWS) break;
  }
  room.seen = Math.max(room.seen, standing);
}

/** Views that are folded anew stand lower, and say nothing of what changed meanwhile. */
function wakeAll(room: Room, standing: number): void {
  room.seen = standing;
  for (const row of room.byRow.keys()) wakeRow(room, row);
}

const wakeRow = (room: Room, row: string): void =>
  [...(room.byRow.get(row) ?? [])].forEach((waiter) => waiter.check());
