/** The rows of sessions that work by themselves: where they came from, what they say of it, and the keys by which they call back. Times are epoch ms. */
import type { CommandId, Digest, HostId, Principal, SessionId, TokenId, WorkState } from "@claw/events";

/** How a session came to be that somebody asked for (S1-109, S1-110, X1-001). */
export interface Spawn {
  readonly commandId: CommandId;
  /** What it was made for; what it says of itself since is the session's own `purpose`. */
  readonly purpose: string | null;
  /** The session that asked for it; null where a person or a Claw did. */
  readonly parentSessionId: SessionId | null;
  /** The top of its tree; itself where no session asked for it. */
  readonly rootSessionId: SessionId;
  readonly createdBy: Principal;
  readonly hostId: HostId;
  /** People can attach: it has a thread that Codex keeps, because it has a name or a turn (PROTOCOL trap 2). */
  readonly isAttachable: boolean;
}

/** What a session said of its own work. `note` is a beginning of what it wrote. */
export interface ProgressReport {
  readonly state: WorkState;
  readonly phase: string | null;
  readonly percent: number | null;
  readonly note: string | null;
  readonly at: number;
}

/** A key by which a thread calls back over MCP, as its host told of it (ADR 0013). Key: keyId. */
export interface ThreadKeyRow {
  readonly keyId: TokenId;
  readonly digest: Digest;
  readonly hostId: HostId;
  /** The thread that it was given to, once and for ever; null until its host says which one. */
  readonly boundTo: SessionId | null;
  readonly registeredAt: number;
  readonly boundAt: number | null;
}

/** The newest reports of one session, oldest first, at most `MAX_REPORTS`. Key: sessionId. */
export interface ReportsRow {
  readonly sessionId: SessionId;
  readonly reports: readonly ProgressReport[];
}
