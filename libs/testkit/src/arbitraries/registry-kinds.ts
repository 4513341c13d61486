/** Random facts of the registry, of archives, sign-ins, shares and attention. */
import fc from "fast-check";
import { principal } from "./causes.ts";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

const githubRepo = fc.constantFrom("acme/shop", "acme/billing");
const hostName = fc.constantFrom("api.example.invalid", "*.example.invalid", "registry.example.invalid");
const revision = fc.integer({ min: 1, max: 4 });
const bytes = id.count;

const facts = {
  runtime: fc.constantFrom("crabbox" as const, "container" as const),
  backing: id.word,
  status: fc.constantFrom(
    "provisioning" as const,
    "pending_adapter" as const,
    "ready" as const,
    "attached" as const,
    "detached" as const,
    "stopped" as const,
    "failed" as const,
  ),
  repo: id.orNull(githubRepo),
  branch: id.orNull(id.label),
  owner: id.orNull(id.label),
  attachUrl: id.orNull(fc.constantFrom("ssh://one.example.invalid/a", "https://one.example.invalid/attach")),
  vnc: fc.boolean(),
  leaseId: id.orNull(id.word),
  leaseUntil: id.orNull(id.at),
  sandboxId: id.orNull(id.word),
  hostId: id.orNull(id.hostId),
};

const part = fc.record({ bytes, digest: id.digest });
const by = id.label;

export const registryKinds = {
  "runtime.registered": kind(
    "runtime.registered",
    fc.record({ runtimeId: id.sessionId, revision, ...facts }),
  ),
  "runtime.updated": kind(
    "runtime.updated",
    fc.record({
      runtimeId: id.sessionId,
      revision: fc.integer({ min: 2, max: 5 }),
      changes: fc.record(facts, { requiredKeys: [] }),
    }),
  ),
  "egress.registered": kind(
    "egress.registered",
    fc.record({
      sandboxId: id.word,
      sessionId: id.orNull(id.sessionId),
      aliases: fc.array(id.word, { maxLength: 3 }),
      owner: id.orNull(id.label),
      allowedHosts: fc.array(hostName, { maxLength: 4 }),
      githubRepo: id.orNull(githubRepo),
      githubCredentialSource: fc.constantFrom("none", "session", "worker"),
      hasGithubToken: fc.boolean(),
      hasGithubRepoNodeId: fc.boolean(),
      hasOpenaiOrg: fc.boolean(),
      openaiBaseUrlHost: id.orNull(hostName),
    }),
  ),
  "checkpoint.registered": kind(
    "checkpoint.registered",
    fc.record({
      sessionId: id.sessionId,
      checkpointId: id.word,
      kind: id.word,
      bytes,
      digest: id.orNull(id.digest),
      madeAt: id.at,
    }),
  ),
  "owner.mapped": kind(
    "owner.mapped",
    fc.record({ hostId: id.hostId, unixUser: id.word, owner: id.orNull(id.label) }),
  ),
  "archive.finalised": kind(
    "archive.finalised",
    fc.record({
      sessionId: id.sessionId,
      version: revision,
      position: fc.integer({ min: 1, max: 40 }),
      events: id.count,
      status: id.word,
      failure: id.orNull(id.word),
      isFinal: fc.boolean(),
      parts: fc.record({ events: part, transcript: part, summary: part }),
      archivedAt: id.at,
    }),
  ),
  "archive.deleted": kind(
    "archive.deleted",
    fc.record({ sessionId: id.sessionId, version: revision, reason: id.word }),
  ),
  "signin.opened": kind(
    "signin.opened",
    fc.record({
      signInId: id.tokenId,
      digest: id.digest,
      principal,
      how: fc.constantFrom("oidc", "token", "link"),
      tokenId: id.orNull(id.tokenId),
      until: id.at,
    }),
  ),
  "signin.closed": kind("signin.closed", fc.record({ signInId: id.tokenId, reason: id.label })),
  "share.granted": kind(
    "share.granted",
    fc.record({
      scope: fc.constantFrom("session", "owner"),
      id: fc.oneof(id.sessionId, id.label),
      to: id.label,
      level: id.orNull(fc.constantFrom("viewer", "controller")),
      until: id.orNull(id.at),
      by,
    }),
  ),
  "glass.broken": kind(
    "glass.broken",
    fc.record({ sessionId: id.sessionId, by, until: id.at, reason: id.label }),
  ),
  "attention.snoozed": kind(
    "attention.snoozed",
    fc.record({
      key: fc.constantFrom("waiting/thread-1/0", "failing/thread-2/T1"),
      until: id.orNull(id.at),
      by,
      reason: id.label,
    }),
  ),
  "attention.assigned": kind(
    "attention.assigned",
    fc.record({
      key: fc.constantFrom("waiting/thread-1/0", "failing/thread-2/T1"),
      to: id.orNull(id.label),
      by,
    }),
  ),
} satisfies Partial<Kinds>;
