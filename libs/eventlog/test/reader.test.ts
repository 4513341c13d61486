import { type Lane, sequence } from "@claw/events";
import { Effect, Option, type Scope, Stream } from "effect";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { givenLane } from "../src/contract/given.ts";
import { append, entries, numbered } from "../src/contract/law.ts";
import { type EventLog, type Logged, openSqliteLog } from "../src/index.ts";

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

const ODD = givenLane("odd");
const EVEN = givenLane("even");
const laneOf = (n: number): Lane => (n % 2 === 1 ? ODD : EVEN);

const firstPage = (log: EventLog, after: number, through: number, lane?: Lane) => {
  const range = { after: sequence(after), through: sequence(through) };
  const pages = Stream.chunks(log.read(lane === undefined ? range : { ...range, lane }));
  return Effect.map(
    Stream.runHead(pages),
    Option.getOrElse((): readonly Logged[] => []),
  );
};

describe("the page that is read once for all followers", () => {
  it("is the very same for two that ask alike, one after the other", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        yield* append(log, entries(5));
        const [one] = yield* firstPage(log, 1, 4);
        const [other] = yield* firstPage(log, 1, 4);
        expect(one?.entry).toBe(other?.entry);
      }),
    ));

  it("is never another's: whoever asks for another range or lane gets that (N1-006)", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            after: fc.nat(3),
            through: fc.integer({ min: 27, max: 30 }),
            lane: fc.constantFrom(undefined, ODD, EVEN),
          }),
          {
            minLength: 2,
            maxLength: 20,
          },
        ),
        (asks) =>
          run(
            Effect.gen(function* () {
              const log = yield* openSqliteLog({ path: ":memory:" });
              yield* append(
                log,
                Array.from({ length: 30 }, (_, n) => numbered(n, laneOf(n + 1))),
              );
              for (const { after, through, lane } of asks) {
                const page = yield* firstPage(log, after, through, lane);
                const all = Array.from({ length: Math.max(0, through - after) }, (_, n) => after + n + 1);
                const expected = all.filter((n) => lane === undefined || laneOf(n) === lane);
                expect(page.map((logged) => Number(logged.sequence))).toEqual(expected);
              }
            }),
          ),
      ),
    ));
});
