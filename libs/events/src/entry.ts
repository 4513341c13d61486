/**
 * Entries: what the log holds. One atomic append of 1…n events, as an *envelope* and detached *bodies*.
 *
 * The envelope says who, where, when and what, and holds for each body only SHA-256(salt‖body). A body can therefore be erased later and
 * every digest, chain and proof over envelopes still holds. `digest` covers what the writer said (lane, redactor, events) and not when or
 * how often it was recorded, so a resend is recognised as the same entry and a different fact under the same id is not (DESIGN 6.1.7).
 */
import { z } from "zod";
import { canonical, type Json } from "./canonical.ts";
import { sha256 } from "./digest.ts";
import { AtMs, Digest, EntryId, Epoch, HostId, type Position } from "./ids.ts";
import { Word } from "./kind.ts";
import { Lane } from "./lane.ts";

/**
 * Who wrote it, as the authenticated channel says: a host through its uplink, ingest itself, or policy. The projector of record writes in two cases
 * only: what it could not admit, into its ledger, and how a new generation of the log begins (DESIGN 14.5).
 */
export const By = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("host"), hostId: HostId, epoch: Epoch, seq: z.int().min(1) }),
  z.object({ kind: z.literal("ingest") }),
  z.object({ kind: z.literal("policy") }),
  z.object({ kind: z.literal("projector") }),
]);
export type By = z.infer<typeof By>;

/** An event as the envelope holds it. `type` may be one that this version does not know; then it is kept and counted. */
export const SealedEvent = z.object({
  type: z
    .string()
    .regex(/^[a-z][a-z_]*\.[a-z][a-z_]*$/)
    .max(64),
  v: z.int().min(1),
  at: AtMs,
  data: z.record(z.string(), z.json()),
  body: Digest.optional(),
});
export type SealedEvent = z.infer<typeof SealedEvent>;

/** A detached body: canonical JSON text and the salt that keeps its digest from being guessed. */
export const Body = z.object({ salt: z.string().regex(/^[0-9a-f]{32}$/), json: z.string().max(262_144) });
export type Body = z.infer<typeof Body>;

/** How many events an entry of a host or of ingest may hold. */
export const MAX_EVENTS = 64;
/** How many a decision may hold: the stop of a whole tree is one entry (X1-003), with a switch and an interrupt for each session of it. */
export const MAX_DECIDED_EVENTS = 256;

export const Envelope = z.object({
  v: z.literal(1),
  id: EntryId,
  lane: Lane,
  by: By,
  /** When ingest or policy recorded it: their clock, not the host's. */
  at: AtMs,
  digest: Digest,
  /** The version of the redactor that the text passed, or null where there is none. */
  redactor: Word.nullable(),
  events: z.array(SealedEvent).min(1).max(MAX_DECIDED_EVENTS),
});
export type Envelope = z.infer<typeof Envelope>;

/** `bodies[i]` belongs to `events[i]`; null where the event has none, or where it was erased. */
export const Entry = z.object({
  envelope: Envelope,
  bodies: z.array(Body.nullable()).max(MAX_DECIDED_EVENTS),
});
export type Entry = z.infer<typeof Entry>;

/** An entry with its number in the ledger. */
export interface Placed {
  readonly position: Position;
  readonly entry: Entry;
}

/** An event before it is sealed. */
export interface OpenEvent {
  readonly type: string;
  readonly v: number;
  readonly at: number;
  readonly data: Json;
  readonly body?: Json;
}

/** What the writer says, sealed: the part of an entry that its digest covers, with the bodies beside it. */
export interface Sealed {
  readonly lane: Lane;
  readonly redactor: string | null;
  readonly events: readonly SealedEvent[];
  readonly bodies: readonly (Body | null)[];
}

/** Detaches the bodies of events. `salt` gives 16 random bytes in hex at each call; it is the caller's, so this stays pure. */
export function seal(
  lane: Lane,
  redactor: string | null,
  events: readonly OpenEvent[],
  salt: () => string,
): Sealed {
  const bodies = events.map((event) => (event.body === undefined ? null : makeBody(event.body, salt())));
  const sealed = events.map((event, index) => sealEvent(event, bodies[index] ?? null));
  return { lane, redactor, events: sealed, bodies };
}

const makeBody = (body: Json, salt: string): Body => ({ salt, json: canonical(body) });

function sealEvent(event: OpenEvent, body: Body | null): SealedEvent {
  const { type, v, at } = event;
  const data = event.data as SealedEvent["data"];
  return body === null ? { type, v, at, data } : { type, v, at, data, body: bodyDigest(body) };
}

/** SHA-256 over the salt's bytes and the body's UTF-8 text. */
export const bodyDigest = (body: Body): Digest =>
  sha256(Buffer.concat([Buffer.from(body.salt, "hex"), Buffer.from(body.json, "utf8")]));

/** The digest of what the writer said. Bodies are covered through their digests. */
export const contentDigest = (said: Pick<Sealed, "lane" | "redactor" | "events">): Digest =>
  sha256(canonical({ lane: said.lane, redactor: said.redactor, events: said.events as unknown as Json }));

/** Stamps a sealed part into an entry. `digest` is for who has just compared it with what was said. */
export function stampEntry(
  said: Sealed,
  stamp: { readonly id: EntryId; readonly by: By; readonly at: number },
  digest = contentDigest(said),
): Entry {
  const { lane, redactor, events, bodies } = said;
  const envelope: Envelope = {
    v: 1,
    ...stamp,
    lane,
    digest,
    redactor,
    events: [...events],
  };
  return { envelope, bodies: [...bodies] };
}

/** True if the digests in the envelope are those of what it holds. Null bodies count as erased, not as wrong. */
export function isIntact({ envelope, bodies }: Entry): boolean {
  if (contentDigest(envelope) !== envelope.digest) return false;
  return envelope.events.every((event, index) => bodyMatches(event, bodies[index] ?? null));
}

function bodyMatches(event: SealedEvent, body: Body | null): boolean {
  if (body === null) return true;
  return event.body === bodyDigest(body);
}
