/**
 * What stands in the fleet's registry beside the sessions of Codex hosts: other runtimes, egress policies, checkpoints, and who owns what (ADR 0014). Lane:
 * decided. No kind here has a field in which a secret could stand: names of hosts, enums, numbers and booleans (F1-092…F1-109).
 */
import { z } from "zod";
import { AtMs, Digest, HostId, SessionId } from "./ids.ts";
import { eventKind, Label, Word } from "./kind.ts";

/** Crabfleet's eight states, in the order in which they are counted (F1-059…F1-066, F1-137…F1-144). */
export const Lifecycle = z.enum([
  "provisioning",
  "pending_adapter",
  "ready",
  "attached",
  "detached",
  "stopped",
  "expired",
  "failed",
]);
export type Lifecycle = z.infer<typeof Lifecycle>;

/** Under which of the specification's two words a runtime counts (F1-057, F1-058). */
export const RuntimeWord = z.enum(["crabbox", "container"]);
export type RuntimeWord = z.infer<typeof RuntimeWord>;

/** A name of the internet: letters, digits, dots and hyphens, no port, no userinfo, no path; a leading `*.` stands for all below it. */
export const HostName = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
    "a host name",
  );

/** `owner/name` as GitHub writes it. */
export const GithubRepo = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/, "owner/name");

/** Where to attach. No userinfo, no query and no fragment, because that is where tokens ride (DESIGN 14.22). */
export const AttachUrl = z
  .string()
  .max(1_024)
  .regex(
    /^(codex\+ssh|ssh|https):\/\/[A-Za-z0-9.:[\]-]+(\/[A-Za-z0-9._~/-]*)?$/,
    "codex+ssh, ssh or https, without userinfo, query or fragment",
  );

/** What is true of a registered runtime; null where nobody said. */
export const runtimeFacts = {
  runtime: RuntimeWord,
  /** What backs it: `vnc`, `github-actions`, a provider's word. */
  backing: Word,
  status: Lifecycle.exclude(["expired"]),
  repo: GithubRepo.nullable(),
  branch: Label.nullable(),
  owner: Label.nullable(),
  attachUrl: AttachUrl.nullable(),
  vnc: z.boolean(),
  leaseId: Word.nullable(),
  /** When the runtime's lease ends: `expired` from then on (F1-143). */
  leaseUntil: AtMs.nullable(),
  sandboxId: Word.nullable(),
  hostId: HostId.nullable(),
} as const;

/** A runtime that no connector reports, or the same one anew; `revision` 1 begins its life. */
export const RuntimeRegistered = eventKind({
  type: "runtime.registered",
  version: 1,
  lane: "decided",
  data: z.object({ runtimeId: SessionId, revision: z.int().min(1), ...runtimeFacts }),
  body: null,
});

/** What changed of it; what is left out stays. */
export const RuntimeUpdated = eventKind({
  type: "runtime.updated",
  version: 1,
  lane: "decided",
  data: z.object({
    runtimeId: SessionId,
    revision: z.int().min(2),
    changes: z.object(runtimeFacts).partial(),
  }),
  body: null,
});

/** The redacted summary of an egress policy (F1-086…F1-103), in the very fields that may leave the house. */
export const egressFacts = {
  sandboxId: Word,
  /** The session or runtime that it is for; null while that is not known. */
  sessionId: SessionId.nullable(),
  /** Other names under which it is looked up; of one session the newest policy counts, under whichever it came (F1-136). */
  aliases: z.array(Word).max(16),
  owner: Label.nullable(),
  allowedHosts: z.array(HostName).max(512),
  githubRepo: GithubRepo.nullable(),
  githubCredentialSource: z.enum(["none", "session", "worker"]),
  hasGithubToken: z.boolean(),
  hasGithubRepoNodeId: z.boolean(),
  hasOpenaiOrg: z.boolean(),
  openaiBaseUrlHost: HostName.nullable(),
} as const;

export const EgressRegistered = eventKind({
  type: "egress.registered",
  version: 1,
  lane: "decided",
  data: z.object(egressFacts),
  body: null,
});

export const CheckpointRegistered = eventKind({
  type: "checkpoint.registered",
  version: 1,
  lane: "decided",
  data: z.object({
    sessionId: SessionId,
    checkpointId: Word,
    kind: Word,
    bytes: z.int().min(0),
    digest: Digest.nullable(),
    madeAt: AtMs,
  }),
  body: null,
});

/** Whose sessions a unix user's are on a host (DESIGN 14.20); null takes it back. */
export const OwnerMapped = eventKind({
  type: "owner.mapped",
  version: 1,
  lane: "decided",
  data: z.object({ hostId: HostId, unixUser: Word, owner: Label.nullable() }),
  body: null,
});
