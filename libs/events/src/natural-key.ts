/**
 * The natural key of a fact inside a thread: thread/turn/item/phase (DESIGN 14.17).
 *
 * However a fact reaches us, by notification or by backfill, once or five times, its natural key is the same. The outbox uses it to send
 * a fact once; views are unique on it, so that what came twice is there once.
 */
import type { Event } from "./catalog.ts";
import type { SessionId } from "./ids.ts";

/** The key, or null for events that are not facts of a thread's history. */
export function naturalKey(sessionId: SessionId, event: Event): string | null {
  switch (event.type) {
    case "turn.started":
      return `${sessionId}/${event.data.turnId}/-/started`;
    case "turn.completed":
      return `${sessionId}/${event.data.turnId}/-/completed`;
    case "item.started":
      return `${sessionId}/${event.data.turnId}/${event.data.itemId}/started`;
    case "item.completed":
      return `${sessionId}/${event.data.turnId}/${event.data.itemId}/completed`;
    default:
      return null;
  }
}
