/** What a new generation of the log begins with: each lane's last entry, what a trim keeps besides, and the entry that opens it. Pure. */
import {
  type Digest,
  type Entry,
  type EntryId,
  FLEET_LANE,
  type Position,
  readEvents,
  seal,
  sequence,
  type Sequence,
  stampEntry,
} from "@claw/events";
import type { Reason } from "./plan.ts";

export interface Opening {
  readonly generation: number;
  /** Where the ledger of record stands, and its chain there. */
  readonly position: Position | 0;
  readonly chain: Digest;
  readonly reason: Reason;
}

/** The entry `resumed/<generation>`. `at` is epoch ms: the caller's clock, once per attempt. */
export function openingEntry({ generation, position, chain, reason }: Opening, at: number): Entry {
  const data = { generation, position, chain, reason };
  const said = seal(FLEET_LANE, null, [{ type: "log.resumed", v: 1, at, data }], () => "");
  return stampEntry(said, { id: `resumed/${generation}` as EntryId, by: { kind: "projector" }, at });
}

/** What an entry says as the opening of a generation, or null. */
export function openingOf(entry: Entry): Opening | null {
  const { lane, by } = entry.envelope;
  if (lane !== FLEET_LANE || by.kind !== "projector") return null;
  for (const read of readEvents({ entry }))
    if (read.status === "known" && read.event.type === "log.resumed")
      return { ...read.event.data, position: read.event.data.position as Position | 0 };
  return null;
}

/** Where the entries begin that a generation keeps whole: at `before` where a trim asks for it, else behind the last one. */
export const keptFrom = (before: Position | null, last: Position | 0): number => before ?? last + 1;

/** A sequence that no message of the log ever had. */
export const nextSequence = (seen: readonly (Sequence | 0)[]): Sequence => sequence(Math.max(0, ...seen) + 1);
