/**
 * From what a transport delivered to the one order that readers see.
 *
 * Positions are a pure function of the deliveries in their order in the log: never of time, batches or restarts. Each admitted entry takes the
 * next one, in the order of its outbox where a host wrote it; a quarantined fork takes one too, because it is evidence; a duplicate takes none;
 * a parked entry takes its position when the gap before it closes (DESIGN 14.1). Pure; the caller stores the state with what it admitted.
 */
import {
  type By,
  type Digest,
  type Entry,
  type EntryId,
  type Epoch,
  hostEntryId,
  type HostId,
  type Placed,
  position,
  type Position,
} from "@claw/events";
import { type Arrival, arrive, emptyStream, type HostStream, missingOf } from "./stream.ts";

/** Plain data. `streams` is keyed `host/epoch`. */
export interface Sequencer {
  readonly streams: ReadonlyMap<string, HostStream>;
  /** The last position that was given, or 0. */
  readonly last: Position | 0;
}

export const emptySequencer: Sequencer = { streams: new Map(), last: 0 };

/** An entry under an id that has another digest. Kept as evidence, never admitted. */
export interface Fork extends Placed {
  readonly knownDigest: Digest;
}

/** What one host has to send again. */
export interface Missing {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

export interface Sequenced {
  readonly state: Sequencer;
  readonly admitted: readonly Placed[];
  readonly forks: readonly Fork[];
  readonly duplicates: number;
  readonly parked: number;
  /** Deliveries for which there was no room; they are in `missing` too. */
  readonly turnedAway: number;
  /** Of the streams that this batch touched. */
  readonly missing: readonly Missing[];
}

export interface Surroundings {
  /**
   * The digest under which an id was admitted before this batch: the caller's window of de-duplication. A ledger answers from its unique index
   * and so recognises every repeat and fork. A caller with a bounded window admits an entry of ingest or policy again once its id has left the
   * window, and reports a host's repeat as an unverified duplicate: a host's numbers alone keep it from being admitted twice.
   */
  readonly known: (id: EntryId) => Digest | undefined;
  /** How many entries wait for a gap, per host and epoch. */
  readonly maxParked?: number;
}

export const DEFAULT_MAX_PARKED = 256;

/** Takes deliveries in order. However they are cut into batches, the same entries get the same positions. */
export function admitAll(
  state: Sequencer,
  deliveries: readonly Entry[],
  surroundings: Surroundings,
): Sequenced {
  const batch = startBatch(state, surroundings);
  for (const entry of deliveries) take(batch, entry);
  return resultOf(batch);
}

type FromHost = Extract<By, { kind: "host" }>;

/** A batch while it is being taken: mutable, because it never leaves `admitAll`. */
interface Batch {
  readonly streams: Map<string, HostStream>;
  readonly touched: Map<string, FromHost>;
  /** What this batch admitted, by id: `known` does not have it yet. */
  readonly fresh: Map<EntryId, Digest>;
  readonly known: (id: EntryId) => Digest | undefined;
  readonly maxParked: number;
  readonly admitted: Placed[];
  readonly forks: Fork[];
  readonly counts: { duplicates: number; parked: number; turnedAway: number };
  last: Position | 0;
}

function startBatch(state: Sequencer, { known, maxParked = DEFAULT_MAX_PARKED }: Surroundings): Batch {
  const fresh = new Map<EntryId, Digest>();
  return {
    streams: new Map(state.streams),
    touched: new Map(),
    fresh,
    known: (id) => fresh.get(id) ?? known(id),
    maxParked,
    admitted: [],
    forks: [],
    counts: { duplicates: 0, parked: 0, turnedAway: 0 },
    last: state.last,
  };
}

function take(batch: Batch, entry: Entry): void {
  const { by } = entry.envelope;
  record(batch, entry, by.kind === "host" ? takeFromHost(batch, entry, by) : takeById(batch, entry));
}

function takeFromHost(batch: Batch, entry: Entry, by: FromHost): Arrival {
  const { hostId, epoch, seq } = by;
  const key = `${hostId}/${epoch}`;
  const known = (): Digest | undefined => batch.known(hostEntryId(hostId, epoch, seq));
  const before = batch.streams.get(key) ?? emptyStream;
  const [after, arrival] = arrive(before, { seq, entry }, known, batch.maxParked);
  batch.streams.set(key, after);
  batch.touched.set(key, by);
  return arrival;
}

/** Ingest and policy append to the log themselves, each to lanes that keep their order: their entries wait for nothing. */
function takeById(batch: Batch, entry: Entry): Arrival {
  const { id, digest } = entry.envelope;
  const knownDigest = batch.known(id);
  if (knownDigest === undefined) return { kind: "admitted", entries: [entry] };
  return knownDigest === digest ? { kind: "duplicate", verified: true } : { kind: "forked", knownDigest };
}

function record(batch: Batch, entry: Entry, arrival: Arrival): void {
  if (arrival.kind === "admitted") for (const one of arrival.entries) admit(batch, one);
  else if (arrival.kind === "forked")
    batch.forks.push({ position: nextPosition(batch), entry, knownDigest: arrival.knownDigest });
  else if (arrival.kind === "duplicate") batch.counts.duplicates += 1;
  else if (arrival.kind === "parked") batch.counts.parked += 1;
  else batch.counts.turnedAway += 1;
}

function admit(batch: Batch, entry: Entry): void {
  batch.fresh.set(entry.envelope.id, entry.envelope.digest);
  batch.admitted.push({ position: nextPosition(batch), entry });
}

function nextPosition(batch: Batch): Position {
  batch.last = position(batch.last + 1);
  return batch.last;
}

const resultOf = ({ streams, last, admitted, forks, counts, touched }: Batch): Sequenced => ({
  state: { streams, last },
  admitted,
  forks,
  ...counts,
  missing: [...touched].flatMap(([key, by]) => missingFrom(streams.get(key), by)),
});

function missingFrom(stream: HostStream | undefined, { hostId, epoch }: FromHost): readonly Missing[] {
  const ranges = stream === undefined ? [] : missingOf(stream);
  return ranges.length === 0 ? [] : [{ hostId, epoch, ranges }];
}
