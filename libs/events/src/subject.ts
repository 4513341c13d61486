/**
 * Shards and subjects: the one place that knows how ids are spread and how a subject is written (DESIGN 3).
 *
 * A lane never moves: its shard is a pure function of its id. `docs/look-up/subjects.md` holds ten test vectors.
 */
import { leadingWord } from "./digest.ts";
import { type Lane, type LaneKind, laneParts } from "./lane.ts";

/** How many fixed slices the ids are spread over. Changing it would move lanes, so it never changes. */
export const SHARD_COUNT = 64;

/** The shard of an id, `00` to `63`: the first four bytes (big-endian) of its SHA-256, modulo 64. */
export const shardOf = (id: string): string => String(leadingWord(id) % SHARD_COUNT).padStart(2, "0");

/** Where a lane's entries are published: `log.<shard>.<kind>.<id>`, or `log.decided`. */
export function logSubject(lane: Lane): string {
  const parts = laneParts(lane);
  return parts === null ? "log.decided" : `log.${shardOf(parts.id)}.${parts.kind}.${parts.id}`;
}

/** Where heartbeats and text deltas of a host or session are published. */
export const pulseSubject = (kind: LaneKind, id: string): string => `pulse.${shardOf(id)}.${kind}.${id}`;
