/** The ledger of record, read from afar, for whoever folds from the start a log that no longer holds everything (DESIGN 14.3). */
import type { Lane, Placed, Position } from "@claw/events";
import { Data, type Stream } from "effect";

/** Which entries: those after `after`, up to and including `through`; of one lane or of all. */
export interface LedgerRange {
  readonly after: Position | 0;
  readonly through: Position;
  readonly lane?: Lane;
}

/**
 * The ledger of record cannot be read now. `later`: nobody answers as such, or it does not stand at `through` yet. `never`: it answers what cannot
 * be used, such as an entry that is larger than the server lets through.
 */
export class HistoryUnavailable extends Data.TaggedError("HistoryUnavailable")<{
  readonly reason: string;
  readonly retry: "later" | "never";
}> {}

export interface LedgerHistory {
  /** The entries of a range in order, then ends: it never ends before `through`. After a failure, read on from the last entry that came. */
  readonly read: (range: LedgerRange) => Stream.Stream<Placed, HistoryUnavailable>;
}
