/**
 * The window of a publisher, as data: what waits, what flies, and what must fly again. Bounded, in order, and without time or I/O.
 *
 * What failed flies again before anything newer does, and only once nothing flies: so what one writer publishes is stored in its order wherever the
 * server takes any order at all.
 */
import { LogUnavailable } from "../faults.ts";
import type { Fate } from "./ack.ts";
import type { OutMessage } from "./message.ts";

/** How much may be unacknowledged at the server. */
const WINDOW_MESSAGES = 512;
const WINDOW_BYTES = 8 * 1_024 * 1_024;
/** How much may wait before new appends are refused as `busy`: as for the SQLite log. */
const MAX_WAITING = 20_000;
const MAX_WAITING_BYTES = 64 * 1_024 * 1_024;

/** A message to publish. `expectedHead` is the sequence that its subject's last message must have; 0: none. */
export interface ToPublish extends OutMessage {
  readonly expectedHead: number | undefined;
}

export interface Publication {
  readonly order: number;
  readonly message: ToPublish;
  readonly settle: (fate: Fate) => void;
  /** Until when it is tried, and when it was first and last sent: ms of a clock that only rises; null: never. */
  readonly until: number;
  firstSentAt: number | null;
  sentAt: number;
  isOver: boolean;
}

export interface Window {
  /** In order; those before `from` were taken. */
  waiting: Publication[];
  from: number;
  waitingBytes: number;
  /** By token, oldest first. */
  readonly flying: Map<string, Publication>;
  flyingBytes: number;
  again: Publication[];
  orders: number;
  tokens: number;
}

export const emptyWindow = (): Window => ({
  waiting: [],
  from: 0,
  waitingBytes: 0,
  flying: new Map(),
  flyingBytes: 0,
  again: [],
  orders: 0,
  tokens: 0,
});

/** Why these may not wait too, or null. */
export function refusalOf(window: Window, messages: readonly ToPublish[]): LogUnavailable | null {
  const bytes = messages.reduce((sum, message) => sum + message.data.length, 0);
  const waiting = window.waiting.length - window.from + window.again.length;
  return waiting + messages.length <= MAX_WAITING && window.waitingBytes + bytes <= MAX_WAITING_BYTES
    ? null
    : new LogUnavailable({ reason: "busy", retry: "later", detail: `${waiting} messages wait` });
}

export function enqueue(
  window: Window,
  message: ToPublish,
  until: number,
  settle: (fate: Fate) => void,
): Publication {
  window.orders += 1;
  const publication = {
    order: window.orders,
    message,
    settle,
    until,
    firstSentAt: null,
    sentAt: 0,
    isOver: false,
  };
  window.waiting.push(publication);
  window.waitingBytes += message.data.length;
  return publication;
}

/** The next one to fly with its token, or null where none waits or none may. Those that are over do not fly. */
export function takeOff(
  window: Window,
): { readonly token: string; readonly publication: Publication } | null {
  while (mayFly(window)) {
    const publication = window.waiting[window.from];
    if (publication === undefined) return null;
    window.from += 1;
    window.waitingBytes -= publication.message.data.length;
    if (window.from > MAX_WAITING || window.from === window.waiting.length) compact(window);
    if (publication.isOver) continue;
    window.tokens += 1;
    const token = window.tokens.toString(36);
    window.flying.set(token, publication);
    window.flyingBytes += publication.message.data.length;
    return { token, publication };
  }
  return null;
}

const mayFly = ({ again, flying, flyingBytes }: Window): boolean =>
  again.length === 0 && flying.size < WINDOW_MESSAGES && flyingBytes < WINDOW_BYTES;

function compact(window: Window): void {
  window.waiting = window.waiting.slice(window.from);
  window.from = 0;
}

/** The one that flew under this token, or null: an answer to nobody, or to an earlier publication of the same message. */
export function land(window: Window, token: string): Publication | null {
  const publication = window.flying.get(token);
  if (publication === undefined) return null;
  window.flying.delete(token);
  window.flyingBytes -= publication.message.data.length;
  return publication;
}

/** Nobody will answer what flies: all of it flies again. */
export function landAll(window: Window): void {
  window.again.push(...window.flying.values());
  window.flying.clear();
  window.flyingBytes = 0;
}

/** Puts what must fly again before everything that waits, in its old order. */
export function putBack(window: Window): void {
  const again = window.again.filter(({ isOver }) => !isOver).sort((one, other) => one.order - other.order);
  window.again = [];
  window.waiting = [...again, ...window.waiting.slice(window.from)];
  window.from = 0;
  window.waitingBytes += again.reduce((sum, { message }) => sum + message.data.length, 0);
}

/** Tells a publication's fate, once. */
export function settle(publication: Publication, fate: Fate): void {
  if (publication.isOver) return;
  publication.isOver = true;
  publication.settle(fate);
}

/** All that is in the window. */
export function* publicationsOf({ flying, again, waiting, from }: Window): Generator<Publication> {
  yield* flying.values();
  yield* again;
  for (let index = from; index < waiting.length; index += 1) {
    const one = waiting[index];
    if (one !== undefined) yield one;
  }
}

export const isIdle = ({ flying, again, waiting, from }: Window): boolean =>
  flying.size === 0 && again.length === 0 && waiting.length === from;

export function empty(window: Window): void {
  window.flying.clear();
  window.flyingBytes = 0;
  window.again = [];
  window.waiting = [];
  window.from = 0;
  window.waitingBytes = 0;
}
