/**
 * Commands: what callers ask of policy. In this version only those that record something and touch no session.
 * A command is named by its `commandId`; secrets never travel in one, only their digests.
 */
import { z } from "zod";
import { canonical, type Json } from "./canonical.ts";
import { Principal, Role } from "./control.ts";
import { sha256 } from "./digest.ts";
import { AtMs, CommandId, Digest, HostId, TokenId } from "./ids.ts";
import { Label } from "./kind.ts";

export const Command = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("host.add"),
    commandId: CommandId,
    hostId: HostId,
    tokenId: TokenId,
    tokenDigest: Digest,
    until: AtMs.nullable(),
  }),
  z.strictObject({
    type: z.literal("token.create"),
    commandId: CommandId,
    tokenId: TokenId,
    tokenDigest: Digest,
    name: Label,
    role: Role.exclude(["session", "host"]),
    until: AtMs.nullable(),
  }),
  z.strictObject({ type: z.literal("token.revoke"), commandId: CommandId, tokenId: TokenId, reason: Label }),
  z.strictObject({ type: z.literal("quarantine.retry"), commandId: CommandId, position: z.int().min(1) }),
  z.strictObject({
    type: z.literal("quarantine.waive"),
    commandId: CommandId,
    position: z.int().min(1),
    reason: Label.min(1),
  }),
]);
export type Command = z.infer<typeof Command>;

/** A command with who asks, as the channel proved it, and when policy's intake took it. */
export interface Asked {
  readonly command: Command;
  readonly principal: Principal;
  readonly at: number;
}

/** The digest by which a repeat is told from another command under the same id. */
export const commandDigest = (command: Command): Digest => sha256(canonical(command as unknown as Json));
