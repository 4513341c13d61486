/** `GET /api/hosts`, `/api/endpoints`, `/api/leases`, and the live rows of these kinds. */
import type { FreshnessView, PrincipalView } from "./shared.ts";

export interface HostView {
  readonly hostId: string;
  readonly hostname: string | null;
  readonly platform: string | null;
  readonly osRelease: string | null;
  readonly arch: string | null;
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly connectorVersion: string | null;
  readonly nodeVersion: string | null;
  readonly freshness: FreshnessView;
  readonly lastHeardAt: string | null;
  readonly rttMs: number | null;
  readonly clockOffsetMs: number | null;
  readonly outboxDepth: number | null;
  readonly epochCount: number;
  readonly forks: number;
  readonly lostFacts: number;
  readonly evidenceKept: number;
  readonly addedAt: string | null;
  readonly group: string;
  readonly catchingUp: boolean | null;
  readonly placement: string;
  readonly placementReason: string | null;
  readonly workspaceRoots: readonly string[];
  readonly attempts: number;
  readonly lastAttemptAt: string | null;
}

export interface EndpointView {
  readonly endpointId: string;
  readonly hostId: string;
  readonly transport: "unix" | "websocket" | "stdio" | null;
  readonly address: string | null;
  readonly codexVersion: string | null;
  readonly startedByConnector: boolean;
  readonly state: "connecting" | "ready" | "draining" | "down";
  readonly reason: string | null;
  readonly sinceAt: string;
  readonly misreadFrames: number;
}

export interface FencingToken {
  readonly generation: number;
  readonly counter: number;
}

export interface LeaseView {
  readonly leaseId: string;
  readonly sessionId: string;
  readonly hostId: string;
  readonly endpointId: string;
  readonly holder: PrincipalView;
  readonly token: FencingToken;
  readonly ttlMs: number;
  readonly state: "offered" | "inForce" | "ended";
  readonly offeredAt: string;
  readonly offerUntil: string;
  readonly grantedAt: string | null;
  readonly endedAt: string | null;
  readonly how: "released" | "expired" | "broken" | "lapsed" | "yielded" | null;
  readonly reason: string | null;
  readonly endedBy: PrincipalView | null;
}
