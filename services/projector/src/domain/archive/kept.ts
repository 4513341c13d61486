/** What archiving looks at of the rows of a session, its turns and its items: no more of them than it writes down, so that it needs nothing of how rows are kept. Pure. */
import type { EndpointId, HostId, SessionId } from "@claw/events";

/** Times are epoch ms; what is unknown is null. */
export interface KeptSession {
  readonly sessionId: SessionId;
  /** `failed`: it was asked for, and came to its end without a thread. */
  readonly lifecycle: "provisioning" | "failed" | "ready";
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  readonly workspace: string | null;
  readonly repo: string | null;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly source: string;
  readonly parentSessionId: SessionId | null;
  readonly rootSessionId: SessionId | null;
  readonly model: string | null;
  readonly modelProvider: string | null;
  readonly codexVersion: string | null;
  readonly name: string | null;
  readonly purpose: string | null;
  readonly closed: string | null;
  readonly createdAt: number | null;
  readonly firstSeenAt: number;
  readonly lastFactAt: number;
  readonly lastFactType: string | null;
  /** Facts of its lane. */
  readonly factCount: number;
  readonly turnCount: number;
  readonly itemCount: number;
  readonly historyGaps: number;
  readonly usage: { readonly totalTokens: number } | null;
  readonly lastTurn: object | null;
}

export interface KeptTurn {
  readonly status: string;
  readonly errorKind: string | null;
  readonly error: string | null;
}

/** Texts are those that passed the redaction of the host. */
export interface KeptItem {
  readonly turnId: string;
  readonly kind: string;
  readonly phase: "started" | "completed";
  readonly status: string | null;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly exitCode: number | null;
  readonly text: string | null;
  readonly command: string | null;
  readonly output: string | null;
  readonly tool: string | null;
  readonly paths: readonly string[];
  readonly cutBytes: number;
}
