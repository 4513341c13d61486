/** What a projector does before it opens the log: nothing, make the first generation, or begin the next one. Pure (ADR 0009, DESIGN 14.5). */
import type { DataOf } from "@claw/events";

export type Reason = DataOf<"log.resumed">["reason"];

/** That a generation must not be continued, and why. */
export interface Lost {
  readonly generation: number;
  readonly reason: Reason;
}

export interface Found {
  /** The newest generation that owns the log's subjects, opened or not; null where there is none. */
  readonly current: number | null;
  /** The newest generation that the ledger knows of. */
  readonly reached: number;
  /** The newest generation that was retired and whose stream is still there, or 0. */
  readonly retired: number;
  readonly isLedgerEmpty: boolean;
  /** Whether this ledger is of record, or nobody is and it may be: who may not only waits. */
  readonly isEntitled: boolean;
  /** What this process found, and has not begun a generation for since; null when it found nothing. */
  readonly lost: Lost | null;
  readonly isTrimAsked: boolean;
  /** The generation that this process began itself, so that it need not ask whether that was cut short. */
  readonly begun: number | null;
}

export type Plan =
  | { readonly do: "open" }
  | { readonly do: "first" }
  /** Take the subjects from `retiring`, take what it and those from `since` on hold, begin `generation`. All of it may have been done before, up to any point. */
  | {
      readonly do: "begin";
      readonly generation: number;
      readonly retiring: number;
      readonly since: number;
      /** Null where a process that was ended in between left no word: then `reasonOf` the stream that is left. */
      readonly reason: Reason | null;
      /** True where the stream of `generation` is there already, and perhaps opened: by this ledger, or by another one that was of record meanwhile. */
      readonly isThere: boolean;
    };

const OPEN: Plan = { do: "open" };

/**
 * - No stream: the first one is made for an empty ledger; a ledger that holds entries has lost its log.
 * - A stream of a later generation than the ledger knows of: a beginning that was perhaps cut short, so it is done again; done to its end it
 *   changes nothing. That holds whatever was lost before it: only the generation that was lost itself is left for another one.
 * - Only retired streams: the last of them was retired for a beginning that was cut short, so its number is not used again.
 * - A stream of an earlier generation than the ledger knows of: somebody put an old one back. It is retired.
 */
export function planOf(found: Found): Plan {
  const { current, reached, retired, isLedgerEmpty, isEntitled, lost, isTrimAsked, begun } = found;
  if (!isEntitled) return OPEN;
  const reason = lost?.reason ?? (isTrimAsked ? "trimmed" : null);
  const newest = Math.max(reached, retired, current ?? 0);
  const next = {
    do: "begin",
    generation: newest + 1,
    retiring: newest,
    since: reached,
    reason,
    isThere: false,
  } as const;
  if (current === null) return isLedgerEmpty ? { do: "first" } : next;
  if (isLedgerEmpty) return OPEN;
  if (current < reached)
    return { ...next, retiring: current, since: current, reason: lost?.reason ?? "restored" };
  if (lost !== null && lost.generation >= current) return { ...next, retiring: current };
  if (current > reached && current !== begun)
    return {
      ...next,
      generation: current,
      retiring: Math.max(reached, before(retired, current)),
      isThere: true,
    };
  return OPEN;
}

/** A generation that was retired, if it came before this one; else 0. */
const before = (retired: number, current: number): number => (retired < current ? retired : 0);

/** Why a generation begins, from what is left of the one before it. */
export const reasonOf = (isOldStreamLeft: boolean): Reason => (isOldStreamLeft ? "regressed" : "deleted");
