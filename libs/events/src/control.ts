/** What policy decided or recorded. Lane: decided. */
import { z } from "zod";
import { AtMs, CommandId, Digest, GroupId, HostId, LedgerId, SessionId, TokenId } from "./ids.ts";
import { Instruction } from "./instruction.ts";
import { eventKind, Label, Text, Word } from "./kind.ts";
import { Origin } from "./origin.ts";

/** Who asks, as the channel proved it. */
export const Role = z.enum(["viewer", "operator", "auditor", "admin", "claw", "session", "host"]);
export type Role = z.infer<typeof Role>;

export const Principal = z.object({
  kind: z.enum(["person", "claw", "session", "host", "house"]),
  name: Label,
  role: Role,
  /** The group of a Claw. */
  group: GroupId.nullable().optional(),
  /** Of a reader that is bound to one tree (X1-005): it sees the sessions of this root, nothing else as if it were there, and asks for nothing. */
  root: SessionId.exactOptional(),
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

/** Where a command goes that a host has to carry out, until when, and what caused it. Its text is the body. */
export const CommandAccepted = eventKind({
  type: "command.accepted",
  version: 1,
  lane: "decided",
  data: z.object({
    ...asked,
    hostId: HostId.optional(),
    /** What it is about, where no host has to do anything and the command names a session. */
    sessionId: SessionId.optional(),
    instruction: Instruction.optional(),
    origin: Origin.optional(),
    deadlineAt: AtMs.optional(),
    /** Why, as whoever asked said it. Nobody has to, and decisions of the first versions never do. */
    reason: Label.optional(),
  }),
  body: z.object({ text: Text }),
});

/** Saying no is a fact: the code names the rule, `facts` hold the values that were seen. */
export const CommandRefused = eventKind({
  type: "command.refused",
  version: 1,
  lane: "decided",
  data: z.object({
    ...asked,
    code: Word,
    facts: z.record(Word, z.union([Label, z.number(), z.null()])),
    /** The rule that said no. Decisions of the first versions do not name it. */
    rule: Word.optional(),
    sessionId: SessionId.optional(),
    origin: Origin.optional(),
    /** The session that asked, as the channel proved it: whose refusal this is, also where no cause is known. The first versions do not say it. */
    viaSessionId: SessionId.optional(),
  }),
  body: null,
});

/** A host may join, with this token. The token itself is known to nobody but the host. */
export const HostAdded = eventKind({
  type: "host.added",
  version: 1,
  lane: "decided",
  data: z.object({
    hostId: HostId,
    tokenId: TokenId,
    tokenDigest: Digest,
    until: AtMs.nullable(),
    group: GroupId.optional(),
  }),
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

/** This ledger is of record from here on: its commits free outboxes, and it alone may begin a generation of the log (DESIGN 14.2). */
export const LedgerClaimed = eventKind({
  type: "ledger.claimed",
  version: 1,
  lane: "decided",
  data: z.object({ ledgerId: LedgerId, reason: Label }),
  body: null,
});

/** Entries before this position may leave the log; the ledger keeps them. The projector of record does it, by a new generation (ADR 0010). */
export const LogTrimmed = eventKind({
  type: "log.trimmed",
  version: 1,
  lane: "decided",
  data: z.object({ before: z.int().min(2), reason: Label }),
  body: null,
});

/** Whether new work may be placed on a host. `cordoned`: none; `draining`: none, and the host is about to be taken away. */
export const Placement = z.enum(["open", "cordoned", "draining"]);
export type Placement = z.infer<typeof Placement>;

export const HostPlaced = eventKind({
  type: "host.placed",
  version: 1,
  lane: "decided",
  data: z.object({ hostId: HostId, placement: Placement, reason: Label }),
  body: null,
});

/** A token ends earlier than it was made for: the one before a rotation, which stays good until the host has the new one. */
export const TokenLimited = eventKind({
  type: "token.limited",
  version: 1,
  lane: "decided",
  data: z.object({ tokenId: TokenId, until: AtMs }),
  body: null,
});
