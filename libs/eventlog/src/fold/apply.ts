/**
 * The core of a fold: rows and entries in, touched rows out. Pure, so that however batches fall the rows are the same, and a batch that could
 * not be stored leaves nothing behind.
 */
import {
  type EntryId,
  type Event,
  NONE,
  position,
  type ReadEvent,
  readEvents,
  type Recorded,
  type Sequence,
} from "@claw/events";
import type { Logged } from "../event-log.ts";
import type { FoldSpec, Skipped } from "./spec.ts";

/** How far a fold has come. `entryId` names the entry at `sequence`, so that another log is not taken for the same one. */
export interface Checkpoint {
  readonly sequence: Sequence | 0;
  readonly entryId: EntryId | null;
  readonly skipped: Skipped;
}

export const START: Checkpoint = { sequence: NONE, entryId: null, skipped: { unknown: 0, poison: 0 } };

export interface Applied<Row> {
  /** The rows that changed, each once, as they are after the last entry. */
  readonly touched: ReadonlyMap<string, Row>;
  readonly checkpoint: Checkpoint;
}

/** Folds entries that come after the checkpoint; those at or before it were folded already and are passed over. */
export function apply<Row>(
  spec: FoldSpec<Row>,
  rows: ReadonlyMap<string, Row>,
  from: Checkpoint,
  entries: readonly Logged[],
): Applied<Row> {
  const touched = new Map<string, Row>();
  let { sequence, entryId } = from;
  let { unknown, poison } = from.skipped;
  for (const logged of entries) {
    if (logged.sequence <= sequence) continue;
    for (const read of readEvents(logged)) {
      if (read.status === "unknown") unknown += 1;
      else if (read.status === "poison" || !applyEvent(spec, rows, touched, logged, read)) poison += 1;
    }
    sequence = logged.sequence;
    entryId = logged.entry.envelope.id;
  }
  return { touched, checkpoint: { sequence, entryId, skipped: { unknown, poison } } };
}

type Known = Extract<ReadEvent, { status: "known" }>;

/** One event, wholly or not at all: false if the fold threw at it. One bad event must not stop all that come after it. */
function applyEvent<Row>(
  spec: FoldSpec<Row>,
  rows: ReadonlyMap<string, Row>,
  touched: Map<string, Row>,
  logged: Logged,
  { event }: Known,
): boolean {
  try {
    const recorded = recordedOf(logged, event);
    const changes = keysOf(spec, recorded).map(
      (key) => [key, spec.evolve(touched.get(key) ?? rows.get(key), recorded, key)] as const,
    );
    for (const [key, row] of changes) if (row !== undefined) touched.set(key, row);
    return true;
  } catch {
    return false;
  }
}

function keysOf<Row>(spec: FoldSpec<Row>, recorded: Recorded): readonly string[] {
  const key = spec.key(recorded);
  if (key === null) return [];
  return typeof key === "string" ? [key] : key;
}

/** On this log an entry's position is its sequence (DESIGN 14.1). */
function recordedOf({ sequence, entry }: Logged, event: Event): Recorded {
  const { id, lane, by, at } = entry.envelope;
  return { position: position(sequence), entryId: id, lane, by, recordedAt: at, event };
}
