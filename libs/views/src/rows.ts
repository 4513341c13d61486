/**
 * The rows that readers see, as the projections fold them. Inside: times are epoch ms, what is unknown is null, and what people wrote is here
 * in full (redacted on its host); `present` decides what goes outside and to whom.
 */
import type {
  Activity,
  EndpointId,
  HostId,
  ItemId,
  Principal,
  SessionId,
  TokenId,
  TurnId,
} from "@claw/events";

/** Have we heard lately? `live` now · `stale` its host is silent · `unknown` its app-server cannot be reached · `gone` deleted (N1-024). */
export interface Freshness {
  readonly state: "live" | "stale" | "unknown" | "gone";
  readonly sinceAt: number;
  /** Why it is not live, in one word. */
  readonly reason: string | null;
}

export interface TurnSummary {
  readonly turnId: TurnId;
  /** Codex's word; `inProgress` until the turn's one end. */
  readonly status: string;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
}

export interface Usage {
  readonly totalTokens: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningOutputTokens: number;
  readonly contextWindow: number | null;
}

/** One observed Codex thread (S1-047). Key: sessionId. */
export interface SessionRow {
  readonly sessionId: SessionId;
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  readonly workspace: string | null;
  readonly repo: string | null;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly source: string;
  readonly threadSource: string | null;
  readonly parentSessionId: SessionId | null;
  readonly rootSessionId: SessionId | null;
  readonly model: string | null;
  readonly modelProvider: string | null;
  readonly codexVersion: string | null;
  readonly createdAt: number | null;
  readonly name: string | null;
  readonly preview: string | null;
  readonly activity: Activity & { readonly sinceAt: number };
  readonly freshness: Freshness;
  readonly closed: "unloaded" | "archived" | "deleted" | null;
  readonly lastTurn: TurnSummary | null;
  readonly turnCount: number;
  readonly itemCount: number;
  /** The newest item that says something: what the session is working on, in a line. */
  readonly lastItem: { readonly kind: string; readonly text: string; readonly at: number } | null;
  readonly lastHumanMessageAt: number | null;
  readonly usage: Usage | null;
  /** Request ids that wait for somebody. */
  readonly openApprovals: readonly string[];
  /** Parts of the history that could not be had. */
  readonly historyGaps: number;
  readonly firstSeenAt: number;
  /** When the last fact about it was recorded. Heartbeats of its host are newer; they are an overlay. */
  readonly lastFactAt: number;
}

/** One machine with a connector. Key: hostId. */
export interface HostRow {
  readonly hostId: HostId;
  readonly hostname: string | null;
  readonly platform: string | null;
  readonly osRelease: string | null;
  readonly arch: string | null;
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly connectorVersion: string | null;
  readonly nodeVersion: string | null;
  readonly freshness: Freshness;
  readonly lastHeardAt: number | null;
  readonly rttMs: number | null;
  readonly clockOffsetMs: number | null;
  readonly outboxDepth: number | null;
  readonly epochCount: number;
  readonly forks: number;
  readonly lostFacts: number;
  readonly evidenceKept: number;
  readonly addedAt: number | null;
}

/** One reachable `codex app-server`. Key: hostId/endpointId. */
export interface EndpointRow {
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  readonly storeId: string | null;
  readonly transport: "unix" | "websocket" | "stdio" | null;
  readonly address: string | null;
  readonly codexVersion: string | null;
  readonly startedByConnector: boolean;
  readonly state: "connecting" | "ready" | "draining" | "down";
  readonly reason: string | null;
  readonly sinceAt: number;
  readonly misreadFrames: number;
}

/** One turn. Key: sessionId/turnId. */
export interface TurnRow extends TurnSummary {
  readonly sessionId: SessionId;
  readonly errorKind: string | null;
  readonly error: string | null;
  readonly durationMs: number | null;
}

/** One item of a transcript. Key: sessionId/turnId/itemId, so that a fact that came twice is there once. */
export interface ItemRow {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  readonly itemId: ItemId;
  readonly kind: string;
  readonly phase: "started" | "completed";
  readonly status: string | null;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly durationMs: number | null;
  readonly exitCode: number | null;
  readonly clientId: string | null;
  readonly text: string | null;
  readonly command: string | null;
  readonly output: string | null;
  readonly tool: string | null;
  readonly paths: readonly string[];
  readonly cutBytes: number;
  /** Sorts a session's items as they happened: turn, start, position of first sight. */
  readonly order: string;
}

/** Something that Codex asked of somebody. Key: sessionId/requestId. */
export interface ApprovalRow {
  readonly sessionId: SessionId;
  readonly requestId: string;
  readonly kind: string;
  readonly turnId: TurnId | null;
  readonly itemId: ItemId | null;
  readonly subject: string | null;
  readonly reason: string | null;
  readonly availableDecisions: readonly string[];
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly how: string | null;
}

/** A bearer token as a fact: who, until when, and the digest that proves it. Key: tokenId. */
export interface TokenRow {
  readonly tokenId: TokenId;
  readonly tokenDigest: string;
  readonly principal: Principal;
  /** Set for the token of a host. */
  readonly hostId: HostId | null;
  readonly createdAt: number;
  readonly until: number | null;
  readonly revokedAt: number | null;
}

/** An entry that a projection could not fold: kept as evidence, outside the rows. */
export interface QuarantineRow {
  readonly position: number;
  readonly entryId: string;
  readonly lane: string;
  readonly eventType: string;
  readonly problem: string;
  readonly firstSeenAt: number;
  readonly attempts: number;
  readonly state: "open" | "folded" | "waived";
  readonly reason: string | null;
}

/** Every view by name. */
export interface ViewRows {
  readonly sessions: SessionRow;
  readonly hosts: HostRow;
  readonly endpoints: EndpointRow;
  readonly turns: TurnRow;
  readonly items: ItemRow;
  readonly approvals: ApprovalRow;
  readonly tokens: TokenRow;
}
export type ViewName = keyof ViewRows;
