import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Effect, Fiber, type Scope, Stream } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, it } from "vitest";
import Sqlite from "better-sqlite3";
import { AT } from "../src/contract/index.ts";
import { type Beat, openSqlitePulse } from "../src/index.ts";
import { temporaryFolder } from "./temporary.ts";

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));
const newPath = (): string => join(temporaryFolder(), "pulse.db");
const beat = (n: number, id = "h1"): Beat => ({ kind: "host", id, at: AT + n, value: { n } });
const open = (path: string, more: { maxThings?: number; maxWaiting?: number } = {}) =>
  openSqlitePulse({ path, ...more });

describe("pulses", () => {
  it("keep the last beat of each thing", () =>
    run(
      Effect.gen(function* () {
        const pulse = yield* open(":memory:");
        for (const next of [beat(1), beat(2, "h2"), beat(3)]) yield* pulse.publish(next);
        expect(yield* pulse.last("host", "h1")).toEqual(beat(3));
        expect(yield* pulse.last("host", "h2")).toEqual(beat(2, "h2"));
        expect(yield* pulse.last("session", "h1")).toBeNull();
      }),
    ));

  it("reach whoever follows, from then on", () =>
    run(
      Effect.gen(function* () {
        const pulse = yield* open(":memory:");
        yield* pulse.publish(beat(1));
        const seen = yield* Effect.forkScoped(Stream.runCollect(Stream.take(pulse.follow(), 2)), {
          startImmediately: true,
        });
        for (const n of [2, 3]) yield* pulse.publish(beat(n));
        expect(yield* Fiber.join(seen)).toEqual([beat(2), beat(3)]);
      }),
    ));

  it("drop the oldest for a slow follower, count them, and hold nobody up", () =>
    run(
      Effect.gen(function* () {
        const pulse = yield* open(":memory:", { maxWaiting: 4 });
        const pull = yield* Stream.toPull(pulse.follow());
        const waiting = yield* Effect.forkScoped(pull, { startImmediately: true });
        for (let n = 1; n <= 100; n += 1) yield* pulse.publish(beat(n));
        expect(yield* Fiber.join(waiting)).toEqual([97, 98, 99, 100].map((n) => beat(n)));
        expect(yield* pulse.dropped).toMatchObject({ slow: 96 });
      }),
    ));

  it("forget the thing that was silent longest when there are too many, and refuse too large a value", () =>
    run(
      Effect.gen(function* () {
        const pulse = yield* open(":memory:", { maxThings: 2 });
        for (const id of ["a", "b", "a", "c"]) yield* pulse.publish(beat(1, id));
        yield* pulse.publish({ ...beat(2, "a"), value: "x".repeat(70_000) });
        expect(yield* pulse.last("host", "b")).toBeNull();
        expect(yield* pulse.last("host", "a")).toEqual(beat(1, "a"));
        expect(yield* pulse.dropped).toEqual({ slow: 0, oversized: 1, crowded: 1, unsaved: 0 });
      }),
    ));
});

describe("the file of the pulses", () => {
  it("is written at most once a second, and remembers across a restart", async () => {
    const path = newPath();
    const stored = (): unknown => {
      const db = new Sqlite(path, { readonly: true });
      const count = db.prepare("SELECT count(*) FROM beats").pluck().get();
      db.close();
      return count;
    };
    const work = Effect.gen(function* () {
      const pulse = yield* open(path);
      yield* pulse.publish(beat(1));
      yield* TestClock.adjust(999);
      expect(stored()).toBe(0);
      yield* TestClock.adjust(1);
      expect(stored()).toBe(1);
      yield* pulse.publish(beat(2, "h2"));
    });
    await Effect.runPromise(Effect.provide(Effect.scoped(work), TestClock.layer()));
    expect(stored()).toBe(2);
    expect(await run(Effect.flatMap(open(path), (pulse) => pulse.last("host", "h2")))).toEqual(beat(2, "h2"));
  });

  it("may be lost or damaged without harm", async () => {
    const path = newPath();
    await run(Effect.flatMap(open(path), (pulse) => pulse.publish(beat(1))));
    rmSync(path);
    expect(await run(Effect.flatMap(open(path), (pulse) => pulse.last("host", "h1")))).toBeNull();
    writeFileSync(path, "no database at all ".repeat(100));
    expect(await run(Effect.flatMap(open(path), (pulse) => pulse.last("host", "h1")))).toBeNull();
  });
});
