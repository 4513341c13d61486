/** Commands that touch a session or the right to write to one, and those that change the house's rules. */
import { z } from "zod";
import { CommandId, SessionId, TurnId } from "./ids.ts";
import { SwitchScope } from "./house-rules.ts";
import { SendMode } from "./instruction.ts";
import { PlainWord, Reason, Text } from "./kind.ts";
import { LeaseId } from "./lease.ts";

const commandId = CommandId;
const target = z.strictObject({ sessionId: SessionId });
const reason = Reason;
/** Nobody has to say why; what was said stands in the acceptance. Left out where it was not, so that the digest of a command without one is what it always was. */
const mayReason = Reason.exactOptional();
/** How long the command may wait for its host. What comes later is not done. */
const deadlineMs = (usual: number) => z.int().min(1_000).max(600_000).default(usual);

export const DEFAULT_DEADLINE_MS = 30_000;
export const DEFAULT_LEASE_TTL_MS = 30_000;

/** Text for a session: it starts a turn in an idle one, and goes into the expected turn of an active one (S1-089…091). */
export const SessionSend = z.strictObject({
  type: z.literal("session.send"),
  commandId,
  target,
  text: Text.min(1),
  mode: SendMode.default("auto"),
  expectedTurnId: TurnId.nullable().default(null),
  reason: mayReason,
  deadlineMs: deadlineMs(DEFAULT_DEADLINE_MS),
});

/** Ends the active turn of a session. Without `expectedTurnId` it is the one that policy sees. */
export const SessionInterrupt = z.strictObject({
  type: z.literal("session.interrupt"),
  commandId,
  target,
  expectedTurnId: TurnId.nullable().default(null),
  reason: mayReason,
  deadlineMs: deadlineMs(DEFAULT_DEADLINE_MS),
});

/** The lease is named by this command's id. */
export const LeaseAcquire = z.strictObject({
  type: z.literal("lease.acquire"),
  commandId,
  target,
  ttlMs: z.int().min(5_000).max(300_000).default(DEFAULT_LEASE_TTL_MS),
  reason: mayReason,
});
export const LeaseRenew = z.strictObject({ type: z.literal("lease.renew"), commandId, leaseId: LeaseId });
export const LeaseRelease = z.strictObject({
  type: z.literal("lease.release"),
  commandId,
  leaseId: LeaseId,
  reason: mayReason,
});
export const LeaseBreak = z.strictObject({ type: z.literal("lease.break"), commandId, target, reason });

export const SwitchCommand = z.strictObject({
  type: z.literal("switch.set"),
  commandId,
  scope: SwitchScope,
  id: PlainWord.nullable().default(null),
  state: z.enum(["halted", "running"]),
  reason,
});

/** `value` null takes the limit back to its default. */
export const PolicyCommand = z.strictObject({
  type: z.literal("policy.set"),
  commandId,
  limit: PlainWord,
  value: z.int().min(0).nullable(),
  reason,
});
