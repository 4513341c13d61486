/**
 * From what a transport delivered to the one order that readers see.
 *
 * Positions are a pure function of the deliveries in their order in the log: never of time, batches or restarts. Each admitted entry takes the
 * next one, in the order of its outbox where a host wrote it; a quarantined fork takes one too, because it is evidence; a duplicate takes none;
 * a parked entry takes its position when the gap before it closes (DESIGN 14.1). Pure, one delivery at a time: the caller stores each step before
 * it asks for the next one, and only what a delivery touches is ever read.
 */
import {
  type By,
  type Digest,
  type Entry,
  type EntryId,
  type Epoch,
  hostEntryId,
  type HostId,
  laneParts,
  position,
  type Position,
  readEvent,
} from "@claw/events";
import { type Arrival, arrive, compare, emptyStream, type HostStream, skip } from "./stream.ts";

/** What the caller knows after the step before. */
export interface Surroundings {
  /** The last position that was given, or 0. */
  readonly last: Position | 0;
  /**
   * The digest under which an id has a position. A ledger answers from its unique index and so recognises every repeat and fork. A caller with a
   * bounded window admits an entry of ingest or policy again once its id has left the window, and reports a host's repeat as an unverified
   * duplicate: a host's numbers alone keep it from being admitted twice.
   */
  readonly known: (id: EntryId) => Digest | undefined;
  /** One life of one host's outbox, or undefined where nothing of it ever came. */
  readonly stream: (hostId: HostId, epoch: Epoch) => HostStream | undefined;
  /** How many entries wait for a gap, per host and epoch. */
  readonly maxParked?: number;
}

export const DEFAULT_MAX_PARKED = 256;

/** A host's stream after a step. */
export interface Touched {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  readonly after: HostStream;
}

export interface Numbered {
  readonly position: Position;
  readonly id: EntryId;
}

/** What became of a delivery. */
export type Verdict =
  /** The delivered entry first, then what waited behind it: those the caller has kept since they were parked. */
  | { readonly kind: "admitted"; readonly entries: readonly Numbered[] }
  /** To be kept. `displaced` was kept until now and must be sent again. */
  | { readonly kind: "parked"; readonly displaced: EntryId | null }
  | { readonly kind: "duplicate"; readonly verified: boolean }
  /** Never admitted: another entry has its id. `forkId` names the evidence of a host's fork; where there is no host it is null. */
  | {
      readonly kind: "forked";
      readonly position: Position;
      readonly knownDigest: Digest;
      readonly forkId: EntryId | null;
    }
  /** There was no room; it is missing. */
  | { readonly kind: "turned_away" };

export interface Step {
  readonly verdict: Verdict;
  /** The stream of the host that wrote the entry; null for entries of others. */
  readonly touched: Touched | null;
}

type FromHost = Extract<By, { kind: "host" }>;

/** Judges the next delivery. */
export function admit(entry: Entry, surroundings: Surroundings): Step {
  const { by } = entry.envelope;
  return by.kind === "host" ? admitFromHost(entry, by, surroundings) : admitById(entry, surroundings);
}

function admitFromHost(entry: Entry, by: FromHost, surroundings: Surroundings): Step {
  const { hostId, epoch, seq } = by;
  const { known, stream, maxParked = DEFAULT_MAX_PARKED } = surroundings;
  const { digest } = entry.envelope;
  const before = stream(hostId, epoch) ?? emptyStream;
  const knownDigest = (): Digest | undefined => known(hostEntryId(hostId, epoch, seq));
  const [after, arrival] = arrive(before, { seq, digest }, knownDigest, maxParked);
  return { verdict: verdictOf(arrival, by, digest, surroundings), touched: { hostId, epoch, after } };
}

function verdictOf(arrival: Arrival, by: FromHost, digest: Digest, { last, known }: Surroundings): Verdict {
  const idAt = (seq: number): EntryId => hostEntryId(by.hostId, by.epoch, seq);
  if (arrival.kind === "admitted") {
    const entries = Array.from({ length: arrival.freed + 1 }, (_, index) => ({
      position: position(last + 1 + index),
      id: idAt(by.seq + index),
    }));
    return { kind: "admitted", entries };
  }
  if (arrival.kind === "parked")
    return { kind: "parked", displaced: arrival.displaced === null ? null : idAt(arrival.displaced) };
  if (arrival.kind !== "forked") return arrival;
  const forkId = forkIdOf(by, digest);
  if (known(forkId) !== undefined) return { kind: "duplicate", verified: true };
  return { kind: "forked", position: position(last + 1), knownDigest: arrival.knownDigest, forkId };
}

/** Names the evidence of a fork by its place and by what was claimed there, so that the same claim is one entry however often it comes. */
export const forkIdOf = ({ hostId, epoch, seq }: FromHost, digest: Digest): EntryId =>
  `forked/${hostId}/${epoch}/${seq}/${digest.slice(0, 16)}` as EntryId;

/** Ingest, policy and the projector append to the log themselves, each to lanes that keep their order: their entries wait for nothing. */
function admitById(entry: Entry, surroundings: Surroundings): Step {
  const { id, digest } = entry.envelope;
  const { last, known } = surroundings;
  const knownDigest = known(id);
  const next = position(last + 1);
  if (knownDigest === undefined) {
    const own = { position: next, id };
    const lost = lostIn(entry);
    return lost === null
      ? { verdict: { kind: "admitted", entries: [own] }, touched: null }
      : admitLoss(own, lost, surroundings);
  }
  const arrival = compare(digest, knownDigest);
  const verdict: Verdict =
    arrival.kind === "forked"
      ? { kind: "forked", position: next, knownDigest, forkId: null }
      : { kind: "duplicate", verified: true };
  return { verdict, touched: null };
}

export interface Loss {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  readonly from: number;
  readonly to: number;
}

/** What ingest says is lost of the outbox of the host whose lane this is. */
export function lostIn({ envelope: { by, lane, events }, bodies }: Entry): Loss | null {
  const parts = laneParts(lane);
  const [sealed] = events;
  if (by.kind !== "ingest" || parts?.kind !== "host" || sealed?.type !== "outbox.lost") return null;
  const read = readEvent(sealed, bodies[0] ?? null);
  if (read.status !== "known" || read.event.type !== "outbox.lost") return null;
  return { hostId: parts.id as HostId, ...read.event.data };
}

/** What was parked among the lost and right behind them takes its positions right after the entry that says so. */
function admitLoss(own: Numbered, { hostId, epoch, from, to }: Loss, { stream }: Surroundings): Step {
  const [after, freed] = skip(stream(hostId, epoch) ?? emptyStream, from, to);
  const waited = freed.map((seq, index) => ({
    position: position(own.position + 1 + index),
    id: hostEntryId(hostId, epoch, seq),
  }));
  return { verdict: { kind: "admitted", entries: [own, ...waited] }, touched: { hostId, epoch, after } };
}
