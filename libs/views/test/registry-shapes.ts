/** The rows of the registry and of what people do as schemas, as strict as their types. */
import {
  ArchiveParts,
  AtMs,
  AttachUrl,
  AttentionKey,
  Digest,
  GithubRepo,
  HostId,
  HostName,
  Lifecycle,
  Principal,
  RuntimeWord,
  SessionId,
  ShareLevel,
  ShareScope,
  TokenId,
} from "@claw/events";
import { z } from "zod";
import { MAX_CHECKPOINTS } from "../src/index.ts";

const text = z.string().nullable();
const at = AtMs;
const maybeAt = AtMs.nullable();
const count = z.int().min(0);

const RuntimeRow = z.strictObject({
  runtimeId: SessionId,
  revision: z.int().min(1),
  runtime: RuntimeWord,
  backing: z.string().min(1),
  status: Lifecycle.exclude(["expired"]),
  repo: GithubRepo.nullable(),
  branch: text,
  owner: text,
  attachUrl: AttachUrl.nullable(),
  vnc: z.boolean(),
  leaseId: text,
  leaseUntil: maybeAt,
  sandboxId: text,
  hostId: HostId.nullable(),
  registeredAt: at,
  updatedAt: at,
  endedAt: maybeAt,
  factCount: z.int().min(1),
  lastFactType: z.enum(["runtime.registered", "runtime.updated"]),
});

/** The redacted fields and no other (F1-093 … F1-103). */
const EgressRow = z.strictObject({
  sandboxId: z.string().min(1),
  sessionId: SessionId.nullable(),
  aliases: z.array(z.string()).max(16),
  owner: text,
  allowedHosts: z.array(HostName),
  githubRepo: GithubRepo.nullable(),
  githubCredentialSource: z.enum(["none", "session", "worker"]),
  hasGithubToken: z.boolean(),
  hasGithubRepoNodeId: z.boolean(),
  hasOpenaiOrg: z.boolean(),
  openaiBaseUrlHost: HostName.nullable(),
  registeredAt: at,
  position: z.int().min(1),
});

const CheckpointsRow = z.strictObject({
  sessionId: SessionId,
  count: z.int().min(1),
  bytes: count,
  newest: z
    .array(
      z.strictObject({
        checkpointId: z.string().min(1),
        kind: z.string().min(1),
        bytes: count,
        digest: Digest.nullable(),
        madeAt: at,
      }),
    )
    .min(1)
    .max(MAX_CHECKPOINTS),
});

const ArchiveRow = z.strictObject({
  sessionId: SessionId,
  version: z.int().min(1),
  position: z.int().min(1),
  events: count,
  status: z.string(),
  failure: text,
  isFinal: z.boolean(),
  parts: ArchiveParts,
  archivedAt: at,
  deletedAt: maybeAt,
});

const OwnerRow = z.strictObject({ hostId: HostId, unixUser: z.string().min(1), owner: text });

const SignInRow = z.strictObject({
  signInId: TokenId,
  digest: Digest,
  principal: Principal,
  how: z.enum(["oidc", "token", "link"]),
  tokenId: TokenId.nullable(),
  until: at,
  closedAt: maybeAt,
});

const SharingRow = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("share"),
    scope: ShareScope,
    id: z.string(),
    to: z.string(),
    level: ShareLevel.nullable(),
    until: maybeAt,
    by: z.string(),
    sinceAt: at,
  }),
  z.strictObject({
    kind: z.literal("glass"),
    sessionId: SessionId,
    by: z.string(),
    until: at,
    reason: z.string(),
    sinceAt: at,
  }),
]);

const AttentionActsRow = z.strictObject({
  key: AttentionKey,
  snoozedUntil: maybeAt,
  snoozedBy: text,
  snoozeReason: text,
  assignedTo: text,
  assignedBy: text,
  changedAt: at,
});

export const registryShapes = {
  runtimes: RuntimeRow,
  egress: EgressRow,
  checkpoints: CheckpointsRow,
  archives: ArchiveRow,
  owners: OwnerRow,
  signIns: SignInRow,
  shares: SharingRow,
  attention: AttentionActsRow,
} as const;
