/**
 * How many facts the lane of a session holds (F1-078, X1-036).
 *
 * No projection can count them: it sees neither what a later version wrote, nor what cannot be folded, nor what it may not believe. All of it is in the lane, and so
 * in an archive, which is finalised only where it holds as many facts as are counted here. So the fold counts entry by entry.
 */
import { type Lane, laneParts, type SessionId } from "@claw/events";
import type { LaneRow } from "../log-rows.ts";
import type { SessionRow } from "../rows.ts";
import type { Lookup } from "./projection.ts";

/** Raise `version` when something else is counted: views are rebuilt. */
export const LANES = { name: "lanes", version: 1 } as const;

export interface Counted {
  readonly lane: LaneRow;
  /** Undefined while nobody told of the session; whoever makes its row takes the count over (`factsOf`). */
  readonly session: SessionRow | undefined;
}

/** The rows after `count` more facts in a lane; null for one that is no session's. */
export function countedIn(lane: Lane, count: number, rows: Lookup): Counted | null {
  const parts = laneParts(lane);
  if (parts?.kind !== "session") return null;
  const facts = factsOf(rows, parts.id) + count;
  const session = rows("sessions", parts.id);
  return {
    lane: { sessionId: parts.id as SessionId, facts },
    session: session === undefined ? undefined : { ...session, factCount: facts },
  };
}

/** Facts of its lane so far. */
export const factsOf = (rows: Lookup, sessionId: string): number => rows("lanes", sessionId)?.facts ?? 0;
