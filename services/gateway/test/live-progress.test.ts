import { position } from "@claw/events";
import type { ChangedRow } from "@claw/views";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, begin, type FrameOf, type Progress } from "../src/live/progress.ts";
import { makeFakeViews, sessionRow } from "./fake-house.ts";

const everything = () => true;

/** All frames from a position to the end, in pages of `size`. */
function drain(from: Progress, views: ReturnType<typeof makeFakeViews>, size: number, isWanted = everything) {
  const frames: FrameOf[] = [];
  let now = from;
  for (;;) {
    const standing = views.reader.position();
    const rows = views.reader.changedAfter(["sessions", "hosts"], now.cursor, size);
    const isLast = rows.length < size;
    for (const step of advance(now, { rows, standing, isLast }, isWanted)) {
      frames.push(...step.frames);
      now = step.next;
    }
    if (isLast) return { frames, now };
  }
}

const changeSets = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }), {
  maxLength: 20,
});

function viewsAfter(sets: readonly (readonly number[])[]): ReturnType<typeof makeFakeViews> {
  const views = makeFakeViews();
  for (const [n, keys] of sets.entries())
    views.commit(keys.map((key) => ["sessions", `s${key}`, sessionRow(`s${key}`, { turnCount: n })]));
  return views;
}

describe("N1-006: the progress of a live client", () => {
  test("a fresh client gets every row once as a snapshot, then caughtUp where the views stand", () => {
    fc.assert(
      fc.property(changeSets, fc.integer({ min: 1, max: 9 }), (sets, size) => {
        const views = viewsAfter(sets);
        const { frames } = drain(begin(null, views.reader.position()), views, size);
        const end = frames.at(-1);
        expect(end).toEqual({ type: "caughtUp", position: views.reader.position() });
        const rows = frames.slice(0, -1);
        expect(rows.every(({ type }) => type === "snapshot")).toBe(true);
        expect(rows).toHaveLength(views.all().length);
      }),
    );
  });

  test("positions never go back, and resuming after any frame misses nothing", () => {
    fc.assert(
      fc.property(changeSets, fc.nat(40), fc.integer({ min: 1, max: 9 }), (sets, cut, size) => {
        const views = viewsAfter(sets);
        const { frames } = drain(begin(null, views.reader.position()), views, size);
        const positions = frames.map((frame) => frame.position);
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        const read = frames.slice(0, cut);
        const after = read.at(-1)?.position ?? null;
        const { frames: rest } = drain(begin(after, views.reader.position()), views, size);
        const seen = [...read, ...rest].flatMap((frame) => ("changed" in frame ? [frame.changed.key] : []));
        expect(new Set(seen)).toEqual(new Set(views.all().map(({ key }) => key)));
      }),
    );
  });

  test("rows that are not wanted move the cursor and are never told", () => {
    const views = viewsAfter([[1, 2], [3], [4]]);
    const { frames, now } = drain(
      begin(0, 3),
      views,
      2,
      ((row: ChangedRow) => row.key === "s2") as typeof everything,
    );
    expect(frames.map(({ type, position }) => [type, position])).toEqual([
      ["change", 1],
      ["caughtUp", 3],
    ]);
    expect(now.cursor).toBe(3);
  });

  test("what changes while the snapshot is sent comes after caughtUp as a change", () => {
    const rows: ChangedRow[] = [
      { view: "sessions", key: "s1", position: position(2), row: sessionRow("s1") },
      { view: "sessions", key: "s2", position: position(5), row: sessionRow("s2") },
    ];
    const steps = advance(begin(null, 3), { rows, standing: 5, isLast: true }, everything);
    expect(steps.flatMap(({ frames }) => frames).map(({ type, position }) => [type, position])).toEqual([
      ["snapshot", 2],
      ["caughtUp", 3],
      ["change", 5],
    ]);
  });
});
