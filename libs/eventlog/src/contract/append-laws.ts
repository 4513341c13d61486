/** Laws of appending: order, identity, and that what is refused leaves no trace. */
import { encodeBodies, encodeEnvelope } from "@claw/events";
import { Effect } from "effect";
import { expect } from "vitest";
import { MAX_DRAFTS } from "../event-log.ts";
import { givenEntry, givenEvent } from "./given.ts";
import { append, appendAt, entries, idsOf, type Law, numbered, readAll, sequenceOf } from "./law.ts";

export const appendLaws: readonly Law[] = [
  {
    title: "entries are read in the order in which they were appended, with rising sequences (N1-001)",
    check: Effect.fnUntraced(function* (log) {
      const given = entries(20);
      const first = yield* append(log, given.slice(0, 7));
      const second = yield* append(log, given.slice(7));
      const read = yield* readAll(log);
      expect(idsOf(read)).toEqual(idsOf(given));
      const sequences = [...first, ...second].map(sequenceOf);
      expect(read.map((logged) => logged.sequence)).toEqual(sequences);
      expect(sequences.every((sequence, index) => sequence > (sequences[index - 1] ?? 0))).toBe(true);
    }),
  },
  {
    title: "the same entry is stored once, within an append and across appends (N1-005)",
    check: Effect.fnUntraced(function* (log) {
      const entry = givenEntry();
      const [first, again] = yield* append(log, [entry, entry]);
      const [later] = yield* append(log, [entry]);
      const duplicate = { status: "duplicate", sequence: sequenceOf(first) };
      expect(first?.status).toBe("appended");
      expect([again, later]).toEqual([duplicate, duplicate]);
      expect(yield* readAll(log)).toHaveLength(1);
    }),
  },
  {
    title:
      "a retry after a lost ack is a duplicate, also with the head that was right the first time (N1-005)",
    check: Effect.fnUntraced(function* (log) {
      const entry = givenEntry({ id: "test/retried" });
      const before = sequenceOf((yield* append(log, [numbered(1)]))[0]);
      const first = yield* appendAt(log, entry, before);
      yield* append(log, [numbered(2)]);
      expect(yield* appendAt(log, entry, before)).toEqual({
        status: "duplicate",
        sequence: sequenceOf(first),
      });
    }),
  },
  {
    title: "the same entry stamped at another time is the same entry",
    check: Effect.fnUntraced(function* (log) {
      const [first] = yield* append(log, [givenEntry()]);
      const [again] = yield* append(log, [givenEntry({ at: 1_800_000_000_999 })]);
      expect(again).toEqual({ status: "duplicate", sequence: sequenceOf(first) });
    }),
  },
  {
    title: "another entry under a known id is an id conflict and leaves no trace (X1-008)",
    check: Effect.fnUntraced(function* (log) {
      const entry = givenEntry();
      const other = givenEntry({ events: [givenEvent("session.closed", { how: "archived" })] });
      const [first] = yield* append(log, [entry]);
      const [conflict] = yield* append(log, [other]);
      const knownDigest = entry.envelope.digest;
      expect(conflict).toEqual({ status: "id_conflict", sequence: sequenceOf(first), knownDigest });
      expect(yield* readAll(log)).toEqual([{ sequence: sequenceOf(first), entry }]);
      expect(yield* log.last).toBe(sequenceOf(first));
    }),
  },
  {
    title: "each draft is judged alone: a refused one keeps no other out",
    check: Effect.fnUntraced(function* (log) {
      const known = numbered(0);
      const one = numbered(1);
      const two = numbered(2);
      yield* append(log, [known]);
      const outcomes = yield* log.append([
        { entry: one },
        { entry: numbered(3), expectedHead: 0 },
        { entry: known },
        { entry: two },
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        "appended",
        "lane_conflict",
        "duplicate",
        "appended",
      ]);
      expect(idsOf(yield* readAll(log))).toEqual(idsOf([known, one, two]));
    }),
  },
  {
    title: "an append of nothing stores nothing, and one of too many is a defect that stores nothing",
    check: Effect.fnUntraced(function* (log) {
      expect(yield* append(log, [])).toEqual([]);
      const exit = yield* Effect.exit(append(log, entries(MAX_DRAFTS + 1)));
      expect(exit._tag).toBe("Failure");
      expect(yield* log.last).toBe(0);
    }),
  },
  {
    title: "unknown kinds of events, and versions to come, survive byte for byte (N1-004)",
    check: Effect.fnUntraced(function* (log) {
      const strange = { ...givenEvent("future.happened", { z: [1, { é: "\u2028 ∀ 🦀" }], a: null }), v: 7 };
      const entry = givenEntry({
        events: [strange, givenEvent("session.named", {}, { name: '\ud83e\udd80 "q"' })],
      });
      yield* append(log, [entry]);
      const [read] = yield* readAll(log);
      expect(read?.entry).toEqual(entry);
      expect(read && encodeEnvelope(read.entry) + encodeBodies(read.entry)).toBe(
        encodeEnvelope(entry) + encodeBodies(entry),
      );
    }),
  },
  {
    title: "appends that race are all stored once, in one order",
    check: Effect.fnUntraced(function* (log) {
      const given = entries(200);
      const outcomes = yield* Effect.forEach(given, (entry) => append(log, [entry, entry]), {
        concurrency: "unbounded",
      });
      const statuses = outcomes.flat().map(({ status }) => status);
      expect(statuses.filter((status) => status === "appended")).toHaveLength(given.length);
      const read = yield* readAll(log);
      expect(new Set(idsOf(read))).toEqual(new Set(idsOf(given)));
      expect(read).toHaveLength(given.length);
    }),
  },
];
