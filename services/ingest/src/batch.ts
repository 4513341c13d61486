/** One batch of the writer: deliveries of all lines in turn, admitted and stamped. */
import { type By, type Digest, type EntryId, hostEntryId, NONE, type Sealed, stampEntry } from "@claw/events";
import { type Draft, MAX_DRAFTS } from "@claw/eventlog";
import type { Clocks } from "@claw/runtime";
import { admit, type Admission, type Bench, type Claim, reject } from "./domain/admit.ts";
import type { Cleaner } from "./domain/clean.ts";
import type { Delivery } from "./domain/delivery.ts";
import type { IngestLimits } from "./limits.ts";
import { inTurn, type Line, shareOf } from "./line.ts";
import { askedBy, hasRoom, ownerOf, type Register, stakeClaim } from "./register.ts";

/** Bytes of frames in one batch: it bounds how long one commit holds everything up. */
const MAX_BYTES = 4 * 1_024 * 1_024;

export interface BatchParts {
  readonly register: Register;
  readonly cleaner: Cleaner;
  readonly clocks: Clocks;
  readonly limits: Pick<IngestLimits, "sessionsOfHost">;
}

/** A delivery on its way into the log. */
export interface Item {
  readonly line: Line;
  readonly delivery: Delivery;
  readonly admission: Admission;
  readonly draft: Draft;
}

/**
 * Takes at most `MAX_DRAFTS` deliveries out of the lines. A claim ends its line's part: what follows it may depend on it, and must not be stored
 * if the log refuses the claim; and so the part that is stored has no hole.
 */
export function fillBatch(parts: BatchParts, lines: Iterable<Line>, turn: number): readonly Item[] {
  const waiting = inTurn(lines, turn);
  const share = shareOf(MAX_DRAFTS, waiting.length);
  const items: Item[] = [];
  let bytes = 0;
  for (const line of waiting) {
    const room = Math.min(share, MAX_DRAFTS - items.length);
    const part = partOf(parts, line, room, MAX_BYTES - bytes);
    items.push(...part);
    bytes += part.reduce((sum, { delivery }) => sum + delivery.bytes, 0);
    if (items.length >= MAX_DRAFTS || bytes >= MAX_BYTES) break;
  }
  return items;
}

function partOf(parts: BatchParts, line: Line, room: number, roomBytes: number): readonly Item[] {
  const part: Item[] = [];
  let bytes = 0;
  for (const delivery of line.waiting) {
    if (part.length >= room || (bytes > 0 && bytes + delivery.bytes > roomBytes)) break;
    const item = admitOne(parts, line, delivery);
    part.push(item);
    bytes += delivery.bytes;
    if (claimOf(item) !== null) break;
  }
  line.waiting.splice(0, part.length);
  line.waitsSince = line.waiting.length === 0 ? null : parts.clocks.monoMs();
  return part;
}

function admitOne({ register, cleaner, clocks, limits }: BatchParts, line: Line, delivery: Delivery): Item {
  const nowMs = clocks.wallMs();
  const bench: Bench = {
    ownerOf: (id) => ownerOf(register, id),
    askedBy: (id) => askedBy(register, id),
    hasRoom: (hostId) => hasRoom(register, hostId, limits.sessionsOfHost),
    workOf: (name) => register.work.byName.get(name),
    nowMs,
    cleaner,
  };
  const admission =
    line.refusedClaim === delivery.seq && delivery.kind === "fact"
      ? reject(delivery.fact, "foreign_session", line.channel, bench)
      : admit(delivery, line.channel, bench);
  const item = { line, delivery, admission, draft: draftOf(line, delivery, admission, nowMs) };
  const claim = claimOf(item);
  if (claim !== null) stakeClaim(register, claim);
  return item;
}

function draftOf({ channel }: Line, delivery: Delivery, admission: Admission, at: number): Draft {
  const { hostId, epoch } = channel;
  const { seq } = delivery;
  const stamps = {
    id: hostEntryId(hostId, epoch, seq),
    by: { kind: "host", hostId, epoch, seq } as const,
    at,
  };
  const entry = stampEntry(admission.said, stamps, provenDigest(delivery, admission));
  return admission.kind === "fact" && admission.claim !== null ? { entry, expectedHead: NONE } : { entry };
}

/** The digest of a fact that is stored as it was said: admission has compared it, and making it again is a good part of the work. */
const provenDigest = (delivery: Delivery, { kind, said }: Admission): Digest | undefined =>
  kind === "fact" && delivery.kind === "fact" && said === delivery.fact
    ? (delivery.fact.digest as Digest)
    : undefined;

/** Who, which and when come from here and from the channel; the host said only what is inside (RELIABILITY S6). */
export const stamp = (id: EntryId, by: By, said: Sealed, at: number): Draft["entry"] =>
  stampEntry(said, { id, by, at });

export const claimOf = ({ admission }: Pick<Item, "admission">): Claim | null =>
  admission.kind === "fact" ? admission.claim : null;
