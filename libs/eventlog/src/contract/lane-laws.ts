/** Laws of lanes: optimistic heads, independence, one winner. */
import { sequence } from "@claw/events";
import { Effect } from "effect";
import { expect } from "vitest";
import { givenEntry, givenEvent, givenLane } from "./given.ts";
import { append, appendAt, entries, idsOf, type Law, numbered, readAll, sequenceOf } from "./law.ts";

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
      expect(idsOf(yield* readAll(log))).toEqual(idsOf(entries(2)));
      expect(yield* log.last).toBe(head);
      expect((yield* appendAt(log, late, head))?.status).toBe("appended");
    }),
  },
  {
    title: "a known entry at a stale head is a duplicate or a lane conflict, and leaves no trace (N1-005)",
    check: Effect.fnUntraced(function* (log) {
      const [first, second, third] = yield* append(log, entries(3));
      const outcome = yield* appendAt(log, numbered(1), sequence(sequenceOf(third) + 1_000));
      const duplicate = { status: "duplicate", sequence: sequenceOf(second) };
      expect([duplicate, { status: "lane_conflict", head: sequenceOf(third) }]).toContainEqual(outcome);
      // The first stands right behind the head that is expected: this is its retry, whatever came after.
      expect(yield* appendAt(log, numbered(0), 0)).toEqual({
        status: "duplicate",
        sequence: sequenceOf(first),
      });
      expect(yield* log.last).toBe(sequenceOf(third));
    }),
  },
  {
    title: "another entry under the id that stands behind its head is an id conflict (X1-008)",
    check: Effect.fnUntraced(function* (log) {
      const stored = sequenceOf(yield* appendAt(log, numbered(0), 0));
      yield* append(log, entries(2, 1));
      const other = givenEntry({ id: "test/0", events: [givenEvent("session.closed", { how: "archived" })] });
      const knownDigest = numbered(0).envelope.digest;
      const conflict = { status: "id_conflict", sequence: stored, knownDigest };
      expect(yield* appendAt(log, other, 0)).toEqual(conflict);
      expect(idsOf(yield* readAll(log))).toEqual(idsOf(entries(3)));
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
