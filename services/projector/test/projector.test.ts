import { position } from "@claw/events";
import { history } from "@claw/testkit/arbitraries";
import { openMemoryLog } from "@claw/testkit/memory-log";
import { Deferred, Effect, Fiber, Stream } from "effect";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  append,
  appendAndWait,
  digestFromZero,
  digestInFolder,
  gapEntry,
  lostFacts,
  run,
  start,
  temporaryFolder,
  testScale,
  viewFiles,
} from "./given.ts";

it("projects what is there and what comes, and a reader can wait for its own write (S1-026)", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog([gapEntry(1), gapEntry(2)]);
      const projector = yield* start(log, temporaryFolder());
      yield* projector.saying("following");
      expect(lostFacts(projector)).toBe(2);
      for (let n = 3; n < 20; n += 1) {
        const at = yield* appendAndWait(log, projector, [gapEntry(n)]);
        expect(lostFacts(projector)).toBe(n);
        expect(projector.reader().position()).toBe(at);
        expect(yield* projector.lag()).toBe(0);
      }
      expect(projector.health.isReady()).toBe(true);
    }),
  ));

it("whispers each commit with the rows that moved (N1-006)", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog();
      const projector = yield* start(log, temporaryFolder());
      yield* projector.saying("following");
      const whispers = yield* projector.feed.subscribe;
      const first = yield* Effect.forkScoped(Stream.runCollect(Stream.take(whispers, 2)));
      yield* appendAndWait(log, projector, [gapEntry(1)]);
      yield* appendAndWait(log, projector, [gapEntry(2)]);
      expect(yield* Fiber.join(first)).toEqual([
        { position: 1, changes: [{ view: "hosts", key: "host-a", position: 1 }] },
        { position: 2, changes: [{ view: "hosts", key: "host-a", position: 2 }] },
      ]);
    }),
  ));

it("any history in any batches with restarts between equals one fold from zero (N1-001)", () =>
  fc.assert(
    fc.asyncProperty(
      history(60),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }),
      (entries, cuts) =>
        run(
          Effect.gen(function* () {
            const log = yield* openMemoryLog();
            const dataDir = temporaryFolder();
            let from = 0;
            for (const cut of [...cuts, entries.length]) {
              yield* Effect.scoped(
                Effect.gen(function* () {
                  const projector = yield* start(log, dataDir);
                  const at = yield* append(log, entries.slice(from, from + cut));
                  yield* projector.feed.reached(at);
                }),
              );
              from += cut;
            }
            const found = digestInFolder(dataDir);
            expect(found.position).toBe(entries.length);
            expect(found.digest).toBe(yield* digestFromZero(log, found.position));
          }),
        ),
    ),
    { numRuns: 20 * testScale },
  ));

it("a rebuild beside serves all the while, ends with the same views, and leaves one file (N1-001)", () =>
  run(
    Effect.gen(function* () {
      const entries = Array.from({ length: 3_000 }, (_, n) => gapEntry(n));
      const log = yield* openMemoryLog(entries);
      const dataDir = temporaryFolder();
      const projector = yield* start(log, dataDir);
      yield* projector.saying("following");
      const reader = projector.reader();
      const rebuilding = yield* Effect.forkScoped(projector.rebuild());
      let appended = 3_000;
      while (rebuilding.pollUnsafe() === undefined) {
        appended += 1;
        yield* appendAndWait(log, projector, [gapEntry(appended)]);
        expect(reader.host("host-a")?.lostFacts).toBe(appended);
        yield* Effect.yieldNow;
      }
      const found = yield* Fiber.join(rebuilding);
      expect(found).toMatchObject({ generation: 2, isEqual: true });
      expect(appended).toBeGreaterThan(3_001);
      yield* appendAndWait(log, projector, [gapEntry(9_999)]);
      expect(reader.host("host-a")?.lostFacts).toBe(appended + 1);
      expect(viewFiles(dataDir)).toEqual(["views-2.db"]);
    }),
  ));

it("N1-035 tells how long the last build took: that of the start, then that of a rebuild", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog(Array.from({ length: 2_000 }, (_, n) => gapEntry(n)));
      const projector = yield* start(log, temporaryFolder());
      const told = Effect.map(
        Effect.promise(() => projector.metrics.metrics()),
        (page) => Number(/^claw_projector_build_seconds (\S+)$/m.exec(page)?.[1]),
      );
      yield* projector.saying("following");
      const first = yield* told;
      expect(first).toBeGreaterThan(0);
      yield* projector.rebuild();
      const second = yield* told;
      expect(second).toBeGreaterThan(0);
      expect(second).not.toBe(first);
    }),
  ));

it("a rebuild that is cut short changes nothing", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog(Array.from({ length: 5_000 }, (_, n) => gapEntry(n)));
      const dataDir = temporaryFolder();
      const projector = yield* start(log, dataDir);
      yield* projector.saying("following");
      const rebuilding = yield* Effect.forkScoped(projector.rebuild());
      yield* Effect.yieldNow;
      yield* Fiber.interrupt(rebuilding);
      expect(viewFiles(dataDir)).toEqual(["views-1.db"]);
      yield* appendAndWait(log, projector, [gapEntry(5_001)]);
      expect(lostFacts(projector)).toBe(5_001);
      expect(yield* projector.rebuild()).toMatchObject({ isEqual: true });
    }),
  ));

it("a waiter that gives up is forgotten, and one for the past is answered at once", () =>
  run(
    Effect.gen(function* () {
      const log = yield* openMemoryLog([gapEntry(1)]);
      const projector = yield* start(log, temporaryFolder());
      yield* projector.feed.reached(position(1));
      yield* projector.feed.reached(position(0));
      const never = yield* Deferred.make<void>();
      const waiting = yield* Effect.forkScoped(
        Effect.andThen(projector.feed.reached(position(99)), Deferred.succeed(never, undefined)),
      );
      yield* Fiber.interrupt(waiting);
      expect(yield* Deferred.isDone(never)).toBe(false);
    }),
  ));
