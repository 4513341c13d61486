/** From the log into one generation: a few entries into a batch, and a batch into the file. */
import type { IndexedLog, Logged, LogUnavailable } from "@claw/eventlog";
import { type Placed, position, type Sequence, sequence } from "@claw/events";
import type { Clocks } from "@claw/runtime";
import {
  type AnyProjection,
  type Batch,
  emptyBatch,
  type Evidence,
  foldEntry,
  type FoldParts,
  NO_EVIDENCE,
  retriedIn,
} from "@claw/views";
import { Effect, Stream } from "effect";
import { type Breaker, count, tripped } from "./breaker.ts";
import { attempt, ProjectingStopped, type ProjectorFault, type ViewsUnavailable } from "./faults.ts";
import type { Generation } from "./generations.ts";

/** Entries that are folded without a breath: the rest of the process waits so long (about 10 ms). */
export const CHUNK = 500;
/** Entries and letters of one commit of a build: a row that changes often is written once for all of them. */
const BUILD_ENTRIES = 20_000;
const BUILD_LETTERS = 33_554_432;

export interface FoldDependencies {
  readonly log: IndexedLog;
  readonly projections: readonly AnyProjection[];
  readonly clocks: Clocks;
}

/** A batch in the making, with the breaker as it will be when the batch is committed. */
interface Draft {
  readonly batch: Batch;
  breaker: Breaker;
}

/** Folds what is there now and commits it at once. Answers the batch, and the breaker after it. */
export const foldLive = Effect.fnUntraced(function* (
  given: FoldDependencies,
  { store }: Generation,
  breaker: Breaker,
  entries: readonly Logged[],
): Effect.fn.Return<Draft, ProjectorFault> {
  const draft = { batch: emptyBatch(store.checkpoint()), breaker };
  yield* foldChunk(given, store, draft, entries, true);
  yield* attempt(() => store.commit(draft.batch));
  return draft;
});

/**
 * Folds the log into a generation up to an entry, with few large commits. `onCommit` hears of each. Breathes between chunks, so that
 * whoever serves from another generation goes on.
 */
export const build = Effect.fnUntraced(function* (
  given: FoldDependencies,
  { store }: Generation,
  breaker: Breaker,
  through: Sequence | 0,
  onCommit: (batch: Batch) => void,
): Effect.fn.Return<Breaker, ProjectorFault> {
  const draft = { batch: emptyBatch(store.checkpoint()), breaker };
  const after = sequence(store.checkpoint().position);
  if (through <= after) return breaker;
  const state = { draft };
  const commit = Effect.fnUntraced(function* (): Effect.fn.Return<void, ViewsUnavailable> {
    const { batch } = state.draft;
    yield* attempt(() => store.commit(batch));
    state.draft = { batch: emptyBatch(batch.checkpoint), breaker: state.draft.breaker };
    onCommit(batch);
  });
  yield* Stream.runForEachArray(given.log.read({ after, through: sequence(through) }), (page) =>
    Effect.gen(function* () {
      for (const chunk of chunksOf(page)) {
        yield* foldChunk(given, store, state.draft, chunk, false);
        const { entries, letters } = state.draft.batch;
        if (entries >= BUILD_ENTRIES || letters >= BUILD_LETTERS) yield* commit();
        yield* Effect.yieldNow;
      }
    }),
  );
  if (state.draft.batch.entries > 0) yield* commit();
  return state.draft.breaker;
});

export const chunksOf = (entries: readonly Logged[]): readonly (readonly Logged[])[] =>
  Array.from({ length: Math.ceil(entries.length / CHUNK) }, (_, n) =>
    entries.slice(n * CHUNK, (n + 1) * CHUNK),
  );

const foldChunk = Effect.fnUntraced(function* (
  { log, projections, clocks }: FoldDependencies,
  store: Generation["store"],
  draft: Draft,
  entries: readonly Logged[],
  isLive: boolean,
): Effect.fn.Return<void, ProjectorFault> {
  const evidence = yield* readEvidence(log, entries);
  const parts: FoldParts = { projections, committed: store.committed, evidence };
  const why = yield* attempt(() => foldAll(parts, draft, entries, isLive, clocks.monoMs()));
  if (why !== null)
    return yield* new ProjectingStopped({ reason: "too_many_quarantined", detail: why, retry: "never" });
});

/** Folds until the breaker trips; answers why it did, or null. */
function foldAll(
  parts: FoldParts,
  draft: Draft,
  entries: readonly Logged[],
  isLive: boolean,
  atMs: number,
): string | null {
  for (const logged of entries) {
    const before = draft.batch.quarantined;
    foldEntry(parts, draft.batch, placedOf(logged));
    const isQuarantined = draft.batch.quarantined > before;
    draft.breaker = count(draft.breaker, isQuarantined, atMs);
    const why = isQuarantined ? tripped(draft.breaker, isLive, atMs) : null;
    if (why !== null) return why;
  }
  return null;
}

/** On this log an entry's position is its sequence (DESIGN 14.1). */
const placedOf = ({ sequence, entry }: Logged): Placed => ({ position: position(sequence), entry });

/** The entries that somebody asks to fold again: read before the fold, which does not wait. */
const readEvidence = Effect.fnUntraced(function* (
  log: IndexedLog,
  entries: readonly Logged[],
): Effect.fn.Return<Evidence, LogUnavailable> {
  const asked = new Set(entries.flatMap(({ entry }) => retriedIn(entry.envelope.events)));
  if (asked.size === 0) return NO_EVIDENCE;
  const evidence = new Map<number, Placed>();
  for (const at of asked) {
    const through = sequence(at);
    const [found] = yield* Stream.runCollect(log.read({ after: sequence(at - 1), through }));
    if (found !== undefined) evidence.set(at, placedOf(found));
  }
  return evidence;
});
