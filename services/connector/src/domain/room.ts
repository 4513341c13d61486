/**
 * How a full outbox says no. Sequences have no holes, so nothing is ever taken out of the middle: what finds no room is not let in, is counted,
 * and is told as a gap once there is room again. Facts that a later one repeats stop first, then history, which Codex keeps and a backfill
 * repairs, and last what nobody could say again. A rest stays free for the words about the gap itself.
 */
import type { Importance } from "./telling.ts";

export interface Room {
  readonly rows: number;
  readonly bytes: number;
}

/** 500,000 facts or 256 MiB (RELIABILITY 3.2): months of an ordinary host without its house. */
export const OUTBOX_BOUNDS: Room = { rows: 500_000, bytes: 256 * 1024 * 1024 };

/** The share of the bounds up to which each class is let in. */
const SHARES: Readonly<Record<Importance, number>> = { c: 0.8, b: 0.95, a: 0.99 };
const RELIEF = 0.7;

export const hasRoom = (importance: Importance, used: Room, bounds: Room): boolean =>
  share(used, bounds) < SHARES[importance];

/** There is so much room again that reports and repairs will not fill it at once. */
export const hasRelief = (used: Room, bounds: Room): boolean => share(used, bounds) < RELIEF;

const share = (used: Room, bounds: Room): number =>
  Math.max(used.rows / bounds.rows, used.bytes / bounds.bytes);
