/** `GET /api/fleet` and `GET /api/attention`. The fleet's times are epoch ms, as the specification has them. */
import type { FreshnessState, Paged } from "./shared.ts";

export const LIFECYCLES = [
  "attached",
  "ready",
  "detached",
  "provisioning",
  "pending_adapter",
  "failed",
  "expired",
  "stopped",
] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

export interface FleetPolicy {
  readonly present: boolean;
  readonly allowedHostCount: number;
  readonly githubCredentialSource: "none" | "session" | "worker";
  readonly githubRepo: string | null;
  readonly hasGithubToken: boolean;
  readonly openAIBaseUrlHost: string | null;
}

export interface FleetSession {
  readonly id: string;
  readonly repo: string | null;
  readonly branch: string | null;
  readonly runtime: string;
  readonly owner: string | null;
  readonly status: Lifecycle;
  readonly active: boolean;
  readonly attachable: boolean;
  readonly vnc: boolean;
  readonly archived: boolean;
  readonly logEvents: number;
  readonly leaseId: string | null;
  readonly sandboxId: string | null;
  readonly lastEvent: string | null;
  readonly createdAt: number | null;
  readonly updatedAt: number;
  readonly lastSeenAt: number;
  readonly stoppedAt: number | null;
  readonly policy: FleetPolicy;
  readonly attachUrl: string | null;
  readonly hostId: string | null;
  readonly group: string;
  readonly backing: string | null;
  readonly freshness: FreshnessState;
  readonly writer: string | null;
  readonly attention: readonly string[];
  readonly checkpoints: number;
  readonly idleSinceAt: number | null;
  readonly reapAt: number | null;
  readonly handoff: null;
  readonly takeover: null;
}

export interface FleetTotals {
  readonly sessions: number;
  readonly active: number;
  readonly ready: number;
  readonly provisioning: number;
  readonly failed: number;
  readonly stopped: number;
  readonly attachable: number;
  readonly archived: number;
  readonly vnc: number;
  readonly byRuntime: { readonly crabbox: number; readonly container: number };
  readonly byStatus: Readonly<Record<Lifecycle, number>>;
}

export interface FleetState {
  readonly canonicalUrl: string;
  readonly productUrl: string;
  readonly generatedAt: number;
  readonly registryAvailable: boolean;
  readonly egress: {
    readonly defaultHostCount: number;
    readonly policyCount: number;
    readonly sessionsWithPolicy: number;
  };
  readonly totals: FleetTotals;
  readonly sessions: readonly FleetSession[];
}

/** The most urgent first, as the house ranks them. */
export const ATTENTION_KINDS = ["waiting", "failing", "looping", "over_budget", "blocked", "silent"] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

export interface AttentionItem {
  /** `<kind>/<session>/<cause>`: another cause is another item. */
  readonly key: string;
  readonly kind: AttentionKind;
  readonly sessionId: string;
  readonly sinceAt: string;
  readonly ageMs: number;
  readonly evidence: string;
  readonly helps: string;
  readonly hostId: string | null;
  readonly group: string;
  readonly repo: string | null;
  readonly owner: string | null;
  readonly status: string;
  readonly snoozedUntil: string | null;
  readonly snoozedBy: string | null;
  readonly snoozeReason: string | null;
  readonly assignedTo: string | null;
  readonly assignedBy: string | null;
}

export interface AttentionPage extends Paged {
  readonly attention: readonly AttentionItem[];
}
