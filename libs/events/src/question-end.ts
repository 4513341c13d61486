/** What ends a question of Codex: one rule for policy, which must not answer what is over, and for the views, which show what is open. */
import type { Event } from "./catalog.ts";
import type { TurnId } from "./ids.ts";

/** How questions of a host end that may not join any more (DESIGN 6.2). Where it is let in again they are as they were: its host goes on from there. */
export const HOST_REVOKED = "host_revoked";

/** A question that is open, as far as its end looks at it. */
export interface OpenQuestion {
  readonly requestId: string;
  /** Null where Codex names none; then no turn's end ends it. */
  readonly turnId: TurnId | null;
}

/** How an event in the lane of the question's session ends it; null if it does not. A question dies with its turn and with its thread. */
export function endOfQuestion({ requestId, turnId }: OpenQuestion, event: Event): string | null {
  switch (event.type) {
    case "approval.resolved":
      return event.data.requestId === requestId ? event.data.how : null;
    case "session.closed":
      return "thread_closed";
    case "turn.completed":
      return event.data.turnId === turnId ? "turn_ended" : null;
    default:
      return null;
  }
}
