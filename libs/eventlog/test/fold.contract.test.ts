import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { Effect, Exit, Fiber, Scope, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { givenEntry, givenLane } from "../src/contract/index.ts";
import { append, entries } from "../src/contract/law.ts";
import {
  type EventLog,
  type Fold,
  type FoldSpec,
  LogUnavailable,
  openFold,
  openSqliteLog,
} from "../src/index.ts";
import { temporaryFolder } from "./temporary.ts";

/** How often each session was closed. */
const closings: FoldSpec<{ readonly count: number }> = {
  name: "closings",
  version: 1,
  key: ({ lane, event }) => (event.type === "session.closed" ? lane : null),
  evolve: (row) => ({ count: (row?.count ?? 0) + 1 }),
};

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));
const paths = (): { readonly log: string; readonly fold: string } => {
  const folder = temporaryFolder();
  return { log: join(folder, "log.db"), fold: join(folder, "fold.db") };
};

/** Opens, waits for the end of the log, answers what was asked, closes. */
const ask = <A>(
  log: EventLog,
  path: string,
  question: (fold: Fold<{ readonly count: number }>) => A,
  spec = closings,
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fold = yield* openFold({ ...spec, log, path });
      yield* fold.caughtUp(yield* log.last);
      return question(fold);
    }),
  );

const countOf = (fold: Fold<{ readonly count: number }>): number | undefined => fold.get("session/a")?.count;

describe("a checkpointed fold", () => {
  it("follows the log, and a reader can wait for its own write", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const fold = yield* openFold({ ...closings, log, path: ":memory:" });
        for (let n = 1; n <= 20; n += 1) {
          yield* append(log, entries(2, n * 2));
          yield* fold.caughtUp(yield* log.last);
          expect(countOf(fold)).toBe(n * 2);
        }
        expect(fold.size()).toBe(1);
        expect(fold.sequence()).toBe(40);
        expect([...fold.all()]).toEqual([["session/a", { count: 40 }]]);
      }),
    ));

  it("goes on from its checkpoint and folds nothing twice (N1-005)", () =>
    run(
      Effect.gen(function* () {
        const at = paths();
        const log = yield* openSqliteLog({ path: at.log });
        yield* append(log, entries(300));
        expect(yield* ask(log, at.fold, countOf)).toBe(300);
        const watched: EventLog = { ...log, follow: (after) => Stream.tap(log.follow(after), note) };
        const seen: number[] = [];
        const note = ({ sequence }: { readonly sequence: number }) => Effect.sync(() => seen.push(sequence));
        yield* append(log, entries(2, 300));
        expect(yield* ask(watched, at.fold, countOf)).toBe(302);
        expect(seen).toEqual([301, 302]);
      }),
    ));

  it.each([
    ["was deleted", (path: string) => rmSync(path)],
    ["is of a newer version", (path: string) => Sqlite(path).exec("PRAGMA user_version = 9").close()],
    [
      "is no database",
      (path: string) => writeFileSync(path, "not a database at all, for long enough ".repeat(60)),
    ],
    ["has a damaged row", (path: string) => Sqlite(path).exec("UPDATE rows SET row = '{'").close()],
    [
      "is of another fold",
      (path: string) =>
        Sqlite(path).exec("UPDATE checkpoint SET name = 'other'; UPDATE rows SET row = '{}'").close(),
    ],
    [
      "is of another log",
      (path: string) =>
        Sqlite(path).exec("UPDATE checkpoint SET entry_id = 'test/none'; UPDATE rows SET row = '{}'").close(),
    ],
  ])("is rebuilt from the log when its file %s (N1-001)", async (_, damage) => {
    const at = paths();
    await run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: at.log });
        yield* append(log, entries(50));
        yield* ask(log, at.fold, countOf);
        damage(at.fold);
        expect(yield* ask(log, at.fold, countOf)).toBe(50);
        expect(yield* ask(log, at.fold, countOf)).toBe(50);
      }),
    );
  });

  it("is rebuilt when its version changed", () =>
    run(
      Effect.gen(function* () {
        const at = paths();
        const log = yield* openSqliteLog({ path: at.log });
        yield* append(log, entries(5));
        yield* ask(log, at.fold, countOf);
        const twice: typeof closings = {
          ...closings,
          version: 2,
          evolve: (row) => ({ count: (row?.count ?? 0) + 2 }),
        };
        expect(yield* ask(log, at.fold, countOf, twice)).toBe(10);
      }),
    ));

  it("refuses a log that lost its tail", () =>
    run(
      Effect.gen(function* () {
        const at = paths();
        const log = yield* openSqliteLog({ path: at.log });
        yield* append(log, entries(10));
        yield* ask(log, at.fold, countOf);
        const shorter = yield* openSqliteLog({ path: ":memory:" });
        yield* append(shorter, entries(9));
        const fault = yield* Effect.flip(openFold({ ...closings, log: shorter, path: at.fold }));
        const lost = { generation: 1, sequence: 10, digest: null };
        expect(fault).toMatchObject({ reason: "regressed", retry: "never", lost });
      }),
    ));

  it("rows and checkpoint are of one moment in the file, after every batch", () =>
    run(
      Effect.gen(function* () {
        const at = paths();
        const log = yield* openSqliteLog({ path: at.log });
        const fold = yield* openFold({ ...closings, log, path: at.fold });
        const reader = new Sqlite(at.fold, { readonly: true });
        const moment = reader.transaction(() => [
          reader.prepare("SELECT coalesce(max(sequence), 0) FROM checkpoint").pluck().get(),
          reader.prepare("SELECT coalesce(sum(json_extract(row, '$.count')), 0) FROM rows").pluck().get(),
        ]);
        for (let n = 0; n < 50; n += 1) {
          yield* append(log, entries(7, n * 7, givenLane(`s${n}`)));
          if (n % 5 === 0) yield* fold.caughtUp(yield* log.last);
          const [checkpoint, folded] = moment();
          expect(folded).toBe(checkpoint);
        }
        reader.close();
      }),
    ));
});

describe("a fold when things fail", () => {
  it("tries again after a fault that passes, and loses nothing", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        yield* append(log, entries(10));
        let failures = 2;
        const away = new LogUnavailable({ reason: "busy", retry: "later", detail: "" });
        const shaky: EventLog = {
          ...log,
          follow: (after) => {
            failures -= 1;
            return failures >= 0
              ? Stream.concat(Stream.take(log.follow(after), 3), Stream.fail(away))
              : log.follow(after);
          },
        };
        expect(yield* ask(shaky, ":memory:", countOf)).toBe(10);
      }),
    ));

  it("ends with a fault that does not pass, and says so to who waits", () =>
    run(
      Effect.gen(function* () {
        const scope = yield* Scope.make();
        const log = yield* Effect.provideService(openSqliteLog({ path: ":memory:" }), Scope.Scope, scope);
        const fold = yield* openFold({ ...closings, log, path: ":memory:" });
        yield* append(log, entries(1));
        yield* fold.caughtUp(yield* log.last);
        yield* Scope.close(scope, Exit.void);
        const fault = yield* Effect.flip(fold.ended);
        expect(fault).toMatchObject({ reason: "closed", retry: "never" });
        expect(countOf(fold)).toBe(1);
      }),
    ));

  it("tells its readers which rows changed, without a gap", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const fold = yield* openFold({ ...closings, log, path: ":memory:" });
        yield* fold.caughtUp(0);
        const seen = yield* Effect.forkScoped(Stream.runCollect(Stream.take(fold.changes, 2)), {
          startImmediately: true,
        });
        yield* append(log, entries(3));
        yield* fold.caughtUp(yield* log.last);
        yield* append(log, [givenEntry({ id: "test/b", lane: givenLane("b") })]);
        yield* fold.caughtUp(yield* log.last);
        const changes = yield* Fiber.join(seen);
        expect(changes).toEqual([
          { after: 0, through: 3, keys: ["session/a"] },
          { after: 3, through: 4, keys: ["session/b"] },
        ]);
      }),
    ));
});
