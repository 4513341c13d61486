/** What the connector remembers of one session between notifications, connections and restarts. Stored with the outbox, in the same commits. */
import type { Activity, EndpointId, SessionId } from "@claw/events";

export interface OpenApproval {
  readonly requestId: string;
  readonly turnId: string | null;
}

/** A question that was open, and what ended it. */
export interface ClosedApproval extends OpenApproval {
  readonly how: "answered" | "turn_ended" | "thread_closed" | "endpoint_lost";
}

export interface SessionState {
  readonly sessionId: SessionId;
  /** Codex's own id; differs from ours only when it has a form that ours cannot have. */
  readonly threadId: string;
  /** Where its thread was last seen loaded, or seen first. The house keeps the first (DESIGN 14.16). */
  readonly endpointId: EndpointId;
  readonly described: string;
  readonly activity: Activity;
  readonly name: string | null;
  /** Who made it says so (`threadSource`); rows of a list leave it out, so it is kept. Absent in the states of the first versions. */
  readonly threadSource?: string | null;
  readonly standing: "open" | "unloaded" | "archived" | "deleted";
  /** Its endpoint cannot be reached: what it does now is unknown. */
  readonly isLost: boolean;
  /** The newest turn up to which the history was told without a hole; a backfill runs down to it. */
  readonly lastTurnId: string | null;
  /** Turns that were told to have started and not to have ended, newest last; at most `MAX_OPEN`. */
  readonly openTurns: readonly string[];
  /** Questions that nobody has answered yet, newest last; at most `MAX_OPEN`. */
  readonly approvals: readonly OpenApproval[];
  /** Questions that are over, newest last; at most `MAX_OPEN`. Outboxes of before have none. */
  readonly closedApprovals?: readonly ClosedApproval[];
  /** Facts of it found no room in the outbox: its history has to be read again. */
  readonly isGapped: boolean;
}
