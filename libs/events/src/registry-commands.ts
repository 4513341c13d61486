/** Commands that register what no connector reports. Strict: a key that is not known is refused by name, so that no secret slips in beside the fields. */
import { z } from "zod";
import { AtMs, CommandId, Digest, HostId, SessionId } from "./ids.ts";
import { PlainLabel, PlainWord } from "./kind.ts";
import { egressFacts, runtimeFacts } from "./registry.ts";

const commandId = CommandId;
const plain = {
  ...runtimeFacts,
  backing: PlainWord,
  branch: PlainLabel.nullable(),
  owner: PlainLabel.nullable(),
  leaseId: PlainWord.nullable(),
  sandboxId: PlainWord.nullable(),
};

/** Registers a runtime, or begins its life anew where it came to its end. One that lives is changed by `runtime.update` alone. */
export const RuntimeRegister = z.strictObject({
  type: z.literal("runtime.register"),
  commandId,
  runtimeId: SessionId,
  runtime: plain.runtime,
  backing: plain.backing,
  status: plain.status,
  repo: plain.repo.default(null),
  branch: plain.branch.default(null),
  owner: plain.owner.default(null),
  attachUrl: plain.attachUrl.default(null),
  vnc: plain.vnc.default(false),
  leaseId: plain.leaseId.default(null),
  leaseUntil: plain.leaseUntil.default(null),
  sandboxId: plain.sandboxId.default(null),
  hostId: plain.hostId.default(null),
});

/** Changes a runtime whose `revision` was seen; of another it is refused (`runtime_changed`). */
export const RuntimeUpdate = z.strictObject({
  type: z.literal("runtime.update"),
  commandId,
  runtimeId: SessionId,
  revision: z.int().min(1),
  changes: z.strictObject(plain).partial(),
});

export const EgressRegister = z.strictObject({
  type: z.literal("egress.register"),
  commandId,
  ...egressFacts,
  sandboxId: PlainWord,
  sessionId: egressFacts.sessionId.default(null),
  aliases: z.array(PlainWord).max(16).default([]),
  owner: PlainLabel.nullable().default(null),
  githubRepo: egressFacts.githubRepo.default(null),
  openaiBaseUrlHost: egressFacts.openaiBaseUrlHost.default(null),
});

export const CheckpointRegister = z.strictObject({
  type: z.literal("checkpoint.register"),
  commandId,
  target: z.strictObject({ sessionId: SessionId }),
  checkpointId: PlainWord,
  kind: PlainWord,
  bytes: z.int().min(0),
  digest: Digest.nullable().default(null),
  madeAt: AtMs,
});

/** `owner` null takes it back. */
export const OwnerMap = z.strictObject({
  type: z.literal("owner.map"),
  commandId,
  hostId: HostId,
  unixUser: PlainWord,
  owner: PlainLabel.min(1).nullable(),
});
