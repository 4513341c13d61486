/** What a fold is made of. */
import type { Recorded } from "@claw/events";

/**
 * Which rows an event touches, and what each becomes. Pure. Raise `version` when either changes: the rows are rebuilt, never migrated.
 * Rows must be JSON. A `Projection` of `@claw/events` is a `FoldSpec`.
 */
export interface FoldSpec<Row> {
  /** Names the fold in its file, so that a file is never taken for another fold's. */
  readonly name: string;
  readonly version: number;
  /** The key of the row, or several, or null where the event is none of this fold's business. */
  readonly key: (recorded: Recorded) => string | readonly string[] | null;
  /** The row after the event; `undefined` leaves it as it was. Must not change `row` in place. */
  readonly evolve: (row: Row | undefined, recorded: Recorded, key: string) => Row | undefined;
}

/** What a fold met that it could not use. Nothing of it is lost: the log keeps it. */
export interface Skipped {
  /** Events of an unknown kind, or of a newer version. */
  readonly unknown: number;
  /** Events of a known kind with a wrong shape, and events that the fold itself threw at. */
  readonly poison: number;
}
