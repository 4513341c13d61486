/** N1-006 What the live stream knows: frames in any batches give the same, a resumed stream loses nothing, a rebuilt house is told from one that went on. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LiveFrame, LiveKind } from "../src/api/types/live.ts";
import { applyFrames, begun, frameIn, type LiveState, NOTHING_YET } from "../src/live/apply.ts";
import { backoffMs } from "../src/live/backoff.ts";

const change = (
  position: number,
  kind: LiveKind,
  key: string,
  row: Record<string, unknown> | null,
): LiveFrame => ({
  type: "change",
  position,
  kind,
  key,
  row,
});
const said = (type: "caughtUp" | "resync", position: number): LiveFrame => ({
  type,
  position,
  kind: null,
  key: null,
  row: null,
});

const rowsOf = (state: LiveState): unknown =>
  Object.fromEntries(Object.entries(state.tables).map(([kind, table]) => [kind, [...table]]));

const frame = fc
  .record({
    kind: fc.constantFrom<LiveKind>("sessions", "hosts", "approvals"),
    key: fc.constantFrom("a", "b", "c"),
    row: fc.option(fc.record({ n: fc.integer() })),
  })
  .map(({ kind, key, row }) => ({ kind, key, row }));

const stream = fc
  .array(frame, { maxLength: 40 })
  .map((frames) => frames.map(({ kind, key, row }, index) => change(index + 1, kind, key, row)));

describe("frames", () => {
  test("one by one, all at once or some of them twice: the rows are the same", () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 0, max: 40 }), (frames, cut) => {
        const whole = applyFrames(NOTHING_YET, frames);
        const single = frames.reduce((state, one) => applyFrames(state, [one]), NOTHING_YET);
        // A client that resumes may be told again what it read last.
        const again = applyFrames(
          applyFrames(NOTHING_YET, frames.slice(0, cut)),
          frames.slice(Math.max(0, cut - 1)),
        );
        expect(rowsOf(single)).toEqual(rowsOf(whole));
        expect(new Set((rowsOf(again) as { sessions: unknown[] }).sessions)).toEqual(
          new Set((rowsOf(whole) as { sessions: unknown[] }).sessions),
        );
      }),
    );
  });

  test("a table that no frame touches stays the same object, and nothing changes what was shown before", () => {
    const before = applyFrames(NOTHING_YET, [change(1, "hosts", "h", { n: 1 })]);
    const after = applyFrames(before, [change(2, "sessions", "s", { n: 1 })]);
    expect(after.tables.hosts).toBe(before.tables.hosts);
    expect(before.tables.sessions.size).toBe(0);
    expect(applyFrames(after, [])).toBe(after);
  });

  test("a row that may not be seen any more is gone", () => {
    const state = applyFrames(NOTHING_YET, [
      change(1, "sessions", "s", { n: 1 }),
      change(2, "sessions", "s", null),
    ]);
    expect(state.tables.sessions.size).toBe(0);
  });
});

describe("resuming", () => {
  const whole = applyFrames(NOTHING_YET, [change(4, "hosts", "h", {}), said("caughtUp", 7)]);

  test("what was whole is resumed after its position; what was not begins again", () => {
    expect(begun(whole)).toMatchObject({ position: 7, isCaughtUp: false, isWhole: true });
    expect(begun(whole).tables.hosts.size).toBe(1);
    const torn = applyFrames(NOTHING_YET, [change(4, "hosts", "h", {})]);
    expect(begun(torn)).toMatchObject({ position: null });
    expect(begun(torn).tables.hosts.size).toBe(0);
  });

  test("a client that fell behind keeps its rows; where the position goes back, all of it is told again", () => {
    expect(applyFrames(whole, [said("resync", 7)]).tables.hosts.size).toBe(1);
    const back = applyFrames(whole, [said("resync", 0), change(2, "hosts", "other", {})]);
    expect([...back.tables.hosts.keys()]).toEqual(["other"]);
    expect(back).toMatchObject({ isWhole: false, isCaughtUp: false, resyncs: 1, position: 2 });
  });
});

test("a heartbeat says how far all was told, and changes no row and no standing", () => {
  const torn = applyFrames(NOTHING_YET, [change(4, "hosts", "h", {})]);
  const beat = { type: "heartbeat", position: 9, kind: null, key: null, row: null, at: 1 } as const;
  const after = applyFrames(torn, [beat]);
  expect(after).toMatchObject({ position: 9, isCaughtUp: false, isWhole: false });
  expect(after.tables.hosts).toBe(torn.tables.hosts);
  expect(frameIn(JSON.stringify(beat))).toEqual(beat);
});

test("what is no frame is none", () => {
  const good = { type: "change", position: 1, kind: "hosts", key: "h", row: null };
  expect(frameIn(JSON.stringify(good))).toEqual(good);
  for (const bad of [
    "",
    "{",
    "null",
    "[]",
    '{"type":"change"}',
    JSON.stringify({ ...good, kind: "secrets" }),
    JSON.stringify({ ...good, position: "1" }),
    JSON.stringify({ type: "heartbeat", position: 1, kind: null, key: null, row: null }),
  ])
    expect(frameIn(bad)).toBeNull();
});

test("waits grow from a quarter of a second to fifteen, and never beyond", () => {
  expect(backoffMs(1, 0)).toBe(250);
  expect(backoffMs(1, 1)).toBe(500);
  expect(backoffMs(6, 1)).toBe(15_000);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, random) => {
        expect(backoffMs(failures, random)).toBeGreaterThanOrEqual(250);
        expect(backoffMs(failures, random)).toBeLessThanOrEqual(15_000);
      },
    ),
  );
});
