/** Lines: the facts of each uplink that wait for the writer, and how they are taken in turn so that no host delays another. */
import type { Channel } from "./domain/admit.ts";
import type { Delivery } from "./domain/delivery.ts";

/** What became of a part of a line. `through` is its highest sequence. */
export interface Stored {
  readonly facts: number;
  readonly bytes: number;
  readonly through: number;
}

export interface Line {
  readonly channel: Channel;
  /** In order; the house's side of the uplink bounds it. */
  readonly waiting: Delivery[];
  /** Since when it waits for its next turn, by monotonic time; null when none waits. */
  waitsSince: number | null;
  /** The sequence whose claim was refused by the log once. */
  refusedClaim: number | null;
  readonly stored: (stored: Stored) => void;
}

/** Facts that one line gives in its turn where many wait. */
const LEAST_SHARE = 16;

/** How much each waiting line may give to a batch of `room`. */
export const shareOf = (room: number, lines: number): number =>
  Math.max(LEAST_SHARE, Math.floor(room / Math.max(1, lines)));

/** The lines that wait, beginning with another one each time. */
export function inTurn<L extends Line>(lines: Iterable<L>, turn: number): readonly L[] {
  const waiting = [...lines].filter((line) => line.waiting.length > 0);
  const first = waiting.length === 0 ? 0 : turn % waiting.length;
  return [...waiting.slice(first), ...waiting.slice(0, first)];
}
