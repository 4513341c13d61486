/**
 * The core of a fold: rows and entries in, touched rows out. Pure, so that however batches fall the rows are the same, and a batch that could
 * not be stored leaves nothing behind.
 */
import {
  type EntryId,
  type Event,
  NONE,
  type Placed,
  position,
  type Position,
  type ReadEvent,
  readEvents,
  type Recorded,
  type Sequence,
} from "@claw/events";
import type { Logged } from "../event-log.ts";
import type { FoldSpec, Skipped } from "./spec.ts";

/**
 * How far a fold has come in one generation of the log. `entryId` names the entry at `sequence`, so that another log is not taken for the same one.
 * Before the log itself begins (`sequence` is 0), `past` is the position up to which its history was folded.
 */
export interface Checkpoint {
  readonly generation: number;
  readonly past: Position | 0;
  readonly sequence: Sequence | 0;
  readonly entryId: EntryId | null;
  readonly skipped: Skipped;
}

/** Nothing was folded: where every fold of a generation begins. */
export const startOf = (generation: number): Checkpoint => ({
  generation,
  past: NONE,
  sequence: NONE,
  entryId: null,
  skipped: { unknown: 0, poison: 0 },
});

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
  let { sequence, entryId } = from;
  const news: Placed[] = [];
  for (const logged of entries) {
    if (logged.sequence <= sequence) continue;
    sequence = logged.sequence;
    entryId = logged.entry.envelope.id;
    // On one machine an entry's position is its sequence (DESIGN 14.1); on a stream the sequence stands for it, as an order and no more.
    news.push({ position: position(sequence), entry: logged.entry });
  }
  const { touched, skipped } = fold(spec, rows, from.skipped, news);
  return { touched, checkpoint: { ...from, sequence, entryId, skipped } };
}

/** Folds history that comes after the checkpoint: entries at their true positions. */
export function applyPast<Row>(
  spec: FoldSpec<Row>,
  rows: ReadonlyMap<string, Row>,
  from: Checkpoint,
  entries: readonly Placed[],
): Applied<Row> {
  let { past } = from;
  const news: Placed[] = [];
  for (const placed of entries) {
    if (placed.position <= past) continue;
    past = placed.position;
    news.push(placed);
  }
  const { touched, skipped } = fold(spec, rows, from.skipped, news);
  return { touched, checkpoint: { ...from, past, skipped } };
}

function fold<Row>(
  spec: FoldSpec<Row>,
  rows: ReadonlyMap<string, Row>,
  skipped: Skipped,
  entries: readonly Placed[],
): { readonly touched: ReadonlyMap<string, Row>; readonly skipped: Skipped } {
  const touched = new Map<string, Row>();
  let { unknown, poison } = skipped;
  for (const placed of entries)
    for (const read of readEvents(placed)) {
      if (read.status === "unknown") unknown += 1;
      else if (read.status === "poison" || !applyEvent(spec, rows, touched, placed, read)) poison += 1;
    }
  return { touched, skipped: { unknown, poison } };
}

type Known = Extract<ReadEvent, { status: "known" }>;

/** One event, wholly or not at all: false if the fold threw at it. One bad event must not stop all that come after it. */
function applyEvent<Row>(
  spec: FoldSpec<Row>,
  rows: ReadonlyMap<string, Row>,
  touched: Map<string, Row>,
  placed: Placed,
  { event }: Known,
): boolean {
  try {
    const recorded = recordedOf(placed, event);
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

function recordedOf({ position: at, entry }: Placed, event: Event): Recorded {
  const { id, lane, by, at: recordedAt } = entry.envelope;
  return { position: at, entryId: id, lane, by, recordedAt, event };
}
