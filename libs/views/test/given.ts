/** Views for tests: folded from entries, in memory. */
import { type Entry, type Placed, position } from "@claw/events";
import { onTestFinished } from "vitest";
import {
  type AnyProjection,
  emptyBatch,
  type Evidence,
  foldEntry,
  openViewStore,
  readerOn,
  retriedIn,
  type ViewReader,
  viewProjections,
  type ViewStore,
} from "../src/index.ts";

/** The entries at their places in a log. */
export const placed = (entries: readonly Entry[]): readonly Placed[] =>
  entries.map((entry, index) => ({ position: position(index + 1), entry }));

/** Folds entries in batches of the given sizes, again and again from the first size; each batch is one commit. */
export function foldInto(
  store: ViewStore,
  entries: readonly Placed[],
  sizes: readonly number[] = [500],
  projections: readonly AnyProjection[] = viewProjections,
): void {
  const parts = { projections, committed: store.committed, evidence: evidenceOf(entries) };
  let from = 0;
  for (let n = 0; from < entries.length; n += 1) {
    const size = Math.max(1, sizes[n % sizes.length] ?? 1);
    const batch = emptyBatch(store.checkpoint());
    for (const entry of entries.slice(from, from + size)) foldEntry(parts, batch, entry);
    store.commit(batch);
    from += size;
  }
}

function evidenceOf(entries: readonly Placed[]): Evidence {
  const asked = new Set(entries.flatMap(({ entry }) => retriedIn(entry.envelope.events)));
  return new Map(entries.filter((one) => asked.has(one.position)).map((one) => [one.position, one]));
}

/** A store in memory, closed when the test is. */
export function memoryStore(
  options: { readonly cacheLetters?: number; readonly projections?: readonly AnyProjection[] } = {},
): ViewStore {
  const store = openViewStore({ path: ":memory:", projections: viewProjections, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** A reader of what was folded from these entries. */
export function readerOf(entries: readonly Entry[]): ViewReader {
  const store = memoryStore();
  foldInto(store, placed(entries));
  return readerOn(store.db);
}

/** The world has fewer rows than this. */
export const ALL = { limit: 500, cursor: null } as const;

/** How many times a costly test repeats itself: 1 by hand, 5 where everything is run. */
export const testScale = Math.max(1, Number(process.env["CLAW_TEST_SCALE"] ?? 1) || 1);
