/** A batch: what some entries changed, before it is committed. */
import type { EntryId, Position } from "@claw/events";
import type { QuarantineRow } from "../log-rows.ts";
import type { ViewName, ViewRows } from "../rows.ts";

/** A row that changed, and the position of the entry that changed it last; null where that entry took it away. */
export interface Touched {
  readonly view: ViewName;
  readonly key: string;
  readonly position: Position;
  readonly row: ViewRows[ViewName] | null;
}

/** How far the views have come. `entryId` names the entry at `position`, so that another log is not taken for the same one. */
export interface Checkpoint {
  readonly position: Position | 0;
  readonly entryId: EntryId | null;
}

/** Rows by `view/key`, each once, as they are after the last entry. */
export interface Batch {
  readonly touched: Map<string, Touched>;
  readonly quarantine: Map<number, QuarantineRow>;
  checkpoint: Checkpoint;
  /** Entries that were folded, quarantined ones included. */
  entries: number;
  /** How many of them were quarantined. */
  quarantined: number;
  /** Events of kinds that this version does not know: kept in the log, counted, in no row. */
  unknownEvents: number;
  /** Letters of the bodies that were folded: a measure of what the batch holds in memory. */
  letters: number;
}

export const emptyBatch = (checkpoint: Checkpoint): Batch => ({
  touched: new Map(),
  quarantine: new Map(),
  checkpoint,
  entries: 0,
  quarantined: 0,
  unknownEvents: 0,
  letters: 0,
});

/** The name of a row among all views. */
export const rowId = (view: ViewName, key: string): string => `${view}/${key}`;
