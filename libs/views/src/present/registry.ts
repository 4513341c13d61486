/** The fleet's registry as it is seen outside: egress policies in their redacted fields alone (F1-093 … F1-103), runtimes, checkpoints and archives. */
import { Lifecycle, RuntimeWord } from "@claw/events";
import { z } from "zod";
import { isActive, lifecycleOfRuntime } from "../fleet/lifecycle.ts";
import type { ArchiveRow, CheckpointsRow, EgressRow, RuntimeRow } from "../registry-rows.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

const count = z.int().min(0);

export const PolicyView = z
  .object({
    sandboxId: z.string(),
    sessionId: z.string().nullable().describe("the session or runtime that it is for"),
    owner: z.string().nullable(),
    githubRepo: z.string().nullable(),
    allowedHosts: z.array(z.string()),
    allowedHostCount: count,
    openAIBaseUrlHost: z.string().nullable(),
    githubCredentialSource: z.enum(["none", "session", "worker"]),
    hasGithubToken: z.boolean(),
    hasGithubRepoNodeId: z.boolean(),
    hasOpenAIOrg: z.boolean(),
    registeredAt: IsoTime,
  })
  .meta({ id: "EgressPolicy" });
export type PolicyView = z.infer<typeof PolicyView>;

/** Field by field, so that nothing that a row may get one day leaves by mistake. */
export const presentPolicy = (row: EgressRow): PolicyView => ({
  sandboxId: row.sandboxId,
  sessionId: row.sessionId,
  owner: row.owner,
  githubRepo: row.githubRepo,
  allowedHosts: [...row.allowedHosts],
  allowedHostCount: row.allowedHosts.length,
  openAIBaseUrlHost: row.openaiBaseUrlHost,
  githubCredentialSource: row.githubCredentialSource,
  hasGithubToken: row.hasGithubToken,
  hasGithubRepoNodeId: row.hasGithubRepoNodeId,
  hasOpenAIOrg: row.hasOpenaiOrg,
  registeredAt: isoOf(row.registeredAt),
});

export const RuntimeView = z
  .object({
    runtimeId: z.string(),
    revision: z.int().describe("of its last change; a change names the one that it saw"),
    runtime: RuntimeWord,
    backing: z.string(),
    status: Lifecycle,
    repo: z.string().nullable(),
    branch: z.string().nullable(),
    owner: z.string().nullable(),
    attachUrl: z.string().nullable().describe("null once it came to its end"),
    vnc: z.boolean(),
    leaseId: z.string().nullable().describe("null once it came to its end"),
    leaseUntil: IsoTime.nullable(),
    sandboxId: z.string().nullable(),
    hostId: z.string().nullable(),
    registeredAt: IsoTime,
    updatedAt: IsoTime,
    endedAt: IsoTime.nullable(),
  })
  .meta({ id: "Runtime" });
export type RuntimeView = z.infer<typeof RuntimeView>;

/** A lease and an address of what came to its end are shown no more (W-41). */
export function presentRuntime(row: RuntimeRow, nowMs: number): RuntimeView {
  const status = lifecycleOfRuntime(row, nowMs);
  return {
    runtimeId: row.runtimeId,
    revision: row.revision,
    runtime: row.runtime,
    backing: row.backing,
    status,
    repo: row.repo,
    branch: row.branch,
    owner: row.owner,
    vnc: row.vnc,
    sandboxId: row.sandboxId,
    hostId: row.hostId,
    attachUrl: isActive(status) ? row.attachUrl : null,
    leaseId: isActive(status) ? row.leaseId : null,
    leaseUntil: isoOrNull(row.leaseUntil),
    registeredAt: isoOf(row.registeredAt),
    updatedAt: isoOf(row.updatedAt),
    endedAt: isoOrNull(row.endedAt ?? (status === "expired" ? row.leaseUntil : null)),
  };
}

export const CheckpointsView = z
  .object({
    sessionId: z.string(),
    count,
    bytes: count,
    newest: z
      .array(
        z.object({
          checkpointId: z.string(),
          kind: z.string(),
          bytes: count,
          digest: z.string().nullable(),
          madeAt: IsoTime,
        }),
      )
      .describe("the oldest of them first; there may be more"),
  })
  .meta({ id: "Checkpoints" });
export type CheckpointsView = z.infer<typeof CheckpointsView>;

/** The checkpoints of a session: how many, how many bytes, and the newest. */
export const presentCheckpoints = ({
  sessionId,
  count: many,
  bytes,
  newest,
}: CheckpointsRow): CheckpointsView => ({
  sessionId,
  count: many,
  bytes,
  newest: newest.map(({ checkpointId, kind, bytes: size, digest, madeAt }) => ({
    checkpointId,
    kind,
    bytes: size,
    digest,
    madeAt: isoOf(madeAt),
  })),
});

export const ArchiveView = z
  .object({
    sessionId: z.string(),
    version: z.int().min(1),
    position: z.int().min(1).describe("the last fact in it"),
    events: count,
    status: z.string(),
    failure: z.string().nullable(),
    isFinal: z.boolean(),
    bytes: count.describe("of all its objects"),
    archivedAt: IsoTime,
    deletedAt: IsoTime.nullable(),
  })
  .meta({ id: "Archive" });
export type ArchiveView = z.infer<typeof ArchiveView>;

/** An archive: what it holds and proves, and since when it is gone. */
export const presentArchive = (row: ArchiveRow): ArchiveView => ({
  sessionId: row.sessionId,
  version: row.version,
  position: row.position,
  events: row.events,
  status: row.status,
  failure: row.failure,
  isFinal: row.isFinal,
  bytes: row.parts.events.bytes + row.parts.transcript.bytes + row.parts.summary.bytes,
  archivedAt: isoOf(row.archivedAt),
  deletedAt: isoOrNull(row.deletedAt),
});
