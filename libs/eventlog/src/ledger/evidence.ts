/**
 * What the ledger writes where it could not admit a message: an entry that says so, in the message's place. It is made of nothing but the message
 * and its place, so that every ledger writes the same. Pure.
 */
import {
  type Digest,
  type Entry,
  type EntryId,
  type Envelope,
  type EventOf,
  FLEET_LANE,
  hostLane,
  type Json,
  type Lane,
  seal,
  stampEntry,
} from "@claw/events";
import type { RawMessage } from "../raw-log.ts";
import type { QuarantineCode } from "./judge.ts";

/**
 * When a message was quarantined, in every ledger: a message bears no time that can be believed, and the clock of one ledger would make its chain
 * another one's. The earliest time that an entry may have (2001), so that nobody takes it for a real one.
 */
export const QUARANTINED_AT = 1_000_000_000_000;

/** Of a subject, in UTF-16 units: what a `Label` holds. */
const MAX_SUBJECT = 1_024;

/** Says which message is no entry, and why not. */
export function quarantinedEntry(
  generation: number,
  { sequence, subject, data }: RawMessage,
  digest: Digest,
  code: QuarantineCode,
  isKnown: (id: EntryId) => boolean,
): Entry {
  const place = `quarantined/${generation}/${sequence}`;
  // A stream that lost its tail gives a number twice; the second message there is told apart by its bytes.
  const id = (isKnown(place as EntryId) ? `${place}/${digest.slice(0, 16)}` : place) as EntryId;
  const label = subject.slice(0, MAX_SUBJECT).toWellFormed();
  const facts = { code, subject: label, generation, sequence, digest, bytes: data.length };
  return write(id, FLEET_LANE, QUARANTINED_AT, "message.quarantined", facts);
}

/** Says that a host claimed a place twice. Null for an entry that no host wrote. */
export function forkedEntry({ envelope }: Entry, id: EntryId, knownDigest: Digest): Entry | null {
  const { by, digest, at } = envelope;
  if (by.kind !== "host") return null;
  const { hostId, epoch, seq } = by;
  return write(id, hostLane(hostId), at, "host.forked", { epoch, seq, digest, knownDigest });
}

/**
 * True if both stand for one thing that a host sent and ingest could not admit: each time that it comes, ingest writes its evidence anew, with another
 * salt and time, and a host that sends again must not look like two.
 */
export function isSameEvidence(one: Envelope, other: Envelope): boolean {
  const sent = sentDigest(one);
  return sent !== null && sent === sentDigest(other);
}

function sentDigest({ events: [first], by }: Envelope): string | null {
  if (by.kind !== "host" || first?.type !== "evidence.kept") return null;
  const { digest } = first.data;
  return typeof digest === "string" ? digest : null;
}

type Evidence = "message.quarantined" | "host.forked";

function write<Type extends Evidence>(
  id: EntryId,
  lane: Lane,
  at: number,
  type: Type,
  data: EventOf<Type>["data"],
): Entry {
  const said = seal(lane, null, [{ type, v: 1, at, data: data as Json }], () => "");
  return stampEntry(said, { id, by: { kind: "projector" }, at });
}
