/** The rows of the fleet's registry beside its sessions: runtimes, egress policies, checkpoints, archives, owners (ADR 0014). Times are epoch ms. */
import type { ArchiveParts, HostId, Lifecycle, RuntimeWord, SessionId } from "@claw/events";

/** A runtime that no connector reports. Key: runtimeId. */
export interface RuntimeRow {
  readonly runtimeId: SessionId;
  /** Of its last change; a change names the one that it saw. */
  readonly revision: number;
  readonly runtime: RuntimeWord;
  readonly backing: string;
  /** As it was said; `expired` is worked out from `leaseUntil` when it is read. */
  readonly status: Exclude<Lifecycle, "expired">;
  readonly repo: string | null;
  readonly branch: string | null;
  readonly owner: string | null;
  readonly attachUrl: string | null;
  readonly vnc: boolean;
  readonly leaseId: string | null;
  readonly leaseUntil: number | null;
  readonly sandboxId: string | null;
  readonly hostId: HostId | null;
  readonly registeredAt: number;
  readonly updatedAt: number;
  /** When it came to its end; null while it lives. */
  readonly endedAt: number | null;
  /** Facts about it. */
  readonly factCount: number;
  readonly lastFactType: string;
}

/** The redacted summary of one egress policy. Key: sandboxId. */
export interface EgressRow {
  readonly sandboxId: string;
  readonly sessionId: SessionId | null;
  readonly aliases: readonly string[];
  readonly owner: string | null;
  readonly allowedHosts: readonly string[];
  readonly githubRepo: string | null;
  readonly githubCredentialSource: "none" | "session" | "worker";
  readonly hasGithubToken: boolean;
  readonly hasGithubRepoNodeId: boolean;
  readonly hasOpenaiOrg: boolean;
  readonly openaiBaseUrlHost: string | null;
  readonly registeredAt: number;
  /** Its place in the ledger: of several for one session the newest counts (F1-136). */
  readonly position: number;
}

export interface Checkpoint {
  readonly checkpointId: string;
  readonly kind: string;
  readonly bytes: number;
  readonly digest: string | null;
  readonly madeAt: number;
}

/**
 * The checkpoints of one session or runtime: how many, and the newest. One that is registered again under its id counts once while it is among the newest. Key:
 * sessionId.
 */
export interface CheckpointsRow {
  readonly sessionId: SessionId;
  readonly count: number;
  readonly bytes: number;
  /** At most `MAX_CHECKPOINTS`, by when they were made, oldest first. */
  readonly newest: readonly Checkpoint[];
}

/** The newest archive of a session. Key: sessionId. */
export interface ArchiveRow {
  readonly sessionId: SessionId;
  readonly version: number;
  /** The last fact in it. */
  readonly position: number;
  readonly events: number;
  readonly status: string;
  readonly failure: string | null;
  readonly isFinal: boolean;
  readonly parts: ArchiveParts;
  readonly archivedAt: number;
  readonly deletedAt: number | null;
}

/** Whose sessions a unix user's are on a host. One that was taken back stays, so that who follows the view hears of it. Key: hostId/unixUser. */
export interface OwnerRow {
  readonly hostId: HostId;
  readonly unixUser: string;
  /** Null: nobody's, as if it had never been said. */
  readonly owner: string | null;
}
