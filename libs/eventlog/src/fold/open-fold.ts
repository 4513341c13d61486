/** A fold at work: it follows a log, keeps its rows in memory and its progress in a file of its own. */
import { NONE, type Sequence } from "@claw/events";
import { Deferred, Effect, Fiber, PubSub, Schedule, type Scope, Stream } from "effect";
import type { ReadableLog } from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";
import type { History } from "../history.ts";
import { type Applied, apply, applyPast, type Checkpoint } from "./apply.ts";
import { historyOf, isBeforeLog, openingOf, pastOf, regressed } from "./past.ts";
import type { FoldSpec, Skipped } from "./spec.ts";
import { openStore, type Store } from "./store.ts";

export interface FoldOptions<Row> extends FoldSpec<Row> {
  /** The fold's own file, an absolute path or `:memory:`. It may be deleted whenever the fold is not open. */
  readonly path: string;
  readonly log: ReadableLog;
  /** Where the log does not hold everything: what was before it. Without it such a log can be gone on with, and not begun. */
  readonly history?: History;
}

/** Which rows one batch changed. A reader that sees `after` differ from its last `through` has missed some and reads `all` again. */
export interface FoldChange {
  readonly after: Sequence | 0;
  readonly through: Sequence | 0;
  readonly keys: readonly string[];
}

/** Rows are read in memory and always of one moment: the checkpoint. */
export interface Fold<Row> {
  readonly get: (key: string) => Row | undefined;
  readonly all: () => ReadonlyMap<string, Row>;
  readonly size: () => number;
  /** The sequence of the last entry that was folded, or 0. */
  readonly sequence: () => Sequence | 0;
  readonly skipped: () => Skipped;
  /** Waits until an entry was folded. Fails if the fold ends before. */
  readonly caughtUp: (sequence: Sequence | 0) => Effect.Effect<void, LogUnavailable>;
  /** Waits for the fault that ends the fold: for its service to stop with. Faults that pass are retried and not seen here. */
  readonly ended: Effect.Effect<never, LogUnavailable>;
  /** Bounded: a slow reader loses the oldest, and can tell. */
  readonly changes: Stream.Stream<FoldChange>;
}

/** How many changes wait for one slow reader. */
const MAX_CHANGES = 256;
/** Waits between tries while the log or the disk is away, in ms (RELIABILITY 3.4). */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

interface Progress<Row> {
  readonly rows: Map<string, Row>;
  checkpoint: Checkpoint;
  waiting: readonly { readonly sequence: Sequence | 0; readonly reached: Deferred.Deferred<void> }[];
}

interface Parts<Row> {
  readonly options: FoldOptions<Row>;
  readonly save: Store<Row>["save"];
  readonly progress: Progress<Row>;
  readonly changes: PubSub.PubSub<FoldChange>;
}

/**
 * Opens a fold for the time of a scope and lets it follow in the background. Refuses (`regressed`) a log that is shorter than what was folded from
 * it, or of an older generation: it lost its tail, and must not be continued (DESIGN 14.5). The file of another log is folded anew, and so is that of
 * an older generation where the log no longer holds everything: first its history, in pages that are kept, then the log. Refuses (`unreachable`,
 * later) to begin such a log without history.
 */
export const openFold = Effect.fnUntraced(function* <Row>(
  options: FoldOptions<Row>,
): Effect.fn.Return<Fold<Row>, LogUnavailable, Scope.Scope> {
  const { log, name, path } = options;
  const { loaded, save } = yield* openStore(path, options, log.generation, (checkpoint) =>
    isOf(log, checkpoint, name),
  );
  if (isBeforeLog(log, loaded.checkpoint)) yield* historyOf(options);
  const changes = yield* PubSub.sliding<FoldChange>(MAX_CHANGES);
  const parts: Parts<Row> = { options, save, changes, progress: { ...loaded, waiting: [] } };
  const fiber = yield* Effect.forkScoped(run(parts));
  return bind(parts, Effect.andThen(Fiber.join(fiber), Effect.never));
});

/** True if the log goes on from the checkpoint. */
const isOf = Effect.fnUntraced(function* (
  log: ReadableLog,
  { generation, past, sequence, entryId }: Checkpoint,
  name: string,
): Effect.fn.Return<boolean, LogUnavailable> {
  if (generation > log.generation) return yield* Effect.fail(regressed(name, log, { generation }));
  if (generation < log.generation && log.start.position > 0) return false;
  if (entryId === null) return generation === log.generation && past <= log.start.position;
  const last = yield* log.last;
  if (last < sequence) return yield* Effect.fail(regressed(name, log, { sequence, last }));
  const there = sequence === NONE ? null : yield* log.at(sequence);
  return there?.entry.envelope.id === entryId;
});

/**
 * Follows from the checkpoint, and again from there after a fault that passes. A transaction holds what had gathered in the log while the one
 * before it was written, at most a page, so that nothing waits for a timer.
 */
const run = <Row>(parts: Parts<Row>): Effect.Effect<void, LogUnavailable> =>
  Effect.andThen(
    Effect.suspend(() => foldPast(parts)),
    Stream.suspend(() => parts.options.log.follow(parts.progress.checkpoint.sequence)).pipe(
      Stream.runForEachArray((entries) => {
        const { options, progress } = parts;
        return commit(parts, apply(options, progress.rows, progress.checkpoint, entries));
      }),
    ),
  ).pipe(Effect.retry({ while: ({ retry }) => retry === "later", schedule: patience }));

/** Folds what was before the log, and then stands at its opening. */
const foldPast = Effect.fnUntraced(function* <Row>(
  parts: Parts<Row>,
): Effect.fn.Return<void, LogUnavailable> {
  const { options, progress } = parts;
  const { log } = options;
  if (!isBeforeLog(log, progress.checkpoint)) return;
  const history = yield* historyOf(options);
  yield* Stream.runForEachArray(pastOf(log, history, progress.checkpoint.past), (entries) =>
    commit(parts, applyPast(options, progress.rows, progress.checkpoint, entries)),
  );
  const opening = yield* openingOf(log);
  const checkpoint = { ...progress.checkpoint, sequence: log.start.sequence, entryId: opening };
  yield* commit(parts, { touched: new Map(), checkpoint });
});

const patience = Schedule.min([Schedule.exponential(FIRST_RETRY_MS), Schedule.spaced(LAST_RETRY_MS)]);

/** Stored first, then seen: a batch that cannot be stored leaves the rows in memory as they were and is folded again. */
const commit = Effect.fnUntraced(function* <Row>(
  { save, progress, changes }: Parts<Row>,
  applied: Applied<Row>,
): Effect.fn.Return<void, LogUnavailable> {
  yield* save(applied);
  const after = progress.checkpoint.sequence;
  for (const [key, row] of applied.touched) progress.rows.set(key, row);
  progress.checkpoint = applied.checkpoint;
  wake(progress);
  const through = applied.checkpoint.sequence;
  yield* PubSub.publish(changes, { after, through, keys: [...applied.touched.keys()] });
});

function wake<Row>(progress: Progress<Row>): void {
  const reached = progress.checkpoint.sequence;
  for (const waiter of progress.waiting)
    if (waiter.sequence <= reached) Deferred.doneUnsafe(waiter.reached, Effect.void);
  progress.waiting = progress.waiting.filter((waiter) => waiter.sequence > reached);
}

function bind<Row>(
  { progress, changes }: Parts<Row>,
  ended: Effect.Effect<never, LogUnavailable>,
): Fold<Row> {
  return {
    get: (key) => progress.rows.get(key),
    all: () => progress.rows,
    size: () => progress.rows.size,
    sequence: () => progress.checkpoint.sequence,
    skipped: () => progress.checkpoint.skipped,
    caughtUp: (sequence) => Effect.raceFirst(reach(progress, sequence), ended),
    ended,
    changes: Stream.fromPubSub(changes),
  };
}

const reach = <Row>(progress: Progress<Row>, sequence: Sequence | 0): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (progress.checkpoint.sequence >= sequence) return Effect.void;
    const waiter = { sequence, reached: Deferred.makeUnsafe<void>() };
    progress.waiting = [...progress.waiting, waiter];
    return Effect.onInterrupt(Deferred.await(waiter.reached), () =>
      Effect.sync(() => {
        progress.waiting = progress.waiting.filter((other) => other !== waiter);
      }),
    );
  });
