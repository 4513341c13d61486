/** Laws of lanes: optimistic heads, independence, one winner. */
import { Effect } from "effect";
import { expect } from "vitest";
import { givenEntry, givenLane } from "./given.ts";
import { append, appendAt, entries, idsOf, type Law, readAll, sequenceOf } from "./law.ts";

const RACERS = 50;

export const laneLaws: readonly Law[] = [
  {
    title: "an entry is stored at the head that it expects; 0 expects an empty lane",
    check: Effect.fnUntraced(function* (log) {
      const first = yield* appendAt(log, givenEntry({ id: "test/1" }), 0);
      const second = yield* appendAt(log, givenEntry({ id: "test/2" }), sequenceOf(first));
      expect([first?.status, second?.status]).toEqual(["appended", "appended"]);
      expect(yield* log.head(givenLane("a"))).toBe(sequenceOf(second));
    }),
  },
  {
    title: "a stale expectation is a lane conflict that names the head and leaves no trace (N1-012)",
    check: Effect.fnUntraced(function* (log) {
      const [first, second] = yield* append(log, entries(2));
      const late = givenEntry({ id: "test/late" });
      const head = sequenceOf(second);
      expect(yield* appendAt(log, late, sequenceOf(first))).toEqual({ status: "lane_conflict", head });
      expect(yield* appendAt(log, late, 0)).toEqual({ status: "lane_conflict", head });
      expect(yield* log.find(late.envelope.id)).toBeNull();
      expect(yield* log.last).toBe(head);
      expect((yield* appendAt(log, late, head))?.status).toBe("appended");
    }),
  },
  {
    title: "an expectation beyond the end of the log is a lane conflict",
    check: Effect.fnUntraced(function* (log) {
      const [last] = yield* append(log, [givenEntry({ lane: givenLane("b") })]);
      const outcome = yield* appendAt(log, givenEntry({ id: "test/2" }), sequenceOf(last));
      expect(outcome).toEqual({ status: "lane_conflict", head: 0 });
    }),
  },
  {
    title: "lanes are independent: one that moves disturbs no other (N1-016)",
    check: Effect.fnUntraced(function* (log) {
      const [a, b] = [givenLane("a"), givenLane("b")];
      const headA = sequenceOf((yield* append(log, entries(1, 0, a)))[0]);
      yield* append(log, entries(5, 10, b));
      const next = yield* appendAt(log, givenEntry({ id: "test/next", lane: a }), headA);
      expect(next?.status).toBe("appended");
      expect(idsOf(yield* readAll(log, { after: 0, lane: a }))).toEqual(["test/0", "test/next"]);
      expect(idsOf(yield* readAll(log, { after: 0, lane: b }))).toEqual(idsOf(entries(5, 10)));
    }),
  },
  {
    title: "of many who expect the same head, one wins (N1-012)",
    check: Effect.fnUntraced(function* (log) {
      const outcomes = yield* Effect.forEach(entries(RACERS), (entry) => appendAt(log, entry, 0), {
        concurrency: "unbounded",
      });
      const won = outcomes.filter((outcome) => outcome?.status === "appended");
      expect(won).toHaveLength(1);
      const head = sequenceOf(won[0]);
      const lost = outcomes.filter((outcome) => outcome?.status !== "appended");
      expect(lost).toEqual(Array.from({ length: RACERS - 1 }, () => ({ status: "lane_conflict", head })));
      expect(yield* readAll(log)).toHaveLength(1);
    }),
  },
];
