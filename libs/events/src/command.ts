/**
 * Commands: what callers ask of policy. A command is named by its `commandId`; secrets never travel in one, only their digests.
 */
import { z } from "zod";
import {
  LeaseAcquire,
  LeaseBreak,
  LeaseRelease,
  LeaseRenew,
  PolicyCommand,
  SessionInterrupt,
  SessionSend,
  SwitchCommand,
} from "./acting-commands.ts";
import { RecordArchive, RecordArchiveDeleted } from "./archives.ts";
import { AttentionAssign, AttentionSnooze } from "./attention.ts";
import { canonical, type Json } from "./canonical.ts";
import { Placement, Principal, Role } from "./control.ts";
import {
  ApprovalDecide,
  ApprovalTest,
  PolicyApprovals,
  PolicyGrant,
  ProgressReport,
  RecordAttempt,
} from "./deciding-commands.ts";
import { sha256 } from "./digest.ts";
import { AtMs, CommandId, Digest, GroupId, HostId, LedgerId, SessionId, TokenId } from "./ids.ts";
import { PlainLabel } from "./kind.ts";
import {
  CheckpointRegister,
  EgressRegister,
  OwnerMap,
  RuntimeRegister,
  RuntimeUpdate,
} from "./registry-commands.ts";
import { RecordSignIn, RecordSignOut, ShareBreakGlass, ShareCommand } from "./signing-in.ts";
import { SessionFork, SessionResume, SessionSpawn, SessionStop } from "./spawning-commands.ts";

export const Command = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("host.add"),
    commandId: CommandId,
    hostId: HostId,
    tokenId: TokenId,
    tokenDigest: Digest,
    until: AtMs.nullable(),
    /** The group that looks after the sessions of this host until one is assigned to another; left out, the default one. */
    group: GroupId.optional(),
  }),
  z.strictObject({
    type: z.literal("token.create"),
    commandId: CommandId,
    tokenId: TokenId,
    tokenDigest: Digest,
    name: PlainLabel,
    role: Role.exclude(["session", "host"]),
    /** The group that a Claw belongs to; left out, the default one. Nobody else has any. */
    group: GroupId.optional(),
    /** The one tree that a viewer's token reads, by the session at its top (X1-005); left out, all that the role may see. Nobody else has any. */
    root: SessionId.exactOptional(),
    until: AtMs.nullable(),
  }),
  z.strictObject({
    type: z.literal("token.revoke"),
    commandId: CommandId,
    tokenId: TokenId,
    reason: PlainLabel,
  }),
  z.strictObject({ type: z.literal("quarantine.retry"), commandId: CommandId, position: z.int().min(1) }),
  z.strictObject({
    type: z.literal("quarantine.waive"),
    commandId: CommandId,
    position: z.int().min(1),
    reason: PlainLabel.min(1),
  }),
  /** A projector's ledger becomes the one of record; the first one asks for it itself. */
  z.strictObject({
    type: z.literal("ledger.promote"),
    commandId: CommandId,
    ledgerId: LedgerId,
    reason: PlainLabel.min(1),
  }),
  z.strictObject({
    type: z.literal("log.trim"),
    commandId: CommandId,
    before: z.int().min(2),
    reason: PlainLabel.min(1),
  }),
  /** `placement: "open"` takes a cordon or a drain back. */
  z.strictObject({
    type: z.literal("host.cordon"),
    commandId: CommandId,
    hostId: HostId,
    placement: Placement.exclude(["draining"]),
    reason: PlainLabel.min(1),
  }),
  z.strictObject({
    type: z.literal("host.drain"),
    commandId: CommandId,
    hostId: HostId,
    reason: PlainLabel.min(1),
  }),
  /** A new token for a host; the one before stays good for `graceMs`, so that nobody is cut off in between. */
  z.strictObject({
    type: z.literal("host.rotate"),
    commandId: CommandId,
    hostId: HostId,
    tokenId: TokenId,
    tokenDigest: Digest,
    until: AtMs.nullable(),
    graceMs: z.int().min(0).max(604_800_000),
  }),
  SessionSend,
  SessionInterrupt,
  LeaseAcquire,
  LeaseRenew,
  LeaseRelease,
  LeaseBreak,
  SwitchCommand,
  PolicyCommand,
  SessionSpawn,
  SessionFork,
  SessionResume,
  SessionStop,
  ApprovalDecide,
  ApprovalTest,
  PolicyGrant,
  PolicyApprovals,
  ProgressReport,
  RecordAttempt,
  RuntimeRegister,
  RuntimeUpdate,
  EgressRegister,
  CheckpointRegister,
  OwnerMap,
  RecordArchive,
  RecordArchiveDeleted,
  RecordSignIn,
  RecordSignOut,
  ShareCommand,
  ShareBreakGlass,
  AttentionSnooze,
  AttentionAssign,
]);
export type Command = z.infer<typeof Command>;
export type CommandType = Command["type"];
export type CommandOf<Type extends CommandType> = Extract<Command, { type: Type }>;

/** A command with who asks, as the channel proved it, and when policy's intake took it. */
export interface Asked {
  readonly command: Command;
  readonly principal: Principal;
  readonly at: number;
}

/** The digest by which a repeat is told from another command under the same id. */
export const commandDigest = (command: Command): Digest => sha256(canonical(command as unknown as Json));
