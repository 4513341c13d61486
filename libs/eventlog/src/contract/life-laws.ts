/** Laws of a log's life: what a closed log says, and what is there when it is opened again. */
import { sequence } from "@claw/events";
import { Effect, Fiber, Stream } from "effect";
import { expect } from "vitest";
import type { LogUnavailable } from "../faults.ts";
import { givenEntry, givenLane } from "./given.ts";
import { hold, type LogHarness } from "./harness.ts";
import { append, entries, readAll } from "./law.ts";

export interface LifeLaw {
  readonly title: string;
  readonly check: (harness: LogHarness) => Effect.Effect<void, LogUnavailable>;
}

const faultOf = <A>(question: Effect.Effect<A, LogUnavailable>): Effect.Effect<LogUnavailable> =>
  Effect.flip(Effect.andThen(question, Effect.die("a closed log answered")));

export const lifeLaws: readonly LifeLaw[] = [
  {
    title: "a closed log says so, to each who asks and to those who were waiting",
    check: Effect.fnUntraced(function* (harness) {
      const { log, close } = yield* hold(harness);
      yield* append(log, entries(3));
      const following = yield* Effect.forkChild(Stream.runDrain(log.follow(0)), { startImmediately: true });
      yield* close;
      const asked: readonly Effect.Effect<unknown, LogUnavailable>[] = [
        append(log, [givenEntry()]),
        log.last,
        log.head(givenLane("a")),
        log.at(sequence(1)),
        ...(log.find === undefined ? [] : [log.find(givenEntry().envelope.id)]),
        readAll(log),
        Stream.runDrain(log.follow(0)),
        Fiber.join(following),
      ];
      for (const question of asked) {
        const { reason, retry } = yield* faultOf(question);
        expect({ reason, retry }).toEqual({ reason: "closed", retry: "never" });
      }
    }),
  },
  {
    title: "what was appended is there when the log is opened again, and the sequence goes on (S1-026)",
    check: Effect.fnUntraced(function* (harness) {
      if (!harness.lasting) return;
      const first = yield* hold(harness);
      yield* append(first.log, entries(10));
      const before = yield* readAll(first.log);
      yield* first.close;
      const second = yield* hold(harness);
      expect(yield* readAll(second.log)).toEqual(before);
      const [again, next] = yield* append(second.log, [...entries(1), givenEntry({ id: "test/next" })]);
      expect(again).toEqual({ status: "duplicate", sequence: before[0]?.sequence });
      expect(next).toEqual({ status: "appended", sequence: (before.at(-1)?.sequence ?? 0) + 1 });
      yield* second.close;
    }),
  },
];
