/** What policy decided or recorded. Lane: decided. */
import { z } from "zod";
import { AtMs, CommandId, Digest, HostId, TokenId } from "./ids.ts";
import { eventKind, Label, Word } from "./kind.ts";

/** Who asks, as the channel proved it. */
export const Role = z.enum(["viewer", "operator", "auditor", "admin", "claw", "session", "host"]);
export type Role = z.infer<typeof Role>;

export const Principal = z.object({
  kind: z.enum(["person", "claw", "session", "host", "house"]),
  name: Label,
  role: Role,
});
export type Principal = z.infer<typeof Principal>;

/** A policy process took the lead. Its next append at the decided lane's head proves that it still has it. */
export const PolicyLed = eventKind({
  type: "policy.led",
  version: 1,
  lane: "decided",
  data: z.object({ leader: Word }),
  body: null,
});

const asked = {
  commandId: CommandId,
  commandType: Word,
  /** Of the command's canonical text: the same id with another digest is `command_id_reused` (DESIGN 14.8). */
  digest: Digest,
  principal: Principal,
};

export const CommandAccepted = eventKind({
  type: "command.accepted",
  version: 1,
  lane: "decided",
  data: z.object(asked),
  body: null,
});

/** Saying no is a fact: the code names the rule, `facts` hold the values that were seen. */
export const CommandRefused = eventKind({
  type: "command.refused",
  version: 1,
  lane: "decided",
  data: z.object({ ...asked, code: Word, facts: z.record(Word, z.union([Label, z.number(), z.null()])) }),
  body: null,
});

/** A host may join, with this token. The token itself is known to nobody but the host. */
export const HostAdded = eventKind({
  type: "host.added",
  version: 1,
  lane: "decided",
  data: z.object({ hostId: HostId, tokenId: TokenId, tokenDigest: Digest, until: AtMs.nullable() }),
  body: null,
});

export const TokenCreated = eventKind({
  type: "token.created",
  version: 1,
  lane: "decided",
  data: z.object({ tokenId: TokenId, tokenDigest: Digest, principal: Principal, until: AtMs.nullable() }),
  body: null,
});

export const TokenRevoked = eventKind({
  type: "token.revoked",
  version: 1,
  lane: "decided",
  data: z.object({ tokenId: TokenId, reason: Label }),
  body: null,
});

/** Somebody asked to fold a quarantined entry again. `position` names the entry. */
export const QuarantineRetried = eventKind({
  type: "quarantine.retried",
  version: 1,
  lane: "decided",
  data: z.object({ position: z.int().min(1) }),
  body: null,
});

/** Somebody decided to live without a quarantined entry, and said why. The evidence stays. */
export const QuarantineWaived = eventKind({
  type: "quarantine.waived",
  version: 1,
  lane: "decided",
  data: z.object({ position: z.int().min(1), reason: Label }),
  body: null,
});
