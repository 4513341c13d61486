/**
 * A telling: facts about one lane, and what we then know of the session. The outbox stores both in one commit or neither, so what was told
 * and what is remembered can never disagree.
 */
import {
  type BodyOf,
  canonical,
  type DataOf,
  type EventType,
  type Json,
  kindOf,
  type Lane,
  type OpenEvent,
  type SessionId,
  sha256,
} from "@claw/events";
import type { SessionState } from "./remembered.ts";

/**
 * How much a fact matters when room runs out. `c`: a later fact says it again (an item that started, token counts). `b`: history that Codex
 * keeps and a backfill can repeat. `a`: nobody else can ever say it again.
 */
export type Importance = "a" | "b" | "c";

export interface Fact {
  readonly event: OpenEvent;
  readonly importance: Importance;
  /** The natural key (DESIGN 14.17): a fact under a known key is not told again, unless it may change and did. */
  readonly key: NaturalKey | null;
}

export interface NaturalKey {
  readonly key: string;
  readonly turnId: string;
  /** What the fact says, without times. Null when the first word under the key stands for ever, as for a turn's end (W-24). */
  readonly content: string | null;
}

export interface Telling {
  readonly lane: Lane;
  readonly facts: readonly Fact[];
  /** The session as it is known after these facts; null for facts about the host. */
  readonly session: { readonly sessionId: SessionId; readonly state: SessionState } | null;
}

/**
 * An event of a known kind, in the newest version that this code writes. Only what the catalogue lists for the kind goes in, whatever else the
 * values that were handed over may hold: nothing leaves the host by being spread into an event.
 */
export function openEvent<Type extends EventType>(
  type: Type,
  at: number,
  data: DataOf<Type>,
  body?: BodyOf<Type>,
): OpenEvent {
  const kind = kindOf(type);
  if (kind === undefined) throw new TypeError(`the catalogue has no ${type}`);
  const event = { type, v: kind.version, at, data: kind.data.parse(data) as Json };
  return body === undefined || kind.body === null ? event : { ...event, body: kind.body.parse(body) as Json };
}

export const fact = (event: OpenEvent, importance: Importance, key: NaturalKey | null = null): Fact => ({
  event,
  importance,
  key,
});

/** A digest by which two descriptions are compared. */
export const contentOf = (value: object): string => sha256(canonical(value as Json)).slice(0, 32);
