/**
 * The uplink: the conversation of a connector with ingest, over one outbound WebSocket (S1-113, S1-155).
 *
 *     connector                                   ingest
 *     ── Authorization: Bearer clw_host_… ──▶     the token names the host; nothing in a frame does
 *     hello {epoch, nextSeq, firstHeld, …} ──▶    is the claim the token's? newer uplink closes older
 *                                          ◀──    welcome {confirmed, heartbeatMs, …}
 *     facts {epoch, entries…}              ──▶    in order from confirmed + 1; at most `window` unacknowledged
 *                                          ◀──    ack {epoch, through}: appended, will not be asked for again soon
 *                                          ◀──    watermark {epoch, confirmed, missing}: in the ledger; now the host may forget
 *     heartbeat {…}                        ──▶
 *                                          ◀──    pulse {nonce, at} answers, so that the round trip is known
 *     delta {…}                            ──▶    text as it streams; may be lost
 *                                          ◀──    page.read {requestId, …}: an older page of a transcript
 *     page {requestId, …}                  ──▶
 *                                          ◀──    placement {placement}: may new work be placed here (capability placement.v1)
 *                                          ◀──    command {commandId, instruction, text, remainingMs}: carry it out once, or say what became of it;
 *                                                 its outcome comes back as a fact (capability command.v1; spawn.v1 and answer.v1 for what they name)
 *                                          ◀──    fence {leaseId, …, token}: persist the token, and say so with a fact
 *                                          ◀──    refuse {code, retryAfterMs}: then the socket is closed
 *
 * JSON text frames, at most `MAX_FRAME_BYTES`. A fact's sequence starts at 1 in each epoch and has no holes. A host that was told of `missing`
 * ranges sends again from the first of them. An ack is a receipt of transport, the watermark is the proof.
 */
import {
  AtMs,
  Body,
  CommandId,
  Digest,
  EndpointId,
  Epoch,
  FencingToken,
  HostId,
  Instruction,
  Lane,
  LeaseId,
  MAX_EVENTS,
  Placement,
  SealedEvent,
  SessionId,
  Text,
  Word,
} from "@claw/events";
import { z } from "zod";

export const UPLINK_PROTOCOL = 1;
/** The WebSocket subprotocol, so that a browser or a stray client is not taken for a connector. */
export const UPLINK_SUBPROTOCOL = "claw-uplink.v1";
/** The largest frame either side sends or takes. */
export const MAX_FRAME_BYTES = 1_048_576;
/** Facts in one frame. */
export const MAX_FACTS = 256;
/** Facts that may be on the way without an ack. */
export const WINDOW = 1_024;

const seq = z.int().min(0);

/** One outbox row: an entry before it is stamped. The id, who says it and when it was recorded come from ingest. */
export const Fact = z.object({
  seq: z.int().min(1),
  lane: Lane,
  redactor: Word.nullable(),
  events: z.array(SealedEvent).min(1).max(MAX_EVENTS),
  bodies: z.array(Body.nullable()).max(MAX_EVENTS),
  /** Of lane, redactor and events, as the outbox stored it. */
  digest: Digest,
});
export type Fact = z.infer<typeof Fact>;

export const Hello = z.object({
  type: z.literal("hello"),
  protocol: z.int().min(1),
  /** A claim, compared with the token. */
  hostId: HostId,
  connectorVersion: Word,
  epoch: Epoch,
  /** The sequence that the next new fact will get. */
  nextSeq: z.int().min(1),
  /** The lowest sequence that the outbox still holds; `nextSeq` when it holds none. Connectors of the first versions do not say it. */
  firstHeld: z.int().min(1).optional(),
  outboxDepth: seq,
  /** The host's wall clock, for the offset. */
  at: AtMs,
  /** What this connector can do beyond protocol 1, such as `page.v1`, `placement.v1` or `command.v1` (X1-054). */
  capabilities: z.array(Word).max(32),
});
export type Hello = z.infer<typeof Hello>;

const Facts = z.object({
  type: z.literal("facts"),
  epoch: Epoch,
  entries: z.array(Fact).min(1).max(MAX_FACTS),
});

const Heartbeat = z.object({
  type: z.literal("heartbeat"),
  nonce: seq,
  at: AtMs,
  outboxDepth: seq,
  /** How old the oldest fact is that was never acknowledged; null when there is none. Above 5 s the host is catching up (DESIGN 14.10). */
  oldestUnsentAgeMs: z.number().min(0).nullable(),
  /** The round trip that the last pulse showed. */
  rttMs: z.number().min(0).nullable(),
});

/** Text of an item as it streams, redacted, never stored as a fact. */
const Delta = z.object({
  type: z.literal("delta"),
  sessionId: SessionId,
  turnId: Word,
  itemId: Word,
  text: z.string().max(16_384),
});

/** One page of older history in answer to `page.read`: open events with their bodies, newest turn last. */
const Page = z.object({
  type: z.literal("page"),
  requestId: Word,
  events: z.array(SealedEvent).max(1_000),
  bodies: z.array(Body.nullable()).max(1_000),
  nextCursor: z.string().max(4_096).nullable(),
  failure: Word.nullable(),
});

export const FromHost = z.discriminatedUnion("type", [Hello, Facts, Heartbeat, Delta, Page]);
export type FromHost = z.infer<typeof FromHost>;

const Welcome = z.object({
  type: z.literal("welcome"),
  hostId: HostId,
  /**
   * Facts are expected from the one after this on: it is the last sequence of this epoch that the ledger is known to hold, 0 for an epoch it does
   * not know, or the last before `firstHeld` where that is later.
   */
  confirmed: seq,
  heartbeatMs: z.int().min(100),
  silentAfterMs: z.int().min(1_000),
  at: AtMs,
  houseVersion: Word.optional(),
  placement: Placement.optional(),
  /** Where threads of this host reach the supervisor's MCP server; left out where there is none. */
  mcpUrl: z.url().max(1_024).optional(),
});
const Ack = z.object({ type: z.literal("ack"), epoch: Epoch, through: seq });
const Watermark = z.object({
  type: z.literal("watermark"),
  epoch: Epoch,
  confirmed: seq,
  /** Ranges that are not in the ledger although later facts arrived, inclusive. */
  missing: z.array(z.tuple([z.int().min(1), z.int().min(1)])).max(64),
});
const Pulse = z.object({ type: z.literal("pulse"), nonce: seq, at: AtMs });
const PageRead = z.object({
  type: z.literal("page.read"),
  requestId: Word,
  endpointId: EndpointId,
  sessionId: SessionId,
  cursor: z.string().max(4_096).nullable(),
  limit: z.int().min(1).max(50),
});
/** Whether new work may be placed on this host. Said when it changes, to a connector that knows `placement.v1`. */
const Placed = z.object({ type: z.literal("placement"), placement: Placement });
/**
 * An accepted command of this host that has no outcome yet; repeated at each hello. `remainingMs` is what is left of its deadline as ingest sends it, 0 when
 * nothing is. `text` is null for what has none, and where the log no longer holds it: then the host only says what it knows.
 */
const CommandFrame = z.object({
  type: z.literal("command"),
  commandId: CommandId,
  instruction: Instruction,
  text: Text.nullable(),
  remainingMs: z.int().min(0),
});
export type CommandFrame = z.infer<typeof CommandFrame>;
/** The token of an offered lease; repeated at each hello until it is granted or over. */
const FenceFrame = z.object({
  type: z.literal("fence"),
  leaseId: LeaseId,
  sessionId: SessionId,
  endpointId: EndpointId,
  token: FencingToken,
  remainingMs: z.int().min(0),
});
export type FenceFrame = z.infer<typeof FenceFrame>;
const Refuse = z.object({
  type: z.literal("refuse"),
  code: z.enum([
    "unauthenticated",
    "host_mismatch",
    "protocol_version",
    "superseded",
    "bad_frame",
    "busy",
    "stopping",
  ]),
  sentence: z.string().max(512),
  retryAfterMs: z.int().min(0).nullable(),
});

export const FromIngest = z.discriminatedUnion("type", [
  Welcome,
  Ack,
  Watermark,
  Pulse,
  PageRead,
  Placed,
  CommandFrame,
  FenceFrame,
  Refuse,
]);
export type FromIngest = z.infer<typeof FromIngest>;
