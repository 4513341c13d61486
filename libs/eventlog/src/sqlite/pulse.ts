/**
 * Pulses of one machine: the last beat of each thing in memory, written behind to a small file at most once a second, so that a restart does not
 * forget who was alive a moment ago. The file is a convenience: it is not synced, and a damaged one is deleted.
 */
import type { Json } from "@claw/events";
import { Effect, Queue, type Scope, Stream } from "effect";
import type { LogUnavailable } from "../faults.ts";
import type { Beat, Dropped, Pulse } from "../pulse.ts";
import { parseStored, readCache } from "./cache.ts";
import { type Database, type DatabaseOptions, openDatabase, type Schema } from "./database.ts";
import { attempt } from "./fault-of.ts";

export interface SqlitePulseOptions {
  /** An absolute path, or `:memory:`. */
  readonly path: string;
  /** How many things are remembered; the one that was silent longest is forgotten first. */
  readonly maxThings?: number;
  /** How many beats wait for one slow follower. */
  readonly maxWaiting?: number;
}

/** Twice the 10,000 sessions that the house is measured with (N1-046). */
const MAX_THINGS = 20_000;
const MAX_WAITING = 1_024;
/** How large a value may be, in UTF-16 units of its JSON: as large as people's text in an event. */
const MAX_VALUE = 65_536;
const FLUSH_EVERY_MS = 1_000;

const schema: Schema = {
  version: 1,
  create: `
    CREATE TABLE beats (thing TEXT PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, value TEXT NOT NULL)
    STRICT, WITHOUT ROWID;
  `,
};

interface Heart {
  readonly db: Database;
  /** By thing; the one that was silent longest comes first. */
  readonly beats: Map<string, Beat>;
  /** Things that changed, or were forgotten, since the last write. */
  readonly dirty: Set<string>;
  readonly followers: Set<Queue.Queue<Beat>>;
  readonly dropped: { -readonly [Reason in keyof Dropped]: number };
  readonly maxThings: number;
  readonly maxWaiting: number;
}

/** Opens for the time of a scope; what was not yet written is written when it closes. */
export const openSqlitePulse = Effect.fnUntraced(function* (
  options: SqlitePulseOptions,
): Effect.fn.Return<Pulse, LogUnavailable, Scope.Scope> {
  const { path, maxThings = MAX_THINGS, maxWaiting = MAX_WAITING } = options;
  const file: DatabaseOptions = { path, synchronous: "normal", schema };
  const remembered = yield* readCache(file, readBeats, []);
  const db = yield* openDatabase(file);
  const dropped = { slow: 0, oversized: 0, crowded: 0, unsaved: 0 };
  const heart: Heart = {
    db,
    beats: new Map(remembered.map((beat) => [thingOf(beat.kind, beat.id), beat])),
    dirty: new Set(),
    followers: new Set(),
    dropped,
    maxThings,
    maxWaiting,
  };
  forgetSilent(heart);
  yield* Effect.addFinalizer(() => flush(heart));
  yield* Effect.forkScoped(Effect.forever(Effect.delay(flush(heart), FLUSH_EVERY_MS)));
  return {
    publish: (beat) => Effect.sync(() => publish(heart, beat)),
    last: (kind, id) => Effect.sync(() => heart.beats.get(thingOf(kind, id)) ?? null),
    follow: () => follow(heart),
    dropped: Effect.sync(() => ({ ...dropped })),
  };
});

const thingOf = (kind: string, id: string): string => JSON.stringify([kind, id]);

interface StoredBeat extends Omit<Beat, "value"> {
  readonly value: string;
}

const readBeats = (db: Database): readonly Beat[] =>
  db
    .prepare<[], StoredBeat>("SELECT kind, id, at, value FROM beats ORDER BY at")
    .all()
    .map((beat) => ({ ...beat, value: parseStored<Json>(beat.value, "a beat") }));

function publish(heart: Heart, beat: Beat): void {
  if (JSON.stringify(beat.value).length > MAX_VALUE) {
    heart.dropped.oversized += 1;
    return;
  }
  const thing = thingOf(beat.kind, beat.id);
  heart.beats.delete(thing);
  heart.beats.set(thing, beat);
  heart.dirty.add(thing);
  forgetSilent(heart);
  for (const follower of heart.followers) {
    if (Queue.sizeUnsafe(follower) >= heart.maxWaiting) heart.dropped.slow += 1;
    Queue.offerUnsafe(follower, beat);
  }
}

function forgetSilent({ beats, dirty, dropped, maxThings }: Heart): void {
  for (const thing of beats.keys()) {
    if (beats.size <= maxThings) return;
    beats.delete(thing);
    dirty.add(thing);
    dropped.crowded += 1;
  }
}

const follow = (heart: Heart): Stream.Stream<Beat> =>
  Stream.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.tap(Queue.sliding<Beat>(heart.maxWaiting), (queue) =>
          Effect.sync(() => heart.followers.add(queue)),
        ),
        (queue) => Effect.sync(() => heart.followers.delete(queue)),
      ),
      Stream.fromQueue,
    ),
  );

/** Writes what changed as one transaction. A failed write is counted and its things stay dirty. */
const flush = (heart: Heart): Effect.Effect<void> =>
  attempt(() => {
    if (heart.dirty.size > 0) heart.db.transaction(() => writeDirty(heart))();
    heart.dirty.clear();
  }).pipe(
    Effect.catch(() =>
      Effect.sync(() => {
        heart.dropped.unsaved += 1;
      }),
    ),
  );

function writeDirty({ db, beats, dirty }: Heart): void {
  const put = db.prepare<[string, string, string, number, string]>(
    "INSERT OR REPLACE INTO beats VALUES (?, ?, ?, ?, ?)",
  );
  const forget = db.prepare<[string]>("DELETE FROM beats WHERE thing = ?");
  for (const thing of dirty) {
    const beat = beats.get(thing);
    if (beat === undefined) forget.run(thing);
    else put.run(thing, beat.kind, beat.id, beat.at, JSON.stringify(beat.value));
  }
}
