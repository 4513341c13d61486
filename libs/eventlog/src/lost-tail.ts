/**
 * Who read what the log does not hold any more says so, as a pulse. A ledger of record that lagged and was away when the log was set back never saw what is gone: nothing else tells
 * it, and it would follow for ever a generation that everybody else refuses to use (DESIGN 14.5).
 */
import { Digest, type Json, sha256 } from "@claw/events";
import { Effect } from "effect";
import type { LostTail } from "./faults.ts";
import type { Beat, Pulse } from "./pulse.ts";
import type { RawMessage } from "./raw-log.ts";

const KIND = "fleet";
const ID = "lost-tail";

/** Says it to whoever is of record. Lost with the pulse: it is said again at the next start. */
export const tellLostTail = (
  pulse: Pick<Pulse, "publish">,
  { generation, sequence, digest }: LostTail,
  at: number,
): Effect.Effect<void> => pulse.publish({ kind: KIND, id: ID, at, value: { generation, sequence, digest } });

/** What was said last, or null. Whether it is so is looked up in the log (`isLost`): it is only a word. */
export const lostTailOf = (pulse: Pick<Pulse, "last">): Effect.Effect<LostTail | null> =>
  Effect.map(pulse.last(KIND, ID), (beat) => (beat === null ? null : readLostTail(beat)));

/** True if this is not what was read there. */
export const isLost = (
  found: Pick<RawMessage, "data"> | null,
  { digest }: Pick<LostTail, "digest">,
): boolean => found === null || (digest !== null && sha256(found.data) !== digest);

function readLostTail({ value }: Pick<Beat, "value">): LostTail | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { generation, sequence, digest } = value as { readonly [key: string]: Json };
  if (!isCount(generation) || !isCount(sequence)) return null;
  const read = Digest.nullable().safeParse(digest);
  return read.success ? { generation, sequence, digest: read.data } : null;
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0;
