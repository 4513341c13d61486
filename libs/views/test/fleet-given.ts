/** Rows of a small fleet for tests: each as plain as it can be, changed by what a test says. */
import { CommandId, DEFAULT_GROUP, EndpointId, HostId, SessionId, sha256 } from "@claw/events";
import {
  type ArchiveRow,
  type AttentionLimits,
  type EgressRow,
  type EndpointRow,
  type FleetAsk,
  type HostRow,
  newSession,
  type RuntimeRow,
  type SessionRow,
} from "../src/index.ts";

export const NOW = 1_800_000_000_000;
export const h1 = HostId.parse("h1");
export const main = EndpointId.parse("main");
export const s1 = SessionId.parse("s1");

const live = { state: "live", sinceAt: NOW, reason: null } as const;

export const sessionOf = (more: Partial<SessionRow> = {}): SessionRow => ({
  ...newSession(s1, { hostId: h1, endpointId: main, source: "cli", createdAt: NOW }, NOW),
  activity: { type: "idle", flags: [], sinceAt: NOW },
  ...more,
});

export const hostOf = (more: Partial<HostRow> = {}): HostRow => ({
  hostId: h1,
  hostname: "box",
  platform: null,
  osRelease: null,
  arch: null,
  cpus: null,
  memoryBytes: null,
  connectorVersion: null,
  nodeVersion: null,
  freshness: live,
  lastHeardAt: NOW,
  rttMs: null,
  clockOffsetMs: null,
  outboxDepth: null,
  epochCount: 1,
  forks: 0,
  lostFacts: 0,
  evidenceKept: 0,
  addedAt: NOW,
  group: DEFAULT_GROUP,
  placement: "open",
  placementReason: null,
  workspaceRoots: [],
  attempts: 0,
  lastAttemptAt: null,
  unboundKeys: [],
  admission: { isLetIn: true, tokenIds: [], asking: [] },
  ...more,
});

export const endpointOf = (more: Partial<EndpointRow> = {}): EndpointRow => ({
  hostId: h1,
  endpointId: main,
  storeId: "store",
  transport: "unix",
  address: "unix://",
  codexVersion: "0.169.0",
  startedByConnector: false,
  unixUser: "ann",
  isDefault: true,
  state: "ready",
  reason: null,
  sinceAt: NOW,
  misreadFrames: 0,
  ...more,
});

export const runtimeOf = (more: Partial<RuntimeRow> = {}): RuntimeRow => ({
  runtimeId: SessionId.parse("r1"),
  revision: 1,
  runtime: "container",
  backing: "vnc",
  status: "ready",
  repo: "acme/shop",
  branch: "main",
  owner: "ann",
  attachUrl: "https://one.example.invalid/attach",
  vnc: true,
  leaseId: "lease-1",
  leaseUntil: null,
  sandboxId: "box-1",
  hostId: null,
  registeredAt: NOW,
  updatedAt: NOW,
  endedAt: null,
  factCount: 1,
  lastFactType: "runtime.registered",
  ...more,
});

export const egressOf = (more: Partial<EgressRow> = {}): EgressRow => ({
  sandboxId: "box-1",
  sessionId: null,
  aliases: [],
  owner: null,
  allowedHosts: ["api.example.invalid"],
  githubRepo: null,
  githubCredentialSource: "none",
  hasGithubToken: false,
  hasGithubRepoNodeId: false,
  hasOpenaiOrg: false,
  openaiBaseUrlHost: null,
  registeredAt: NOW,
  position: 1,
  ...more,
});

const part = { bytes: 10, digest: sha256("part") };
export const archiveOf = (more: Partial<ArchiveRow> = {}): ArchiveRow => ({
  sessionId: s1,
  version: 1,
  position: 1,
  events: 3,
  status: "stopped",
  failure: null,
  isFinal: true,
  parts: { events: part, transcript: part, summary: part },
  archivedAt: NOW,
  deletedAt: null,
  ...more,
});

export const LIMITS: AttentionLimits = { silentTurnMs: 900_000, refusedMs: 3_600_000 };
export const askAt = (nowMs: number, more: Partial<FleetAsk> = {}): FleetAsk => ({
  nowMs,
  limits: LIMITS,
  heardAt: () => null,
  ...more,
});

export const commandId = CommandId.parse("c1");
export const spawnBy = (kind: "person" | "claw" | "session", name: string): SessionRow["spawn"] => ({
  commandId,
  purpose: null,
  parentSessionId: kind === "session" ? SessionId.parse(name) : null,
  rootSessionId: s1,
  createdBy: { kind, name, role: kind === "person" ? "operator" : kind },
  hostId: h1,
  isAttachable: true,
});
