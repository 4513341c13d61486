/** Commands about the registry, archives, sign-ins, shares and attention, for tests of their rules. */
import {
  type CommandId,
  type CommandOf,
  type CommandType,
  type HostId,
  type Principal,
  sha256,
  type TokenId,
} from "@claw/events";
import { AT, principalOf } from "./given.ts";
import { cid, sid } from "./given-writes.ts";

let last = 0;
const nextId = (): CommandId => cid(`registry-${(last += 1)}`);
type Given<Type extends CommandType> = Partial<Omit<CommandOf<Type>, "type">>;

/** Who asks for what only the house itself can know. */
export const gateway: Principal = { kind: "house", name: "gateway", role: "admin" };

export const runtimeRegister = (
  id: string,
  given: Given<"runtime.register"> = {},
): CommandOf<"runtime.register"> => ({
  type: "runtime.register",
  commandId: nextId(),
  runtimeId: sid(id),
  runtime: "container",
  backing: "github-actions",
  status: "ready",
  repo: "acme/shop",
  branch: "main",
  owner: "alice",
  attachUrl: "https://runs.example.invalid/1",
  vnc: false,
  leaseId: null,
  leaseUntil: null,
  sandboxId: null,
  hostId: null,
  ...given,
});

export const runtimeUpdate = (
  id: string,
  revision: number,
  changes: CommandOf<"runtime.update">["changes"] = {},
): CommandOf<"runtime.update"> => ({
  type: "runtime.update",
  commandId: nextId(),
  runtimeId: sid(id),
  revision,
  changes,
});

export const egressRegister = (given: Given<"egress.register"> = {}): CommandOf<"egress.register"> => ({
  type: "egress.register",
  commandId: nextId(),
  sandboxId: "sandbox-1",
  sessionId: null,
  aliases: [],
  owner: "alice",
  allowedHosts: ["api.example.invalid"],
  githubRepo: "acme/shop",
  githubCredentialSource: "session",
  hasGithubToken: true,
  hasGithubRepoNodeId: false,
  hasOpenaiOrg: false,
  openaiBaseUrlHost: "api.example.invalid",
  ...given,
});

export const checkpointRegister = (
  of: string,
  given: Given<"checkpoint.register"> = {},
): CommandOf<"checkpoint.register"> => ({
  type: "checkpoint.register",
  commandId: nextId(),
  target: { sessionId: sid(of) },
  checkpointId: "checkpoint-1",
  kind: "workspace",
  bytes: 4_096,
  digest: sha256("a workspace"),
  madeAt: AT,
  ...given,
});

export const ownerMap = (host: string, unixUser: string, owner: string | null): CommandOf<"owner.map"> => ({
  type: "owner.map",
  commandId: nextId(),
  hostId: host as HostId,
  unixUser,
  owner,
});

const part = { bytes: 10, digest: sha256("a part") };
export const recordArchive = (of: string): CommandOf<"record.archive"> => ({
  type: "record.archive",
  commandId: nextId(),
  sessionId: sid(of),
  version: 1,
  position: 7,
  events: 3,
  status: "failed",
  failure: "systemError",
  isFinal: true,
  parts: { events: part, transcript: part, summary: part },
});
export const recordArchiveDeleted = (of: string): CommandOf<"record.archive_deleted"> => ({
  type: "record.archive_deleted",
  commandId: nextId(),
  sessionId: sid(of),
  version: 1,
  reason: "kept long enough",
});

export const recordSignIn = (given: Given<"record.signin"> = {}): CommandOf<"record.signin"> => ({
  type: "record.signin",
  commandId: nextId(),
  signInId: "signin-1" as TokenId,
  digest: sha256("a cookie"),
  principal: principalOf("operator"),
  how: "oidc",
  tokenId: null,
  until: AT + 60_000,
  ...given,
});
export const recordSignOut = (): CommandOf<"record.signout"> => ({
  type: "record.signout",
  commandId: nextId(),
  signInId: "signin-1" as TokenId,
  reason: "signed out",
});

/** Of a session, to bob, to look at. */
export const share = (id: string, given: Given<"share.grant"> = {}): CommandOf<"share.grant"> => ({
  type: "share.grant",
  commandId: nextId(),
  scope: "session",
  id,
  to: "bob",
  level: "viewer",
  until: null,
  ...given,
});
export const breakGlass = (of: string): CommandOf<"share.break_glass"> => ({
  type: "share.break_glass",
  commandId: nextId(),
  target: { sessionId: sid(of) },
  reason: "an incident",
});

export const snooze = (
  key = "waiting/s1/q1",
  given: Given<"attention.snooze"> = {},
): CommandOf<"attention.snooze"> => ({
  type: "attention.snooze",
  commandId: nextId(),
  key,
  until: AT + 60_000,
  reason: "after lunch",
  ...given,
});
export const assign = (
  key = "waiting/s1/q1",
  to: string | null = "alice",
): CommandOf<"attention.assign"> => ({
  type: "attention.assign",
  commandId: nextId(),
  key,
  to,
});

/** A person of that name. */
export const person = (name: string, role: Principal["role"] = "viewer"): Principal => ({
  kind: "person",
  name,
  role,
});
