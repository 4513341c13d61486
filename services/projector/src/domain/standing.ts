/** What the log says of itself: which ledger is of record, which generation runs, what may leave the log. A fold over two lanes. Pure. */
import {
  DECIDED,
  FLEET_LANE,
  type Lane,
  type LedgerId,
  type Placed,
  type Position,
  position,
  readEvents,
} from "@claw/events";

export interface Standing {
  /** The ledger of the last `ledger.claimed`, or null: the last claim wins (ADR 0009). */
  readonly claimant: LedgerId | null;
  /** The newest generation that an entry told of; the first one begins without one. */
  readonly generation: number;
  /** What a `log.trimmed` asked for that no later generation answered yet (ADR 0010). */
  readonly trimBefore: Position | null;
  /** The newest generation that a trim began, and the one before it: the streams from `since` on, up to `generation`, may be deleted. */
  readonly trimmed: { readonly generation: number; readonly since: number } | null;
}

export const NOTHING_SAID: Standing = { claimant: null, generation: 1, trimBefore: null, trimmed: null };

/** The lanes that are folded; what other lanes hold of these kinds is somebody else's word. */
export const STANDING_LANES: readonly Lane[] = [DECIDED, FLEET_LANE];

/** Hears one entry. Entries of the two lanes may come one lane after the other: what orders them is the position. */
export function hear(standing: Standing, placed: Placed): Standing {
  const { lane, by } = placed.entry.envelope;
  if (lane === DECIDED && by.kind === "policy") return hearDecided(standing, placed);
  if (lane === FLEET_LANE && by.kind === "projector") return hearFleet(standing, placed);
  return standing;
}

function hearDecided(standing: Standing, placed: Placed): Standing {
  let heard = standing;
  for (const read of readEvents(placed)) {
    if (read.status !== "known") continue;
    if (read.event.type === "ledger.claimed") heard = { ...heard, claimant: read.event.data.ledgerId };
    if (read.event.type === "log.trimmed" && read.event.data.before <= placed.position)
      heard = { ...heard, trimBefore: position(read.event.data.before) };
  }
  return heard;
}

/** Whatever a generation began for, it left out what a trim before it asked to leave out: lanes' last entries are all that stays of what is old. */
function hearFleet(standing: Standing, placed: Placed): Standing {
  let heard = standing;
  for (const read of readEvents(placed)) {
    if (read.status !== "known" || read.event.type !== "log.resumed") continue;
    const { generation, reason } = read.event.data;
    const since = heard.trimmed?.generation ?? 1;
    heard = {
      ...heard,
      generation: Math.max(heard.generation, generation),
      trimBefore: null,
      trimmed: reason === "trimmed" ? { generation, since } : heard.trimmed,
    };
  }
  return heard;
}

/**
 * What a projector is. `waiting`: it has not read up to the end of the log yet, so it cannot know who claimed last; `unclaimed`: nobody did.
 * Who was of record before it was stopped must not act on that before it has read on.
 */
export type Role = "waiting" | "record" | "replica" | "unclaimed";

export function roleOf({ claimant }: Standing, ledgerId: LedgerId, isCaughtUp: boolean): Role {
  if (!isCaughtUp) return "waiting";
  if (claimant === null) return "unclaimed";
  return claimant === ledgerId ? "record" : "replica";
}
