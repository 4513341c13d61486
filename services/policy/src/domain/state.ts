/** What the house is made of: the types of what decisions made, and the house before the first of them. */
import type {
  Act,
  CommandId,
  DataOf,
  Digest,
  FencingToken,
  Grant,
  GrantKey,
  GroupId,
  HostId,
  LeaseId,
  LedgerId,
  LimitName,
  Origin,
  Placement,
  Principal,
  Role,
  RootId,
  Ruling,
  RulingKey,
  SessionId,
  Temper,
  ThreadSettings,
  TokenId,
} from "@claw/events";
import { Keyed } from "./keyed.ts";

/** A bearer token as a fact. `hostId` is set for the token of a host. */
export interface KnownToken {
  readonly tokenId: TokenId;
  readonly digest: Digest;
  readonly role: Role;
  readonly hostId: HostId | null;
  /** Epoch ms; from then on it is expired. Null: never. */
  readonly until: number | null;
  readonly isRevoked: boolean;
}

/** A writer lease. Offered until its host has fenced, then in force; when it runs out is the leader's memory (`lease-clock.ts`), not the log's. */
export interface Lease {
  readonly leaseId: LeaseId;
  readonly sessionId: SessionId;
  readonly hostId: HostId;
  readonly holder: Principal;
  readonly token: FencingToken;
  readonly ttlMs: number;
  readonly state: "offered" | "inForce";
  /** Epoch ms until which an offer stands. */
  readonly offerUntil: number;
  /** Epoch ms since which it is in force; null while it is offered. */
  readonly grantedAt: number | null;
}

/** What the house decided about writing to a session. */
export interface Desk {
  /** The newest token that was given out for the session; null before the first. */
  readonly token: FencingToken | null;
  readonly lease: Lease | null;
  /** The newest accepted command that may start a turn. Whether it still may, `outstandingStart` says: outcomes are observed, not decided. */
  readonly startingCommandId: CommandId | null;
  /** The newest sends that were accepted for it, oldest first, at most `MAX_RECENT`: what may have gone into its turn before anybody saw it. */
  readonly recent: readonly CommandId[];
  /** The newest accepted interrupt. */
  readonly interruptingCommandId?: CommandId;
  /** When something of it was decided last, epoch ms. */
  readonly at: number;
}

/** Sends of a session that are remembered as on their way. Where more are, which takes long deadlines at full rates, the oldest is no cause any more. */
export const MAX_RECENT = 64;

/** An accepted command that a host carries out. Kept as long as a turn may still name it as its cause (`KEPT_MS`). */
export interface KnownCommand {
  readonly commandId: CommandId;
  readonly sessionId: SessionId;
  readonly hostId: HostId;
  readonly origin: Origin;
  readonly kind: Act["kind"];
  readonly token: FencingToken;
  readonly at: number;
  readonly deadlineAt: number;
  /** `command.overdue` was said of it. */
  readonly isOverdue: boolean;
}

/** A session that was asked for and accepted. Kept for `SPAWNS_KEPT_MS`, longer than its command. */
export interface Spawn {
  readonly commandId: CommandId;
  /** The name under which it was asked for (`requestedSession`). Which thread it became is observed, not decided. */
  readonly sessionId: SessionId;
  /** The session that asked for it; null for people and Claws. */
  readonly parentId: SessionId | null;
  /** Whose it is, by who asked for it (`ownerAsking`); null where a session did. */
  readonly owner: string | null;
  readonly hostId: HostId;
  /** What it may touch; null where that was left to its host. */
  readonly sandbox: ThreadSettings["sandbox"];
  /** Epoch ms. */
  readonly at: number;
}

/** A question of Codex that somebody decided. */
export interface Answered {
  readonly requestId: string;
  readonly commandId: CommandId;
  /** Epoch ms. */
  readonly at: number;
}

/** Decided questions of a session that are remembered, so that nothing is answered twice: more than it can have open at a time. */
export const MAX_ANSWERED = 256;

/** How questions are answered in a scope (`policy.approvals`). */
export interface QuestionRuling extends Ruling {
  /** How long people are asked before it is declined, in ms; for `ask` alone. */
  readonly waitMs: number | null;
  /** What the whole subject has to look like; for `accept` alone. */
  readonly pattern: string | null;
}

/** A first cause, and the sends and spawns that were accepted because of it. */
export interface Root {
  /** Its first send, epoch ms. */
  readonly startedAt: number;
  /** Its newest send, epoch ms. */
  readonly lastAt: number;
  /** All of them, at most as many as its budget: the tokens of their turns are looked up in what was observed. */
  readonly commandIds: readonly CommandId[];
  /** How many of them were to start a turn. */
  readonly starts: number;
  /** Accepted sends by directed edge, `<from>/<to>`. */
  readonly edges: ReadonlyMap<string, number>;
}

/** A token bucket as it was at a time. It fills by itself. */
export interface Bucket {
  readonly level: number;
  readonly at: number;
}

/** A host that was ever added: whether new work may be placed on it, and the group that looks after its sessions. */
export interface KnownHost {
  readonly placement: Placement;
  readonly group: GroupId;
}

/** A runtime that was registered, as far as rules look at it. */
export interface KnownRuntime {
  /** Of its last change; a change names the one that it saw. */
  readonly revision: number;
  readonly status: DataOf<"runtime.registered">["status"];
  /** Epoch ms; from then on it is expired. Null: never. */
  readonly leaseUntil: number | null;
  /** Null where nobody said. */
  readonly owner: string | null;
  /** When it was changed last, epoch ms. */
  readonly at: number;
}

/** Which commands were decided is not part of it: the seat remembers that, under the entry id of each (see `entry-ids.ts`). */
export interface House {
  readonly desks: Keyed<SessionId, Desk>;
  readonly commands: Keyed<CommandId, KnownCommand>;
  readonly roots: Keyed<RootId, Root>;
  /** Sessions that were asked for, by the name under which they were. */
  readonly spawns: Keyed<SessionId, Spawn>;
  /** Of each session that spawned others, their names in `spawns`. */
  readonly children: Keyed<SessionId, readonly SessionId[]>;
  /** Questions that were decided, by their sessions; oldest first, at most `MAX_ANSWERED`. */
  readonly answers: Keyed<SessionId, readonly Answered[]>;
  readonly buckets: Keyed<string, Bucket>;
  readonly tempers: Keyed<string, Temper>;
  /** When what is over was last swept out of the maps above, epoch ms. */
  readonly sweptAt: number;
  /** No session without a desk was ever given a token with a higher counter: desks are swept out too, and tokens only grow all the same. */
  readonly counterFloor: number;
  /** Leases that are offered or in force, by their ids. */
  readonly leases: Keyed<LeaseId, SessionId>;
  /** The kill switches that are set, by `<scope>/<id>` or `global`, with the reason. */
  readonly halted: ReadonlyMap<string, string>;
  /** What sessions may do beside what is open to all of them, by right and scope. */
  readonly grants: ReadonlyMap<GrantKey, Grant>;
  /** How questions are answered, by kind and scope. */
  readonly rulings: ReadonlyMap<RulingKey, QuestionRuling>;
  /** Limits that differ from their defaults. */
  readonly limits: ReadonlyMap<LimitName, number>;
  readonly tokens: ReadonlyMap<TokenId, KnownToken>;
  /** Every host that was ever added. */
  readonly hosts: ReadonlyMap<HostId, KnownHost>;
  readonly runtimes: Keyed<SessionId, KnownRuntime>;
  /** No runtime that was swept out had a higher revision: who begins anew goes on above it, so that a late word of its former life changes nothing (X1-011). */
  readonly revisionFloor: number;
  /** Whose sessions those of a host's unix users are, by `ownerKey`. */
  readonly owners: ReadonlyMap<string, string>;
  /** The ledger of record, as the last claim says; null until there is one. */
  readonly recordLedgerId: LedgerId | null;
  /** Entries before this position may have left the log; 0 where it was never trimmed. */
  readonly trimmedBefore: number;
}

export const emptyHouse: House = {
  desks: Keyed.empty(),
  commands: Keyed.empty(),
  roots: Keyed.empty(),
  spawns: Keyed.empty(),
  children: Keyed.empty(),
  answers: Keyed.empty(),
  buckets: Keyed.empty(),
  tempers: Keyed.empty(),
  sweptAt: 0,
  counterFloor: 0,
  leases: Keyed.empty(),
  halted: new Map(),
  grants: new Map(),
  rulings: new Map(),
  limits: new Map(),
  tokens: new Map(),
  hosts: new Map(),
  runtimes: Keyed.empty(),
  revisionFloor: 0,
  owners: new Map(),
  recordLedgerId: null,
  trimmedBefore: 0,
};
