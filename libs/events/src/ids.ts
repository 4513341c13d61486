/**
 * The ids of the house, branded so that one is never passed for another.
 *
 * `Token` is the alphabet of everything that may stand in a subject or a URL segment: it has no dot, star, space or control
 * byte, so an id can never widen a subscription (RELIABILITY, NATS rule 8). Ids that Codex mints for turns and items are
 * wider, because Codex chooses them; they never become part of a subject.
 */
import { z } from "zod";

const token = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "lower-case letters, digits, _ and -, at most 63");
const codexId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/, "letters, digits and _.:- , at most 128");

/** One machine with a connector. */
export const HostId = token.brand<"HostId">();
export type HostId = z.infer<typeof HostId>;

/** One reachable `codex app-server` on a host: unique within the host, chosen by configuration, never derived from a URL (X1-024). */
export const EndpointId = token.brand<"EndpointId">();
export type EndpointId = z.infer<typeof EndpointId>;

/** Our record of one Codex thread; equals the Codex thread id (S1-048). */
export const SessionId = token.brand<"SessionId">();
export type SessionId = z.infer<typeof SessionId>;

export const TurnId = codexId.brand<"TurnId">();
export type TurnId = z.infer<typeof TurnId>;

export const ItemId = codexId.brand<"ItemId">();
export type ItemId = z.infer<typeof ItemId>;

/** Names a command for ever: the same id with the same content is one command. */
export const CommandId = token.brand<"CommandId">();
export type CommandId = z.infer<typeof CommandId>;

/** Names a bearer token without being one; safe to show. */
export const TokenId = token.brand<"TokenId">();
export type TokenId = z.infer<typeof TokenId>;

/** One ledger: a projector's durable copy of the log. Made once, with its file. */
export const LedgerId = token.brand<"LedgerId">();
export type LedgerId = z.infer<typeof LedgerId>;

/** A group of Claws. */
export const GroupId = token.brand<"GroupId">();
export type GroupId = z.infer<typeof GroupId>;
export const DEFAULT_GROUP = "default" as GroupId;

/** 128 random bits in hex: one life of a host's outbox. A restored or cloned outbox starts a new one. */
export const Epoch = z
  .string()
  .regex(/^[0-9a-f]{32}$/, "32 hex digits")
  .brand<"Epoch">();
export type Epoch = z.infer<typeof Epoch>;

/** SHA-256 in hex. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits");
export type Digest = z.infer<typeof Digest>;

/** An entry's name: the same id is the same entry, however often it is sent. Segments are joined by `/`. */
export const EntryId = z
  .string()
  .regex(/^[a-z]+(\/[A-Za-z0-9_.:-]{1,128}){1,4}$/, "a kind and one to four segments")
  .brand<"EntryId">();
export type EntryId = z.infer<typeof EntryId>;

/** Epoch milliseconds. Anything outside 2001…2100 is a broken clock or an attack, not a time. */
export const AtMs = z.int().min(1_000_000_000_000).max(4_102_444_800_000);
export type AtMs = z.infer<typeof AtMs>;

/** An entry's number in the log; the first is 1. Never leaves the services. */
export type Sequence = number & { readonly __sequence: unique symbol };
/** An entry's number in the ledger, the only order that readers see. On the SQLite log it equals the sequence. */
export type Position = number & { readonly __position: unique symbol };

/** Before the first entry: the head of an empty lane, and where a reader of everything starts. */
export const NONE = 0;

export const sequence = (n: number): Sequence => n as Sequence;
export const position = (n: number): Position => n as Position;

/** The entry id of a fact that a host observed: its place in that host's outbox. */
export const hostEntryId = (hostId: HostId, epoch: Epoch, seq: number): EntryId =>
  `host/${hostId}/${epoch}/${seq}` as EntryId;
