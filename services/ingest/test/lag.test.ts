/** A host that is behind with what it has to tell (DESIGN 14.10). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CAUGHT_UP_MS, EDGE_GAP_MS, measure } from "../src/domain/lag.ts";
import { beginVigil, connect, type Notice, type Vigil } from "../src/domain/liveness.ts";
import { testScale } from "./given.ts";

const WALL = 1_800_000_000_000;
const [connected] = connect(beginVigil(0, WALL, false), { monoMs: 0, wallMs: WALL });
const edgeOf = (notice: Notice | null): string | null => (notice?.kind === "heard" ? notice.edge : null);

/** Plays ages that were said at moments, with a log that says what was noticed before. */
function play(said: readonly (readonly [monoMs: number, ageMs: number | null])[]) {
  let vigil: Vigil = connected;
  let isBehind = false;
  return said.flatMap(([monoMs, ageMs]) => {
    const [after, notice] = measure(vigil, isBehind, ageMs, monoMs);
    vigil = after;
    const edge = edgeOf(notice);
    if (edge === null) return [];
    isBehind = edge === "behind";
    return [[monoMs, edge] as const];
  });
}

describe("behind and caught up (DESIGN 14.10)", () => {
  it("above 5 s, and no more well below", () =>
    expect(
      play([
        [0, null],
        [5_000, 5_000],
        [10_000, 5_001],
        [15_000, 60_000],
        [20_000, 4_000],
        [25_000, CAUGHT_UP_MS + 1],
        [30_000, CAUGHT_UP_MS],
        [35_000, 4_000],
        [40_000, null],
      ]),
    ).toEqual([
      [10_000, "behind"],
      [30_000, "caught_up"],
    ]));

  it("what the log says counts, whichever ingest wrote it", () => {
    expect(edgeOf(measure(connected, true, null, 10_000)[1])).toBe("caught_up");
    expect(edgeOf(measure(connected, true, 9_000, 10_000)[1])).toBeNull();
  });

  it("of a host that is not connected here nothing is said", () =>
    expect(measure(beginVigil(0, WALL, false), false, 9_000, 10_000)[1]).toBeNull());

  it("a host that says whatever it likes has an edge every few seconds at most, and they alternate", () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.option(fc.integer({ min: 0, max: 9_000 })))),
        (steps) => {
          let at = 0;
          const edges = play(steps.map(([byMs, ageMs]) => [(at += byMs), ageMs] as const));
          edges.forEach(([monoMs, edge], index) => {
            expect(edge).toBe(index % 2 === 0 ? "behind" : "caught_up");
            const [before] = edges[index - 1] ?? [-EDGE_GAP_MS];
            expect(monoMs - before).toBeGreaterThanOrEqual(EDGE_GAP_MS);
          });
        },
      ),
      { numRuns: 200 * testScale },
    ));
});
