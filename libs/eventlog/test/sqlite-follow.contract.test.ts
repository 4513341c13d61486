import { sequence } from "@claw/events";
import { Effect, type Scope, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { givenEntry, givenEvent } from "../src/contract/index.ts";
import { append, entries } from "../src/contract/law.ts";
import { openSqliteLog } from "../src/index.ts";
import { PAGE_ENTRIES } from "../src/sqlite/reader.ts";

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

describe("a slow follower", () => {
  it("holds one page, and finds the rest on disk without a gap (N1-006)", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        yield* append(log, entries(10));
        const pull = yield* Stream.toPull(log.follow(0));
        expect(yield* pull).toHaveLength(10);
        const late = 3 * PAGE_ENTRIES + 1;
        for (let from = 10; from < 10 + late; from += 100)
          yield* append(log, entries(Math.min(100, 10 + late - from), from));
        const pages = [yield* pull, yield* pull, yield* pull, yield* pull];
        expect(pages.map((page) => page.length)).toEqual([PAGE_ENTRIES, PAGE_ENTRIES, PAGE_ENTRIES, 1]);
        expect(pages.flat().map((logged) => logged.sequence)).toEqual(
          Array.from({ length: late }, (_, index) => sequence(index + 11)),
        );
      }),
    ));

  it("holds less than a page where entries are large", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const large = (n: number) =>
          givenEntry({ id: `test/${n}`, events: [givenEvent("x.large", {}, "x".repeat(200_000))] });
        yield* append(
          log,
          Array.from({ length: 60 }, (_, n) => large(n)),
        );
        const pages = yield* Stream.runCollect(Stream.chunks(log.read({ after: 0 })));
        expect(Math.max(...pages.map((page) => page.length))).toBeLessThan(25);
        expect(pages.flat()).toHaveLength(60);
      }),
    ));
});
