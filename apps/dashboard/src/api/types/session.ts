/** `GET /api/sessions…` and the live rows of kind `sessions`. */
import type { FreshnessView, PrincipalView } from "./shared.ts";

export interface AttachView {
  readonly command: string | null;
  readonly remoteCommand: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
}

export interface TurnSummaryView {
  readonly turnId: string;
  readonly status: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
}

export interface UsageView {
  readonly totalTokens: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningOutputTokens: number;
  readonly contextWindow: number | null;
}

export interface WriterView {
  readonly leaseId: string;
  readonly holder: PrincipalView;
  readonly ttlMs: number;
  readonly sinceAt: string;
}

export interface ProgressView {
  readonly state: string;
  readonly phase: string | null;
  readonly percent: number | null;
  readonly note: string | null;
  readonly at: string;
}

export interface SpawnView {
  readonly commandId: string;
  readonly purpose: string | null;
  readonly parentSessionId: string | null;
  readonly rootSessionId: string;
  readonly createdBy: PrincipalView;
  readonly hostId: string;
  readonly isAttachable: boolean;
}

export interface SessionView {
  readonly sessionId: string;
  readonly endpointId: string;
  readonly host: string;
  readonly workspace: string | null;
  readonly repo: string | null;
  readonly branch: string | null;
  readonly source: string;
  readonly status: string;
  readonly humanAttached: boolean | null;
  readonly lastSeenAt: string;
  readonly summary: string | null;
  readonly lifecycle: "provisioning" | "failed" | "ready";
  readonly boundTo: string | null;
  readonly spawn: SpawnView | null;
  readonly purpose: string | null;
  readonly progress: ProgressView | null;
  readonly attach: AttachView;
  readonly hostId: string;
  readonly group: string;
  readonly commit: string | null;
  readonly activity: { readonly type: string; readonly flags: readonly string[]; readonly sinceAt: string };
  readonly freshness: FreshnessView;
  readonly presence: {
    readonly attached: "yes" | "no" | "unknown";
    readonly evidence: string | null;
    readonly at: string | null;
  };
  readonly name: string | null;
  readonly preview: string | null;
  readonly threadSource: string | null;
  readonly parentSessionId: string | null;
  readonly rootSessionId: string | null;
  readonly model: string | null;
  readonly modelProvider: string | null;
  readonly codexVersion: string | null;
  readonly createdAt: string | null;
  readonly closed: "unloaded" | "archived" | "deleted" | null;
  readonly lastTurn: TurnSummaryView | null;
  readonly lastItem: { readonly kind: string; readonly text: string | null; readonly at: string } | null;
  readonly lastHumanMessageAt: string | null;
  readonly turnCount: number;
  readonly itemCount: number;
  readonly usage: UsageView | null;
  readonly openApprovals: readonly string[];
  readonly historyGaps: number;
  readonly attempts: number;
  readonly writer: WriterView | null;
  readonly automationYieldedAt: string | null;
  readonly lastCommand: {
    readonly commandId: string;
    readonly type: string;
    readonly decidedAt: string;
    readonly outcome: string | null;
  } | null;
  readonly firstSeenAt: string;
}

export interface TurnView extends TurnSummaryView {
  readonly sessionId: string;
  readonly errorKind: string | null;
  readonly error: string | null;
  readonly durationMs: number | null;
}

export interface TranscriptItemView {
  readonly sessionId: string;
  readonly turnId: string;
  readonly itemId: string;
  readonly kind: string;
  readonly phase: "started" | "completed";
  readonly status: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly durationMs: number | null;
  readonly exitCode: number | null;
  readonly clientId: string | null;
  readonly text: string | null;
  readonly command: string | null;
  readonly output: string | null;
  readonly tool: string | null;
  readonly paths: readonly string[];
  readonly cutBytes: number;
}
