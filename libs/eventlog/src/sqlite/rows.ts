/** Entries ⇄ rows. */
import {
  type Body,
  encodeBodies,
  encodeEnvelope,
  type Envelope,
  sequence,
  type Sequence,
} from "@claw/events";
import type { Draft, Logged } from "../event-log.ts";
import { parseStored } from "./cache.ts";

/** A draft, encoded before it waits for a transaction: what cannot be encoded fails its own caller and nobody else's commit. */
export interface Prepared {
  readonly id: string;
  readonly lane: string;
  readonly digest: string;
  readonly at: number;
  readonly envelope: string;
  readonly bodies: string;
  readonly expectedHead: Sequence | 0 | undefined;
}

export function prepare({ entry, expectedHead }: Draft): Prepared {
  const { id, lane, digest, at } = entry.envelope;
  return {
    id,
    lane,
    digest,
    at,
    envelope: encodeEnvelope(entry),
    bodies: encodeBodies(entry),
    expectedHead,
  };
}

/** What a draft costs a transaction, in UTF-16 units: near enough to bytes for a limit. */
export const weightOf = (row: Prepared): number => row.envelope.length + row.bodies.length;

/** A stored entry as SQLite hands it over: columns in order, because a thousand of them are read at a time. */
export type StoredRow = readonly [sequence: number, envelope: string, bodies: string | null];

/**
 * Reads a stored row. It trusts the shape: an `Entry` was validated before it was appended and only this file writes rows, so walking the
 * schema again would cost ten times the parse at each rebuild and prove nothing. What a row can become is damaged, and then it is not JSON:
 * the log is `corrupt`, which stops readers, because a reader that steps over an entry would fold a history that never was.
 */
export function readRow([number, envelope, bodies]: StoredRow): Logged {
  const what = `entry ${number}`;
  const read = parseStored<Envelope>(envelope, what);
  const kept = bodies === null ? read.events.map(() => null) : parseStored<(Body | null)[]>(bodies, what);
  return { sequence: sequence(number), entry: { envelope: read, bodies: kept } };
}
