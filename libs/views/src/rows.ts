/**
 * The rows that readers see, as the projections fold them. Inside: times are epoch ms, what is unknown is null, and what people wrote is here
 * in full (redacted on its host); `present` decides what goes outside and to whom.
 */
import type {
  Activity,
  CommandId,
  EndpointId,
  GroupId,
  HostId,
  ItemId,
  LeaseId,
  OutcomeWord,
  Placement,
  Principal,
  SessionId,
  TokenId,
  TurnId,
} from "@claw/events";
import type { ApprovalRow } from "./approval-rows.ts";
import type { CommandRow, LeaseRow, RuleRow } from "./command-rows.ts";
import type { LaneRow, LedgerRow } from "./log-rows.ts";
import type { AttentionActsRow, SharingRow, SignInRow } from "./people-rows.ts";
import type { ArchiveRow, CheckpointsRow, EgressRow, OwnerRow, RuntimeRow } from "./registry-rows.ts";
import type { ProgressReport, ReportsRow, Spawn, ThreadKeyRow } from "./spawn-rows.ts";

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

/** Who holds a session's write lease. When it ends is in the leader's memory alone: a renewal leaves no entry (DESIGN 14.8). */
export interface Writer {
  readonly leaseId: LeaseId;
  readonly holder: Principal;
  readonly ttlMs: number;
  readonly sinceAt: number;
}

/** The last accepted command that a host has to carry out in a session, in a line. */
export interface LastCommand {
  readonly commandId: CommandId;
  readonly commandType: string;
  readonly decidedAt: number;
  readonly outcome: OutcomeWord | null;
}

/** One observed Codex thread (S1-047), or a session that was asked for and has no thread yet. Key: sessionId. */
export interface SessionRow {
  readonly sessionId: SessionId;
  /**
   * `ready`: there is a thread. A session that was asked for is `provisioning` until it has one, and `failed` where its command came to its end without one
   * (DESIGN 7, 14.16).
   */
  readonly lifecycle: "provisioning" | "failed" | "ready";
  /** Of one that was asked for and has its thread: the session of that thread, which carries on. This row is in no list any more. */
  readonly boundTo: SessionId | null;
  readonly spawn: Spawn | null;
  /** What it is for, as was last said: by whoever asked for it, or by itself. */
  readonly purpose: string | null;
  /** The newest report; all that are kept are rows of `reports`. */
  readonly progress: ProgressReport | null;
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
  /** Those that are over because its host may not join, and open again where it may (`admission.ts`). Never shown. */
  readonly withheldApprovals: readonly string[];
  /** Parts of the history that could not be had. */
  readonly historyGaps: number;
  /** Calls with its key that its key is not for. */
  readonly attempts: number;
  readonly writer: Writer | null;
  /** When automation last gave way to a person here; null once a lease is granted again (N1-020). */
  readonly automationYieldedAt: number | null;
  readonly lastCommand: LastCommand | null;
  /** Commands whose turn has not ended, the newest last: so that its end is told to each of them. */
  readonly turnCommands: readonly { readonly turnId: TurnId; readonly commandId: CommandId }[];
  readonly firstSeenAt: number;
  /** When the last fact about it was recorded. Heartbeats of its host are newer; they are an overlay. */
  readonly lastFactAt: number;
  /** Every fact of its lane, as `LaneRow` counts them, and the type of the last one that said something of it. */
  readonly factCount: number;
  readonly lastFactType: string | null;
  /** The newest refusal of what the session itself asked for; null where there was none. */
  readonly refusal: { readonly code: string; readonly at: number; readonly commandId: CommandId } | null;
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
  /** The group that looks after its sessions; the default one until policy says another. */
  readonly group: GroupId;
  /** Whether new work may be placed on it, and what was said when that was last decided. */
  readonly placement: Placement;
  readonly placementReason: string | null;
  /** Folders under which sessions may be spawned here; none may where there is none. */
  readonly workspaceRoots: readonly string[];
  /** Calls with keys of its threads that these keys are not for, and when the newest was told. */
  readonly attempts: number;
  readonly lastAttemptAt: number | null;
  /** Keys that no thread was given yet, oldest first: which are let go of (`thread-keys.ts`). Never shown. */
  readonly unboundKeys: readonly { readonly keyId: TokenId; readonly at: number }[];
  /** Whether it may join, by which tokens, and its sessions that ask something (`admission.ts`). Never shown. */
  readonly admission: {
    readonly isLetIn: boolean;
    readonly tokenIds: readonly TokenId[];
    readonly asking: readonly SessionId[];
  };
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
  /** The unix user whose socket it is; null where its connector does not say. */
  readonly unixUser: string | null;
  /** It listens where the host's own `codex` looks for a server that was named no path; null where its connector does not say. */
  readonly isDefault: boolean | null;
  readonly state: "connecting" | "ready" | "draining" | "down";
  readonly reason: string | null;
  readonly sinceAt: number;
  readonly misreadFrames: number;
}

/** One turn. Key: sessionId/turnId. */
export interface TurnRow extends TurnSummary {
  readonly sessionId: SessionId;
  /** False while only a message of it was told. */
  readonly isTold: boolean;
  /** True: each of its user messages bears the mark of a command that was accepted for the session. Null while none was seen (N1-015). */
  readonly isOurs: boolean | null;
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

/** Every view by name. */
export interface ViewRows {
  readonly sessions: SessionRow;
  readonly hosts: HostRow;
  readonly endpoints: EndpointRow;
  readonly turns: TurnRow;
  readonly items: ItemRow;
  readonly approvals: ApprovalRow;
  readonly tokens: TokenRow;
  readonly ledger: LedgerRow;
  readonly lanes: LaneRow;
  readonly commands: CommandRow;
  readonly leases: LeaseRow;
  readonly rules: RuleRow;
  readonly threadKeys: ThreadKeyRow;
  readonly reports: ReportsRow;
  readonly runtimes: RuntimeRow;
  readonly egress: EgressRow;
  readonly checkpoints: CheckpointsRow;
  readonly archives: ArchiveRow;
  readonly owners: OwnerRow;
  readonly signIns: SignInRow;
  readonly shares: SharingRow;
  readonly attention: AttentionActsRow;
}
export type ViewName = keyof ViewRows;
