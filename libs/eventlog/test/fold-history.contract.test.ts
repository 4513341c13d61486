import { join } from "node:path";
import { DECIDED, type Entry, FLEET_LANE, type Lane, type Placed, position, sequence } from "@claw/events";
import Sqlite from "better-sqlite3";
import { Effect, Fiber, type Scope, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { givenEntry, givenEvent, givenLane } from "../src/contract/given.ts";
import {
  type Fold,
  type FoldSpec,
  type History,
  type Logged,
  LogUnavailable,
  openFold,
  type ReadableLog,
  wholeLane,
} from "../src/index.ts";
import { temporaryFolder } from "./temporary.ts";

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));
const newPath = (): string => join(temporaryFolder(), "fold.db");

/** Which ids a lane had, in order: a fold that sees what is folded twice, late or never. */
const told: FoldSpec<readonly string[]> = {
  name: "told",
  version: 1,
  key: ({ lane, event }) => (event.type === "session.closed" ? lane : null),
  evolve: (row = [], { entryId, position: at }) => [...row, `${entryId}@${at}`],
};

const one = (n: number, lane: Lane = givenLane("a")): Entry => givenEntry({ id: `test/${n}`, lane });
const opening = givenEntry({
  id: "resumed/2",
  lane: FLEET_LANE,
  by: { kind: "projector" },
  events: [
    givenEvent("log.resumed", { generation: 2, position: 6, chain: "0".repeat(64), reason: "trimmed" }),
  ],
});

/** Positions 1 to 6 are history; the log repeats the lanes' last entries at 101 and 102, opens at 103, and has gone on. */
const past: readonly Placed[] = [1, 2, 3, 4, 5, 6].map((n) => ({
  position: position(n),
  entry: one(n, n === 4 ? DECIDED : givenLane("a")),
}));
const LOG: readonly (readonly [number, Entry])[] = [
  [101, one(4, DECIDED)],
  [102, one(6)],
  [103, opening],
  [104, one(7)],
  [105, one(8, DECIDED)],
];

const logOf = (list: readonly (readonly [number, Entry])[], generation = 2): ReadableLog => {
  const all: readonly Logged[] = list.map(([n, entry]) => ({ sequence: sequence(n), entry }));
  const isIn = ({ entry }: Logged, lane: Lane | undefined): boolean =>
    lane === undefined || entry.envelope.lane === lane;
  const last = all.at(-1)?.sequence ?? 0;
  return {
    generation,
    start: { sequence: sequence(103), position: position(6) },
    read: ({ after, through, lane }) =>
      Stream.fromIterable(
        all.filter(
          (logged) => logged.sequence > after && logged.sequence <= (through ?? last) && isIn(logged, lane),
        ),
      ),
    follow: (after) =>
      Stream.concat(Stream.fromIterable(all.filter((logged) => logged.sequence > after)), Stream.never),
    at: (n) => Effect.succeed(all.find((logged) => logged.sequence === n) ?? null),
    head: (lane) => Effect.succeed(all.findLast((logged) => isIn(logged, lane))?.sequence ?? 0),
    last: Effect.succeed(last),
  };
};

const historyOf = (entries: readonly Placed[], asked: number[] = []): History => ({
  read: ({ after, through, lane }) =>
    Stream.suspend(() => {
      asked.push(after);
      return Stream.rechunk(
        Stream.fromIterable(
          entries.filter(
            (placed) =>
              placed.position > after &&
              placed.position <= through &&
              (lane === undefined || placed.entry.envelope.lane === lane),
          ),
        ),
        2,
      );
    }),
});

const ROWS = [
  ["decided", ["test/4@4", "test/8@105"]],
  ["session/a", ["test/1@1", "test/2@2", "test/3@3", "test/5@5", "test/6@6", "test/7@104"]],
];
const rowsOf = (fold: Fold<readonly string[]>) => [...fold.all()].toSorted(([a], [b]) => (a < b ? -1 : 1));

const ask = (log: ReadableLog, path: string, history?: History) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fold = yield* openFold({ ...told, log, path, ...(history !== undefined && { history }) });
      yield* fold.caughtUp(yield* log.last);
      return rowsOf(fold);
    }),
  );

const away = new LogUnavailable({ reason: "unreachable", retry: "later", detail: "" });

describe("a fold of a log that was begun again", () => {
  it("folds history first and then the log, each entry once", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        expect(yield* ask(logOf(LOG), path, historyOf(past))).toEqual(ROWS);
        const asked: number[] = [];
        expect(yield* ask(logOf(LOG), path, historyOf(past, asked))).toEqual(ROWS);
        expect(asked).toEqual([]);
        expect(yield* ask(logOf(LOG), path)).toEqual(ROWS);
      }),
    ));

  it("is caught up with a log that holds nothing but its opening", () =>
    run(
      Effect.gen(function* () {
        const rows = yield* ask(logOf(LOG.slice(0, 3)), newPath(), historyOf(past));
        expect(rows).toEqual([
          ["decided", ["test/4@4"]],
          ["session/a", ["test/1@1", "test/2@2", "test/3@3", "test/5@5", "test/6@6"]],
        ]);
      }),
    ));

  it("goes on from the page of history that it had kept, after a fault and after a restart", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        const asked: number[] = [];
        const whole = historyOf(past, asked);
        const cutShort: History = {
          read: (range) => Stream.concat(Stream.take(whole.read(range), 2), Stream.fail(away)),
        };
        const fiber = yield* Effect.forkScoped(
          Effect.scoped(
            Effect.flatMap(
              openFold({ ...told, log: logOf(LOG), path, history: cutShort }),
              (fold) => fold.ended,
            ),
          ),
          { startImmediately: true },
        );
        const kept = (): number => {
          const db = new Sqlite(path, { readonly: true });
          const at = db.prepare("SELECT coalesce(max(past), 0) FROM checkpoint").pluck().get();
          db.close();
          return Number(at);
        };
        yield* Effect.repeat(Effect.sleep(5), { until: () => asked.length > 1 });
        yield* Fiber.interrupt(fiber);
        expect(asked.slice(0, 2)).toEqual([0, 2]);
        const reached = kept();
        expect(reached).toBeGreaterThanOrEqual(2);
        const later: number[] = [];
        expect(yield* ask(logOf(LOG), path, historyOf(past, later))).toEqual(ROWS);
        expect(later).toEqual(reached < 6 ? [reached] : []);
      }),
    ));

  it("waits for a history that is behind the log", () =>
    run(
      Effect.gen(function* () {
        let tries = 0;
        const growing: History = {
          read: (range) => Stream.suspend(() => historyOf(past.slice(0, 3 * (tries += 1))).read(range)),
        };
        expect(yield* ask(logOf(LOG), newPath(), growing)).toEqual(ROWS);
        expect(tries).toBe(2);
      }),
    ));

  it("cannot be begun without history, and says so; one that is on its way goes on", () =>
    run(
      Effect.gen(function* () {
        const fault = yield* Effect.flip(openFold({ ...told, log: logOf(LOG), path: newPath() }));
        expect(fault).toMatchObject({ reason: "unreachable", retry: "later" });
        expect(fault.detail).toBe(
          "The log begins after position 6, and the fold told has no history to begin with.",
        );
      }),
    ));

  it("makes its rows anew when it had followed an older generation", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        const older: ReadableLog = {
          ...logOf(
            [
              [1, one(1)],
              [2, one(99)],
            ],
            1,
          ),
          start: { sequence: 0, position: 0 },
        };
        expect(yield* ask(older, path)).toEqual([["session/a", ["test/1@1", "test/99@2"]]]);
        expect(yield* ask(logOf(LOG), path, historyOf(past))).toEqual(ROWS);
        const fault = yield* Effect.flip(openFold({ ...told, log: older, path }));
        expect(fault).toMatchObject({ reason: "regressed", retry: "never" });
      }),
    ));

  it("is refused when the log is shorter than what was read of it", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        yield* ask(logOf(LOG), path, historyOf(past));
        const fault = yield* Effect.flip(
          openFold({ ...told, log: logOf(LOG.slice(0, 4)), path, history: historyOf(past) }),
        );
        expect(fault).toMatchObject({ reason: "regressed", retry: "never" });
      }),
    ));

  it("makes a file of an older version anew", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        const old = new Sqlite(path);
        old.exec(`CREATE TABLE rows (key TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
          CREATE TABLE checkpoint (one INTEGER PRIMARY KEY, name TEXT, version INTEGER, sequence INTEGER, entry_id TEXT,
            unknown INTEGER, poison INTEGER) STRICT;
          INSERT INTO rows VALUES ('session/a', '["old"]');
          INSERT INTO checkpoint VALUES (1, 'told', 1, 105, 'test/8', 0, 0);
          PRAGMA user_version = 1`);
        old.close();
        expect(yield* ask(logOf(LOG), path, historyOf(past))).toEqual(ROWS);
      }),
    ));
});

describe("a lane as a whole", () => {
  const idsOf = (stream: ReturnType<typeof wholeLane>) =>
    Effect.map(Stream.runCollect(stream), (list) =>
      list.map(({ sequence: at, entry }) => [entry.envelope.id as string, at === null ? null : Number(at)]),
    );

  it("is its history and then what the log has since, without what the log repeats", () =>
    run(
      Effect.gen(function* () {
        const log = logOf(LOG);
        expect(yield* idsOf(wholeLane(log, historyOf(past), DECIDED))).toEqual([
          ["test/4", null],
          ["test/8", 105],
        ]);
        const lane = givenLane("a");
        expect(yield* idsOf(wholeLane(log, historyOf(past), lane))).toHaveLength(6);
        expect(yield* idsOf(wholeLane(log, historyOf(past), givenLane("none")))).toEqual([]);
        expect(yield* idsOf(wholeLane(log, undefined, lane, sequence(103)))).toEqual([["test/7", 104]]);
        expect(yield* idsOf(wholeLane(log, historyOf(past), FLEET_LANE))).toEqual([]);
        const spoken = one(4, FLEET_LANE);
        const spokenOf = logOf([[100, spoken], ...LOG]);
        const whole = historyOf([
          ...past.slice(0, 3),
          { position: position(4), entry: spoken },
          ...past.slice(4),
        ]);
        expect(yield* idsOf(wholeLane(spokenOf, whole, FLEET_LANE))).toEqual([["test/4", null]]);
      }),
    ));

  it("is refused, later, without history or with one that is behind", () =>
    run(
      Effect.gen(function* () {
        for (const history of [undefined, historyOf(past.slice(0, 3))]) {
          const fault = yield* Effect.flip(Stream.runDrain(wholeLane(logOf(LOG), history, DECIDED)));
          expect(fault).toMatchObject({ reason: "unreachable", retry: "later" });
        }
      }),
    ));

  it("is the log's own where that holds everything", () =>
    run(
      Effect.gen(function* () {
        const log: ReadableLog = { ...logOf([[1, one(1)]], 1), start: { sequence: 0, position: 0 } };
        expect(yield* idsOf(wholeLane(log, undefined, givenLane("a")))).toEqual([["test/1", 1]]);
      }),
    ));
});
