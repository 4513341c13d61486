/**
 * One entry into a batch, wholly or not at all.
 *
 * An entry that cannot be folded (an event of a known kind with a wrong shape, or a projection that throws) leaves no row behind: it is written
 * to quarantine, and the fold goes on. A failing disk is no property of an entry: errors of SQLite pass through and nothing is quarantined
 * (RELIABILITY 3.4).
 */
import { type Event, type Placed, position, type Position, readEvents } from "@claw/events";
import { countedIn } from "../domain/lanes.ts";
import type { AnyProjection, Fact, Lookup, ViewProjection } from "../domain/projection.ts";
import type { QuarantineRow } from "../log-rows.ts";
import type { ViewName } from "../rows.ts";
import { type Batch, rowId, type Touched } from "./batch.ts";
import { changeQuarantine, type Evidence } from "./quarantine.ts";

/** What the fold reads of what was committed before. */
export interface Committed {
  readonly row: Lookup;
  readonly quarantined: (position: number) => QuarantineRow | undefined;
}

export interface FoldParts {
  readonly projections: readonly AnyProjection[];
  readonly committed: Committed;
  /** Entries that somebody asked to fold again, by position. */
  readonly evidence: Evidence;
}

/** Why an entry cannot be folded: structure, never a payload. */
export interface Problem {
  readonly eventType: string;
  readonly detail: string;
}

export type Attempt =
  | {
      readonly ok: true;
      readonly touched: ReadonlyMap<string, Touched>;
      readonly events: readonly Event[];
      readonly unknown: number;
    }
  | { readonly ok: false; readonly problem: Problem };

/** Folds the entry if it comes after the batch's checkpoint; what was folded before is passed over. */
export function foldEntry(parts: FoldParts, batch: Batch, placed: Placed): void {
  if (placed.position <= batch.checkpoint.position) return;
  const { entry } = placed;
  const attempt = tryEntry(parts, batch, placed, placed.position);
  if (attempt.ok) {
    keep(batch, attempt);
    for (const event of attempt.events)
      changeQuarantine(event, {
        batch,
        committed: parts.committed.quarantined,
        evidence: parts.evidence,
        again: (old) => foldAgain(parts, batch, old, placed.position),
      });
  } else {
    batch.quarantined += 1;
    batch.quarantine.set(placed.position, quarantineRow(placed, attempt.problem));
  }
  count(batch, parts.committed, placed);
  batch.entries += 1;
  for (const body of entry.bodies) batch.letters += body?.json.length ?? 0;
  batch.checkpoint = { position: placed.position, entryId: entry.envelope.id };
}

/** Once for each entry, also where it is quarantined; one that is folded again was counted before. */
function count(batch: Batch, committed: Committed, { position: at, entry: { envelope } }: Placed): void {
  const counted = countedIn(envelope.lane, envelope.events.length, lookupIn(NOTHING, batch, committed));
  if (counted === null) return;
  const { lane, session } = counted;
  touch(batch, { view: "lanes", key: lane.sessionId, position: at, row: lane });
  if (session !== undefined)
    touch(batch, { view: "sessions", key: lane.sessionId, position: at, row: session });
}

const touch = ({ touched }: Batch, change: Touched): void =>
  void touched.set(rowId(change.view, change.key), change);

/** Folds quarantined evidence at the place where somebody asked for it; true if it could be. */
function foldAgain(parts: FoldParts, batch: Batch, old: Placed, at: Position): boolean {
  const attempt = tryEntry(parts, batch, old, at);
  if (attempt.ok) keep(batch, attempt);
  return attempt.ok;
}

function keep(batch: Batch, { touched, unknown }: Extract<Attempt, { ok: true }>): void {
  for (const [id, row] of touched) batch.touched.set(id, row);
  batch.unknownEvents += unknown;
}

const quarantineRow = ({ position, entry: { envelope } }: Placed, problem: Problem): QuarantineRow => ({
  position,
  entryId: envelope.id,
  lane: envelope.lane,
  eventType: problem.eventType,
  problem: problem.detail,
  firstSeenAt: envelope.at,
  attempts: 1,
  state: "open",
  reason: null,
});

/** The rows that an entry would change, as if it stood at position `at`. */
function tryEntry(parts: FoldParts, batch: Batch, placed: Placed, at: Position): Attempt {
  const touched = new Map<string, Touched>();
  const rows = lookupIn(touched, batch, parts.committed);
  const events: Event[] = [];
  let asked: Fact["asked"] = null;
  let unknown = 0;
  for (const read of readEvents(placed)) {
    if (read.status === "unknown") {
      unknown += 1;
      continue;
    }
    if (read.status === "poison")
      return { ok: false, problem: { eventType: read.type, detail: read.detail } };
    const problem = tryEvent(parts.projections, rows, touched, factOf(placed, read, at, asked));
    if (problem !== null) return { ok: false, problem };
    events.push(read.event);
    if (read.event.type === "command.accepted") asked = read.event.data;
  }
  return { ok: true, touched, events, unknown };
}

function factOf(
  { entry: { envelope } }: Placed,
  { event, index }: { readonly event: Event; readonly index: number },
  at: Position,
  asked: Fact["asked"],
): Fact {
  const { id, lane, by, at: recordedAt } = envelope;
  return { position: position(at), entryId: id, lane, by, recordedAt, event, index, asked };
}

const NOTHING: ReadonlyMap<string, Touched> = new Map();

const lookupIn =
  (touched: ReadonlyMap<string, Touched>, batch: Batch, committed: Committed): Lookup =>
  (view, key) => {
    const id = rowId(view, key);
    const fresh = touched.get(id) ?? batch.touched.get(id);
    if (fresh === undefined) return committed.row(view, key);
    // The id begins with the view's name, so the row under it is of that view.
    return fresh.row === null ? undefined : (fresh.row as ReturnType<typeof committed.row<typeof view>>);
  };

/** Every projection sees the rows before the event; their changes are kept together after the last one. */
function tryEvent(
  projections: readonly AnyProjection[],
  rows: Lookup,
  touched: Map<string, Touched>,
  fact: Fact,
): Problem | null {
  const changes: Touched[] = [];
  for (const projection of projections)
    try {
      // A projection's rows are those of its own view; the union of views cannot say so.
      evolveInto(projection as unknown as ViewProjection, rows, fact, changes);
    } catch (error) {
      if (isStorageError(error)) throw error;
      const kind = error instanceof Error ? error.name : "thrown value";
      return { eventType: fact.event.type, detail: `${projection.name}: ${kind}` };
    }
  for (const change of changes) touched.set(rowId(change.view, change.key), change);
  return null;
}

function evolveInto(projection: ViewProjection, rows: Lookup, fact: Fact, changes: Touched[]): void {
  const keys = projection.key(fact, rows);
  if (keys === null) return;
  if (typeof keys === "string") return evolveOne(projection, rows, fact, changes, keys);
  for (const key of keys) evolveOne(projection, rows, fact, changes, key);
}

function evolveOne(
  projection: ViewProjection<ViewName>,
  rows: Lookup,
  fact: Fact,
  changes: Touched[],
  key: string,
): void {
  const { name: view, evolve, removes } = projection;
  const before = rows(view, key);
  const isRemoved = removes?.(before, fact, rows, key) === true;
  const row = isRemoved ? null : evolve(before, fact, rows, key);
  if (row !== undefined) changes.push({ view, key, position: fact.position, row });
}

/** True for what the disk or another connection did, which says nothing about an entry. */
export const isStorageError = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "string" &&
  error.code.startsWith("SQLITE_");
