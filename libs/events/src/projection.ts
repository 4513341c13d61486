/** Keyed folds: how the log becomes rows. */
import type { Event } from "./catalog.ts";
import type { By } from "./entry.ts";
import type { EntryId, Position } from "./ids.ts";
import type { Lane } from "./lane.ts";

/** One event in its place: what a fold sees. */
export interface Recorded {
  readonly position: Position;
  readonly entryId: EntryId;
  readonly lane: Lane;
  readonly by: By;
  /** When it was recorded; `event.at` is when the host says it happened. */
  readonly recordedAt: number;
  readonly event: Event;
}

/**
 * Which row an event touches, and what that row becomes. Pure. Raise `version` when either changes: the view is rebuilt, never migrated.
 * `undefined` from `evolve` leaves the row as it was; rows are not removed, because history stays.
 */
export interface Projection<Row> {
  readonly name: string;
  readonly version: number;
  readonly key: (recorded: Recorded) => string | null;
  readonly evolve: (row: Row | undefined, recorded: Recorded) => Row | undefined;
}
