/**
 * One life (epoch) of one host's outbox, as a transport delivers it: twice, late, out of order.
 *
 * The outbox numbers its entries 1, 2, 3 … without a hole, so a reader knows what it has not seen. What comes early is parked until the gap
 * before it closes; what comes again is dropped; what claims a number that another entry has is a fork: a clone or a restored snapshot of the
 * outbox is at work, and its word is never admitted. Pure: the state names what is parked, and the caller keeps the entries.
 */
import type { Digest } from "@claw/events";

/** The state of one (host, epoch). `parked` is sorted by `seq` and bounded. */
export interface HostStream {
  /** The seq that is admitted next; the first is 1. */
  readonly next: number;
  /** The highest seq that was ever seen, parked or not. */
  readonly highest: number;
  readonly parked: readonly Parked[];
}

/** A delivery, as far as its place is concerned. */
export interface Parked {
  readonly seq: number;
  readonly digest: Digest;
}

export const emptyStream: HostStream = { next: 1, highest: 0, parked: [] };

/** What became of one delivery. */
export type Arrival =
  /** Admitted, with as many as were parked right behind it, in order. */
  | { readonly kind: "admitted"; readonly freed: number }
  /** `displaced` is the seq of the one that gave its room to it, if there was no other. */
  | { readonly kind: "parked"; readonly displaced: number | null }
  /** Admitted or parked before. `verified` is false where its first digest is no longer known. */
  | { readonly kind: "duplicate"; readonly verified: boolean }
  | { readonly kind: "forked"; readonly knownDigest: Digest }
  /** Too far ahead for the room there is. It counts as missing and must be sent again. */
  | { readonly kind: "turned_away" };

/** `knownDigest` is the digest of the entry that was admitted under this seq, asked for only if one was. */
export function arrive(
  stream: HostStream,
  delivery: Parked,
  knownDigest: () => Digest | undefined,
  maxParked: number,
): readonly [HostStream, Arrival] {
  const { seq, digest } = delivery;
  if (seq < stream.next) return [stream, compare(digest, knownDigest())];
  if (seq === stream.next) return release(stream);
  const twin = stream.parked.find((parked) => parked.seq === seq);
  if (twin !== undefined) return [stream, compare(digest, twin.digest)];
  return park(stream, delivery, maxParked);
}

/** What is known of two that claim one place, or one id. */
export function compare(digest: Digest, knownDigest: Digest | undefined): Arrival {
  if (knownDigest === undefined) return { kind: "duplicate", verified: false };
  return knownDigest === digest ? { kind: "duplicate", verified: true } : { kind: "forked", knownDigest };
}

function release(stream: HostStream): readonly [HostStream, Arrival] {
  const [after, freed] = releaseFrom(stream, stream.next + 1);
  return [after, { kind: "admitted", freed }];
}

/**
 * Goes on behind facts that nobody has any more, and answers what was parked among them and right behind them. Only what begins where the stream
 * stands is skipped: what is missing before it may still come.
 */
export function skip(stream: HostStream, from: number, to: number): readonly [HostStream, readonly number[]] {
  if (from > stream.next || to < stream.next) return [stream, []];
  const among = stream.parked.filter(({ seq }) => seq <= to).map(({ seq }) => seq);
  const behind = {
    ...stream,
    parked: stream.parked.slice(among.length),
    highest: Math.max(stream.highest, to),
  };
  const [after, freed] = releaseFrom(behind, to + 1);
  return [after, [...among, ...Array.from({ length: freed }, (_, index) => to + 1 + index)]];
}

/** All before `first` is settled. */
function releaseFrom(stream: HostStream, first: number): readonly [HostStream, number] {
  const gap = stream.parked.findIndex(({ seq }, index) => seq !== first + index);
  const freed = gap === -1 ? stream.parked.length : gap;
  const next = first + freed;
  const after = { next, highest: Math.max(stream.highest, next - 1), parked: stream.parked.slice(freed) };
  return [after, freed];
}

/** Keeps what is closest to the gap: the farthest gives way, because it will be waited for longest. */
function park(stream: HostStream, delivery: Parked, maxParked: number): readonly [HostStream, Arrival] {
  const behind = stream.parked.findIndex(({ seq }) => seq > delivery.seq);
  const all = stream.parked.toSpliced(behind === -1 ? stream.parked.length : behind, 0, delivery);
  const displaced = all[maxParked];
  const after = {
    ...stream,
    highest: Math.max(stream.highest, delivery.seq),
    parked: all.slice(0, maxParked),
  };
  if (displaced === delivery) return [after, { kind: "turned_away" }];
  return [after, { kind: "parked", displaced: displaced?.seq ?? null }];
}

/** A stream that forgot what it parked: all of it counts as missing again. */
export const unpark = (stream: HostStream): HostStream => ({ ...stream, parked: [] });

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
