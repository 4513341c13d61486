/** Laws of reading: ranges, resuming, following, finding. */
import { sequence } from "@claw/events";
import { Effect, Fiber, Stream } from "effect";
import { expect } from "vitest";
import { givenEntry, givenLane } from "./given.ts";
import { append, entries, idsOf, type Law, readAll, sequenceOf } from "./law.ts";

/** More than one page of any adapter, so that pages meet somewhere inside. */
const MANY = 1_300;
const BATCH = 325;

const appendMany: Law["check"] = Effect.fnUntraced(function* (log) {
  for (let from = 0; from < MANY; from += BATCH) yield* append(log, entries(BATCH, from));
});

export const readLaws: readonly Law[] = [
  {
    title: "reading resumes after any position without a gap or a repeat (N1-006)",
    check: Effect.fnUntraced(function* (log) {
      yield* appendMany(log);
      const all = yield* readAll(log);
      expect(all).toHaveLength(MANY);
      for (const at of [0, 1, 499, 500, 501, 1_000, MANY - 1]) {
        const after = all[at]?.sequence ?? sequence(0);
        expect(idsOf(yield* readAll(log, { after }))).toEqual(idsOf(all.slice(at + 1)));
      }
    }),
  },
  {
    title: "a range ends where it says, or at the end that the log had when reading began",
    check: Effect.fnUntraced(function* (log) {
      yield* append(log, entries(10));
      const all = yield* readAll(log);
      const [after, through] = [all[2]?.sequence ?? sequence(0), all[6]?.sequence ?? sequence(0)];
      expect(idsOf(yield* readAll(log, { after, through }))).toEqual(idsOf(all.slice(3, 7)));
      const ends = log
        .read({ after: 0 })
        .pipe(Stream.tap(({ entry }) => append(log, [givenEntry({ id: `${entry.envelope.id}/later` })])));
      expect(yield* Stream.runCollect(ends)).toHaveLength(10);
    }),
  },
  {
    title: "follow sees what was there, and then what is appended later, without a gap (N1-006)",
    check: Effect.fnUntraced(function* (log) {
      yield* append(log, entries(5));
      const following = yield* Effect.forkScoped(Stream.runCollect(Stream.take(log.follow(0), 25)));
      for (let from = 5; from < 25; from += 4) yield* append(log, entries(4, from));
      expect(idsOf(yield* Fiber.join(following))).toEqual(idsOf(entries(25)));
    }),
  },
  {
    title: "follow resumes after any position, and several followers do not disturb each other",
    check: Effect.fnUntraced(function* (log) {
      yield* appendMany(log);
      const all = yield* readAll(log);
      const starts = [0, 700, MANY - 1];
      const followers = yield* Effect.forEach(starts, (at) =>
        Effect.forkScoped(
          Stream.runCollect(
            Stream.take(log.follow(at === 0 ? 0 : (all[at - 1]?.sequence ?? 0)), MANY + 1 - at),
          ),
        ),
      );
      yield* append(log, [givenEntry({ id: "test/last" })]);
      const seen = yield* Effect.forEach(followers, (follower) => Fiber.join(follower));
      for (const [index, list] of seen.entries())
        expect(idsOf(list)).toEqual([...idsOf(all.slice(starts[index])), "test/last"]);
    }),
  },
  {
    title: "at answers with the entry at a sequence, or null; head and last answer 0 where nothing is",
    check: Effect.fnUntraced(function* (log) {
      const entry = givenEntry();
      expect(yield* log.last).toBe(0);
      expect(yield* log.head(givenLane("a"))).toBe(0);
      expect(yield* log.at(sequence(1))).toBeNull();
      expect(yield* readAll(log)).toEqual([]);
      const stored = sequenceOf((yield* append(log, [entry]))[0]);
      expect(yield* log.at(stored)).toEqual({ sequence: stored, entry });
      expect(yield* log.at(sequence(stored + 1))).toBeNull();
      expect(yield* log.last).toBe(stored);
      expect(yield* log.head(givenLane("a"))).toBe(stored);
      expect(yield* log.head(givenLane("b"))).toBe(0);
    }),
  },
  {
    title: "a log that is indexed finds an entry by its id, or answers null",
    check: Effect.fnUntraced(function* (log) {
      if (log.find === undefined) return;
      const entry = givenEntry();
      expect(yield* log.find(entry.envelope.id)).toBeNull();
      const stored = sequenceOf((yield* append(log, [entry]))[0]);
      expect(yield* log.find(entry.envelope.id)).toEqual({ sequence: stored, entry });
    }),
  },
  {
    title: "a log says where it begins, and every entry of its own lies behind that (DESIGN 14.5)",
    check: Effect.fnUntraced(function* (log) {
      expect(log.generation).toBeGreaterThanOrEqual(1);
      expect(log.start.position).toBeGreaterThanOrEqual(0);
      const stored = sequenceOf((yield* append(log, [givenEntry()]))[0]);
      expect(stored).toBeGreaterThan(log.start.sequence);
      expect(idsOf(yield* readAll(log, { after: log.start.sequence }))).toEqual(["test/1"]);
    }),
  },
];
