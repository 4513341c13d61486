/**
 * Admission: may this host say this, of this session, in this shape? Pure and total. What is not admitted becomes evidence in its place.
 *
 * A fact's time may be years ago, because history is backfilled; only the future is impossible. It is judged by the host's clock as the hello
 * showed it, so a clock that is merely wrong costs nothing. What is later still is kept as evidence and not moved to now: a fact whose time was
 * made up here would no longer be what the host said, nor have its digest.
 */
import {
  bodyDigest,
  canonical,
  contentDigest,
  type Epoch,
  type HostId,
  isRequested,
  type Json,
  kindOf,
  type Lane,
  laneParts,
  MAX_ENTRY_BYTES,
  parseJson,
  readEvent,
  type Sealed,
  type SealedEvent,
  type SessionId,
  walk,
} from "@claw/events";
import { clean, type Cleaner } from "./clean.ts";
import type { Delivery, Fact } from "./delivery.ts";
import { type EvidenceCode, evidenceOf } from "./evidence.ts";
import { HOST_MAY_SAY } from "./host-may-say.ts";
import type { Owner } from "./registry.ts";
import { endedBy, type Work, type WorkName } from "./work.ts";

/** Who speaks, as the channel proved it. */
export interface Channel {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  /** How far the host's clock is ahead of ours, in ms. */
  readonly clockOffsetMs: number;
}

export interface Bench {
  readonly ownerOf: (sessionId: SessionId) => Owner | undefined;
  /** The open command that asks for this session, which has no thread yet. */
  readonly askedBy: (sessionId: SessionId) => Work | undefined;
  /** Whether a host may claim one more session. */
  readonly hasRoom: (hostId: HostId) => boolean;
  /** Work that is open, for whomever. */
  readonly workOf: (name: WorkName) => Work | undefined;
  readonly nowMs: number;
  readonly cleaner: Cleaner;
}

/** The first entry of a session's lane: it says whose the session is, and stands only if the lane is empty. */
export interface Claim extends Owner {
  readonly sessionId: SessionId;
}

export type Admission =
  | {
      readonly kind: "fact";
      readonly said: Sealed;
      readonly claim: Claim | null;
      readonly canaryHits: number;
    }
  | { readonly kind: "evidence"; readonly said: Sealed; readonly code: EvidenceCode };

/** How far ahead of the host's own clock a fact may be. */
export const FUTURE_MS = 600_000;
/** How wrong a host's clock may be before it no longer excuses anything. */
const MAX_OFFSET_MS = 86_400_000;

/** Room for what the envelope adds, so that whatever is stored can be read again (`decodeEntry`). */
const FACT_LIMITS = { depth: 28, nodes: 7_900, stringBytes: 262_144, totalBytes: MAX_ENTRY_BYTES - 8_192 };
/**
 * A stored text at most, as canonical JSON: a message of the log holds 1 MiB with its headers, and 16 KiB are left for what the envelope adds. A text
 * within `CERTAIN_BYTES` needs no look: an escape makes at most six bytes of one.
 */
const MAX_STORED_BYTES = 1_048_576 - 16_384;
const CERTAIN_BYTES = 131_072;
/** Of the JSON inside a body (RELIABILITY S14). */
const BODY_LIMITS = { depth: 32, nodes: 2_000, stringBytes: 262_144, totalBytes: 262_144 };

export function admit(delivery: Delivery, channel: Channel, bench: Bench): Admission {
  if (delivery.kind === "unreadable") return suspect("unreadable", delivery, channel, bench);
  const { fact } = delivery;
  const problem =
    structureOf(fact) ?? wordsOf(fact) ?? placeOf(fact, channel, bench) ?? timeOf(fact, channel, bench);
  if (problem !== null) return reject(fact, problem, channel, bench);
  const { said, canaryHits } = clean(fact, fact.digest, bench.cleaner);
  // What redaction puts in a secret's place may be longer than the secret.
  if (said !== fact && isTooLarge(said)) return reject(fact, "too_large", channel, bench);
  if (said !== fact && wordsOf(said) !== null) return reject(fact, "wrong_shape", channel, bench);
  return { kind: "fact", said, claim: claimOf(fact, bench), canaryHits };
}

/** The same fact as evidence, for a reason that only the log could know. */
export const reject = (fact: Fact, code: EvidenceCode, channel: Channel, bench: Bench): Admission =>
  suspect(code, { digest: fact.digest, text: JSON.stringify(fact) }, channel, bench);

const suspect = (
  code: EvidenceCode,
  { digest, text }: { readonly digest: string; readonly text: string },
  { hostId }: Channel,
  { nowMs, cleaner }: Bench,
): Admission => ({
  kind: "evidence",
  code,
  said: evidenceOf(hostId, { code, digest, text }, nowMs, cleaner),
});

/** Size and digests: is it whole, and what its writer wrote? */
function structureOf(fact: Fact): EvidenceCode | null {
  if (isTooLarge(fact)) return "too_large";
  if (fact.bodies.length !== fact.events.length) return "wrong_body";
  if (contentDigest(fact) !== fact.digest) return "wrong_digest";
  const isWhole = fact.events.every(({ body: digest }, index) => {
    const body = fact.bodies[index] ?? null;
    return body === null ? digest === undefined : digest === bodyDigest(body);
  });
  return isWhole ? null : "wrong_body";
}

/** True for what the log would not take, or what could not be read again: the one ends every ingest, and the other never gets to a ledger. */
function isTooLarge(said: Sealed): boolean {
  if (walk(said, { ...FACT_LIMITS, totalBytes: CERTAIN_BYTES }) === null) return false;
  if (walk(said, FACT_LIMITS) !== null) return true;
  const { lane, redactor, events, bodies } = said;
  return (
    Buffer.byteLength(canonical({ lane, redactor, events, bodies } as unknown as Json)) > MAX_STORED_BYTES
  );
}

/** Each event: a host's to say, in its lane, in its kind's shape. Unknown kinds and newer versions pass as they are. */
function wordsOf({ lane, events, bodies }: Pick<Sealed, "lane" | "events" | "bodies">): EvidenceCode | null {
  const laneKind = laneParts(lane)?.kind;
  if (laneKind !== "host" && laneKind !== "session") return "foreign_lane";
  for (const [index, event] of events.entries()) {
    const kind = kindOf(event.type);
    if (kind !== undefined && !HOST_MAY_SAY.host.has(event.type) && !HOST_MAY_SAY.session.has(event.type))
      return "reserved_type";
    if (kind !== undefined && kind.lane !== laneKind) return "wrong_lane";
    if (isPoison(event, bodies[index] ?? null)) return "wrong_shape";
  }
  return null;
}

function isPoison(event: SealedEvent, body: Sealed["bodies"][number]): boolean {
  if (body !== null) {
    const json = parseJson(body.json);
    if (!json.ok || walk(json.value, BODY_LIMITS) !== null) return true;
  }
  return readEvent(event, body).status === "poison";
}

/**
 * Whose lane it is. A session belongs to the host and endpoint of its first entry (DESIGN 14.16); one that was asked for, to those of whom it was asked, whatever
 * another host said in its lane before that was decided (ADR 0013).
 */
function placeOf(fact: Fact, channel: Channel, bench: Bench): EvidenceCode | null {
  const { hostId } = channel;
  const { ownerOf, hasRoom } = bench;
  const parts = laneParts(fact.lane);
  if (parts?.kind === "host") return parts.id === hostId ? bindingOf(fact, channel, bench) : "foreign_lane";
  const owner = ownerOf(sessionOf(fact.lane));
  const asked = askedOf(fact, bench);
  if ((asked ?? owner ?? channel).hostId !== hostId) return "foreign_session";
  const claimed = owner ?? claimIn(fact);
  if (claimed === null) return "unclaimed_session";
  const home = asked ?? claimed;
  if (owner === undefined && !hasRoom(hostId)) return "too_many_sessions";
  for (const { type, data } of fact.events) {
    if (type === "session.observed" && data["hostId"] !== hostId) return "foreign_host";
    if (ENDPOINT_FACTS.has(type) && data["endpointId"] !== home.endpointId) return "foreign_session";
  }
  const binding = bindingOf(fact, channel, bench);
  if (binding !== null) return binding;
  return speaksOfForeignWork(fact, channel, bench) ? "foreign_command" : null;
}

/** Of whom the session was asked, as long as that is open. */
function askedOf({ lane }: Fact, { askedBy }: Bench): Owner | undefined {
  const sessionId = sessionOf(lane);
  return isRequested(sessionId) ? askedBy(sessionId) : undefined;
}

/** A key opens what its session may, and a name answers for its thread: both only for sessions that are this very host's already. */
function bindingOf({ events }: Fact, { hostId }: Channel, { ownerOf }: Bench): EvidenceCode | null {
  for (const { type, data } of events) {
    const named = BINDINGS.get(type);
    if (named === undefined) continue;
    const owner = ownerOf(data[named] as SessionId);
    if (owner?.hostId !== hostId) return owner === undefined ? "unclaimed_session" : "foreign_session";
  }
  return null;
}

/** Which field of a fact names the session that it binds. */
const BINDINGS: ReadonlyMap<string, string> = new Map([
  ["key.bound", "sessionId"],
  ["session.bound", "boundTo"],
]);

/** True for an outcome of a command that is open for another host or another session. */
const speaksOfForeignWork = ({ lane, events }: Fact, { hostId }: Channel, { workOf }: Bench): boolean =>
  events.some((event) => {
    const name = endedBy(event);
    const work = name === null ? undefined : workOf(name);
    return work !== undefined && (work.hostId !== hostId || work.sessionId !== sessionOf(lane));
  });

const ENDPOINT_FACTS: ReadonlySet<string> = new Set(["session.observed", "session.lost"]);

const sessionOf = (lane: Lane): SessionId => lane.slice("session/".length) as SessionId;

function timeOf(fact: Fact, { clockOffsetMs }: Channel, { nowMs }: Bench): EvidenceCode | null {
  const excuse = Math.min(Math.max(0, clockOffsetMs), MAX_OFFSET_MS);
  return fact.events.some(({ at }) => at > nowMs + FUTURE_MS + excuse) ? "from_the_future" : null;
}

/** Set where the fact opens a session's lane. */
const claimOf = (fact: Fact, { ownerOf }: Bench): Claim | null =>
  laneParts(fact.lane)?.kind === "session" && ownerOf(sessionOf(fact.lane)) === undefined
    ? claimIn(fact)
    : null;

/** Whose the session is if this is the first entry of its lane; null if it does not begin by saying so in words that this version reads. */
function claimIn(fact: Fact): Claim | null {
  const [first] = fact.events;
  if (first === undefined) return null;
  const read = readEvent(first, fact.bodies[0] ?? null);
  if (read.status !== "known" || read.event.type !== "session.observed") return null;
  const { hostId, endpointId } = read.event.data;
  return { sessionId: sessionOf(fact.lane), hostId, endpointId };
}
