/**
 * Shards and subjects: the one place that knows how ids are spread and how a subject is written (DESIGN 3).
 *
 * A lane never moves: its shard is a pure function of its id. `docs/look-up/subjects.md` holds ten test vectors.
 */
import { leadingWord } from "./digest.ts";
import type { HostId, LedgerId } from "./ids.ts";
import { type Lane, type LaneKind, laneParts } from "./lane.ts";

/** How many fixed slices the ids are spread over. Changing it would move lanes, so it never changes. */
export const SHARD_COUNT = 64;

/** The shard of an id, `00` to `63`: the first four bytes (big-endian) of its SHA-256, modulo 64. */
export const shardOf = (id: string): string => String(leadingWord(id) % SHARD_COUNT).padStart(2, "0");

/** Where a lane's entries are published: `log.<shard>.<kind>.<id>`, or `log.decided`. */
export function logSubject(lane: Lane): string {
  const parts = laneParts(lane);
  return parts === null ? "log.decided" : `log.${shardOf(parts.id)}.${parts.kind}.${parts.id}`;
}

/** What every entry's subject matches, and the streams that hold them: one per generation of the log (DESIGN 3, 14.5). */
export const LOG_SUBJECTS = ["log.>"] as const;
export const logStream = (generation: number): string => `CLAW_LOG_${generation}`;

/** The generation that a stream of the log is of, or null for the name of another stream. */
export function generationOf(stream: string): number | null {
  const digits = /^CLAW_LOG_([1-9]\d{0,8})$/.exec(stream)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Where heartbeats and text deltas of a host or session are published. */
export const pulseSubject = (kind: LaneKind, id: string): string => `pulse.${shardOf(id)}.${kind}.${id}`;

/**
 * What the services say to each other in a fleet, beside the log. Hosts say none of it: they have no NATS credential.
 *
 * Requests: `gate` (gateway → the policy that leads), `claim` (a projector → the same, to be of record and nothing else), `ledgerRead` and `ledgerReceipt` (any service → the projector of record), `page` (gateway →
 * the ingest that has the host's uplink). Told to whoever listens: `feed` (a projector → gateways on its machine), `receipt` (the projector of
 * record → ingests), `uplink` (an ingest that welcomed a host → the others).
 */
export const talkSubjects = {
  gate: "gate.submit",
  claim: "gate.claim",
  ledgerRead: "ledger.read",
  ledgerReceipt: "ledger.receipt",
  feed: (ledgerId: LedgerId): string => `feed.${ledgerId}`,
  receipt: (hostId: HostId): string => `receipt.${hostId}`,
  page: (hostId: HostId): string => `page.${hostId}`,
  uplink: (hostId: HostId): string => `uplink.${hostId}`,
} as const;

/** The streams beside the log: pulses (48 h), and the last receipt of each host. */
export const PULSE_STREAM = "CLAW_PULSE";
export const RECEIPT_STREAM = "CLAW_RECEIPT";
