/**
 * History: the ledger of record, read from afar. A log that was trimmed or begun again holds only what came since; whoever folds from the start
 * reads the rest here (DESIGN 14.3). `@claw/wire` has the adapter that asks over NATS; a ledger on this machine is one too.
 */
import type { Lane, Placed, Position } from "@claw/events";
import type { Stream } from "effect";
import type { LogUnavailable } from "./faults.ts";

export interface HistoryRange {
  readonly after: Position | 0;
  readonly through: Position;
  readonly lane?: Lane;
}

export interface History {
  /** The entries of a range in order, then ends. Fails as `later` while no ledger of record answers. */
  readonly read: (range: HistoryRange) => Stream.Stream<Placed, LogUnavailable>;
}
