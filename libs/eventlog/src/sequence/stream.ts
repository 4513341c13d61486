/**
 * One life (epoch) of one host's outbox, as a transport delivers it: twice, late, out of order.
 *
 * The outbox numbers its entries 1, 2, 3 … without a hole, so a reader knows what it has not seen. What comes early is parked until the gap
 * before it closes; what comes again is dropped; what claims a number that another entry has is a fork: a clone or a restored snapshot of the
 * outbox is at work, and its word is never admitted. Pure.
 */
import type { Digest, Entry } from "@claw/events";

/** The state of one (host, epoch). `parked` is sorted by `seq` and bounded. */
export interface HostStream {
  /** The seq that is admitted next; the first is 1. */
  readonly next: number;
  /** The highest seq that was ever seen, parked or not. */
  readonly highest: number;
  readonly parked: readonly Parked[];
}

export interface Parked {
  readonly seq: number;
  readonly entry: Entry;
}

export const emptyStream: HostStream = { next: 1, highest: 0, parked: [] };

/** What became of one delivery. */
export type Arrival =
  /** Admitted, with whatever was parked right behind it, in order. */
  | { readonly kind: "admitted"; readonly entries: readonly Entry[] }
  | { readonly kind: "parked" }
  /** Admitted or parked before. `verified` is false where its first digest is no longer known. */
  | { readonly kind: "duplicate"; readonly verified: boolean }
  | { readonly kind: "forked"; readonly knownDigest: Digest }
  /** Too far ahead for the room there is. It counts as missing and must be sent again. */
  | { readonly kind: "turned_away" };

/** `knownDigest` is the digest of the entry that was admitted under this seq, asked for only if one was. */
export function arrive(
  stream: HostStream,
  { seq, entry }: Parked,
  knownDigest: () => Digest | undefined,
  maxParked: number,
): readonly [HostStream, Arrival] {
  if (seq < stream.next) return [stream, compare(entry, knownDigest())];
  if (seq === stream.next) return release(stream, entry);
  const twin = stream.parked.find((parked) => parked.seq === seq);
  if (twin !== undefined) return [stream, compare(entry, twin.entry.envelope.digest)];
  return park(stream, { seq, entry }, maxParked);
}

function compare(entry: Entry, knownDigest: Digest | undefined): Arrival {
  if (knownDigest === undefined) return { kind: "duplicate", verified: false };
  if (knownDigest === entry.envelope.digest) return { kind: "duplicate", verified: true };
  return { kind: "forked", knownDigest };
}

function release(stream: HostStream, entry: Entry): readonly [HostStream, Arrival] {
  const first = stream.next + 1;
  const gap = stream.parked.findIndex(({ seq }, index) => seq !== first + index);
  const freed = gap === -1 ? stream.parked.length : gap;
  const entries = [entry, ...stream.parked.slice(0, freed).map((parked) => parked.entry)];
  const next = first + freed;
  const after = { next, highest: Math.max(stream.highest, next - 1), parked: stream.parked.slice(freed) };
  return [after, { kind: "admitted", entries }];
}

/** Keeps what is closest to the gap: the farthest gives way, because it will be waited for longest. */
function park(stream: HostStream, arrival: Parked, maxParked: number): readonly [HostStream, Arrival] {
  const behind = stream.parked.findIndex(({ seq }) => seq > arrival.seq);
  const parked = stream.parked.toSpliced(behind === -1 ? stream.parked.length : behind, 0, arrival);
  const kept = parked.slice(0, maxParked);
  const after = { ...stream, highest: Math.max(stream.highest, arrival.seq), parked: kept };
  return [after, { kind: kept.includes(arrival) ? "parked" : "turned_away" }];
}

/** What has to be sent again: the ranges, both ends included, between what was admitted and the highest seq that was seen. */
export function missingOf({ next, highest, parked }: HostStream): readonly (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  let from = next;
  for (const { seq } of parked) {
    if (seq > from) ranges.push([from, seq - 1]);
    from = seq + 1;
  }
  if (from <= highest) ranges.push([from, highest]);
  return ranges;
}
