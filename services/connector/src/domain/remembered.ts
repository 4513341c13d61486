/** What the connector remembers of one session between notifications, connections and restarts. Stored with the outbox, in the same commits. */
import type { Activity, EndpointId, SessionId } from "@claw/events";

export interface OpenApproval {
  readonly requestId: string;
  readonly turnId: string | null;
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
  readonly standing: "open" | "unloaded" | "archived" | "deleted";
  /** Its endpoint cannot be reached: what it does now is unknown. */
  readonly isLost: boolean;
  /** The newest turn up to which the history was told without a hole; a backfill runs down to it. */
  readonly lastTurnId: string | null;
  /** Turns that were told to have started and not to have ended, newest last; at most `MAX_OPEN`. */
  readonly openTurns: readonly string[];
  /** Questions that nobody has answered yet, newest last; at most `MAX_OPEN`. */
  readonly approvals: readonly OpenApproval[];
  /** Facts of it found no room in the outbox: its history has to be read again. */
  readonly isGapped: boolean;
}
