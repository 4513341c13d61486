/** The entries that ingest itself writes: what it noticed about hosts. Their ids follow from the log, so several ingests make one entry (DESIGN 14.15). */
import {
  type Digest,
  type EntryId,
  type Epoch,
  type EventOf,
  type EventType,
  type HostId,
  hostLane,
  type Json,
  type Lane,
  type OpenEvent,
  seal,
  type Sealed,
  sessionLane,
} from "@claw/events";
import type { Cleaner } from "./clean.ts";
import { evidenceOf, type Suspect } from "./evidence.ts";
import type { HostRow, SessionRow } from "./registry.ts";

/** An entry of ingest before it is stamped. */
export interface Notation {
  readonly id: EntryId;
  readonly said: Sealed;
}

export type HeardFigures = EventOf<"host.heard">["data"];

export const heard = (hostId: HostId, unique: string, at: number, figures: HeardFigures): Notation =>
  note(`heard/${hostId}/${unique}`, hostLane(hostId), [open("host.heard", at, figures)]);

/**
 * How a silence is named: by the newest fact before it, and by a count where a host fell silent again without a new fact. Null for a host that
 * never sent one: it has nothing that could grow old.
 */
export function silenceName({ epoch, lastSeq, silences }: HostRow): string | null {
  if (epoch === null) return null;
  return silences === 0 ? `${epoch}/${lastSeq}` : `${epoch}/${lastSeq}/${silences}`;
}

export const silent = (
  hostId: HostId,
  name: string,
  at: number,
  lastHeardAt: number,
  silentAfterMs: number,
): Notation =>
  note(`silent/${hostId}/${name}`, hostLane(hostId), [
    open("host.silent", at, { lastHeardAt, silentAfterMs }),
  ]);

export const staled = ({ sessionId }: SessionRow, name: string, at: number, lastHeardAt: number): Notation =>
  note(`staled/${sessionId}/${name}`, sessionLane(sessionId), [open("session.staled", at, { lastHeardAt })]);

/** `name` is that of the silence which ends. */
export const returned = ({ sessionId }: SessionRow, name: string, at: number): Notation =>
  note(`returned/${sessionId}/${name}`, sessionLane(sessionId), [open("session.returned", at, {})]);

/** Where a fork was seen, and the first claim that lost. The honest fact stays where it is (RELIABILITY S25). */
export interface Fork {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  readonly seq: number;
  readonly digest: Digest;
  readonly knownDigest: Digest;
  readonly text: string;
}

export function forked(
  { hostId, epoch, seq, digest, knownDigest, text }: Fork,
  at: number,
  cleaner: Cleaner,
): Notation {
  const evidence = evidenceOf(hostId, { code: "forked", digest, text }, at, cleaner);
  const fork = seal(
    hostLane(hostId),
    evidence.redactor,
    [open("host.forked", at, { epoch, seq, digest, knownDigest })],
    cleaner.salt,
  );
  const said: Sealed = {
    ...evidence,
    events: [...fork.events, ...evidence.events],
    bodies: [...fork.bodies, ...evidence.bodies],
  };
  return { id: `forked/${hostId}/${epoch}/${seq}` as EntryId, said };
}

/** Facts of a host's outbox that are gone. */
export interface Loss {
  readonly hostId: HostId;
  readonly epoch: Epoch;
  readonly from: number;
  readonly to: number;
}

/** How a loss is named in its host's lane. */
export const lostName = ({ epoch, from, to }: Loss): string => `${epoch}/${from}-${to}`;

export const lost = (loss: Loss, at: number): Notation => {
  const { hostId, epoch, from, to } = loss;
  return note(`lost/${hostId}/${lostName(loss)}`, hostLane(hostId), [
    open("outbox.lost", at, { epoch, from, to }),
  ]);
};

export const kept = (
  hostId: HostId,
  unique: string,
  suspect: Suspect,
  at: number,
  cleaner: Cleaner,
): Notation => ({
  id: `kept/${hostId}/${unique}` as EntryId,
  said: evidenceOf(hostId, suspect, at, cleaner),
});

const note = (id: string, lane: Lane, events: readonly OpenEvent[]): Notation => ({
  id: id as EntryId,
  said: seal(lane, null, events, () => ""),
});

const open = <Type extends EventType>(type: Type, at: number, data: EventOf<Type>["data"]): OpenEvent => ({
  type,
  v: 1,
  at,
  data: data as Json,
});
