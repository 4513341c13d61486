import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostId } from "@claw/events";
import {
  awake,
  beginVigil,
  connect,
  disconnect,
  heal,
  hear,
  hearElsewhere,
  type Notice,
  postpone,
  REPORT_EVERY_MS,
  rest,
  tick,
  type Vigil,
} from "../src/domain/liveness.ts";
import { beginWatch, connected, passTime } from "../src/watch.ts";

const WALL = 1_800_000_000_000;
const BUDGET = 30_000;
const now = (monoMs: number) => ({ monoMs, wallMs: WALL + monoMs });

type Deed = readonly [
  at: number,
  what: "hear" | "connect" | "disconnect" | "rest" | "awake" | "tick" | "postpone",
];

/** Plays a history and tells what was noticed, and when. */
function play(deeds: readonly Deed[], from: Vigil = beginVigil(0, WALL, false)): readonly string[] {
  const noticed: string[] = [];
  let vigil = from;
  const settle = (at: number, [after, notice]: readonly [Vigil, Notice | null]): void => {
    vigil = after;
    if (notice !== null)
      noticed.push(
        `${at} ${notice.kind === "silent" ? `silent since ${notice.lastHeardAt - WALL}` : notice.edge}`,
      );
  };
  for (const [at, what] of deeds) {
    if (what === "hear") settle(at, hear(vigil, now(at)));
    else if (what === "connect") settle(at, connect(vigil, now(at)));
    else if (what === "disconnect") settle(at, disconnect(vigil, at));
    else if (what === "tick") settle(at, tick(vigil, at, BUDGET));
    else
      settle(at, [
        what === "rest" ? rest(vigil) : what === "awake" ? awake(vigil, at) : postpone(vigil, at),
        null,
      ]);
  }
  return noticed;
}

describe("a vigil, as histories (S1-158, S1-184, X1-016)", () => {
  const histories: readonly (readonly [string, readonly Deed[], readonly string[]])[] = [
    [
      "a frame within the budget keeps it",
      [
        [0, "connect"],
        [29_999, "hear"],
        [30_000, "tick"],
        [59_998, "tick"],
      ],
      ["0 connected"],
    ],
    [
      "no frame for a budget is silence, said once",
      [
        [0, "connect"],
        [29_999, "tick"],
        [30_000, "tick"],
        [99_000, "tick"],
      ],
      ["0 connected", "30000 silent since 0"],
    ],
    [
      "a closed uplink alone is not silence",
      [
        [0, "connect"],
        [1_000, "disconnect"],
        [29_999, "tick"],
      ],
      ["0 connected", "1000 disconnected"],
    ],
    [
      "nor does it hide one",
      [
        [0, "connect"],
        [1_000, "disconnect"],
        [30_000, "tick"],
      ],
      ["0 connected", "1000 disconnected", "30000 silent since 0"],
    ],
    [
      "a frame ends a silence",
      [
        [0, "connect"],
        [30_000, "tick"],
        [31_000, "hear"],
        [60_999, "tick"],
        [61_000, "tick"],
      ],
      ["0 connected", "30000 silent since 0", "31000 returned", "61000 silent since 31000"],
    ],
    [
      "a hello ends a silence",
      [
        [30_000, "tick"],
        [40_000, "connect"],
      ],
      ["30000 silent since 0", "40000 returned"],
    ],
    ["a host that never comes is silent too", [[30_000, "tick"]], ["30000 silent since 0"]],
    [
      "what we do not read is not held against it",
      [
        [0, "connect"],
        [1_000, "rest"],
        [90_000, "tick"],
        [90_000, "awake"],
        [119_999, "tick"],
        [120_000, "tick"],
      ],
      ["0 connected", "120000 silent since 0"],
    ],
    [
      "nor is the time in which we did not run",
      [
        [0, "connect"],
        [20_000, "postpone"],
        [49_999, "tick"],
        [50_000, "tick"],
      ],
      ["0 connected", "50000 silent since 0"],
    ],
    [
      "an uplink that closes while it rests starts a full budget",
      [
        [0, "connect"],
        [1_000, "rest"],
        [50_000, "disconnect"],
        [79_999, "tick"],
        [80_000, "tick"],
      ],
      ["0 connected", "50000 disconnected", "80000 silent since 0"],
    ],
    [
      "only one disconnect of each connection",
      [
        [0, "connect"],
        [1, "disconnect"],
        [2, "disconnect"],
      ],
      ["0 connected", "1 disconnected"],
    ],
  ];
  for (const [what, deeds, noticed] of histories) it(what, () => expect(play(deeds)).toEqual(noticed));

  it("a host that another ingest hears is not silent here, and its leaving us is no edge (ADR 0009)", () => {
    let [vigil] = connect(beginVigil(0, WALL, false), now(0));
    vigil = hearElsewhere(vigil, 29_000, WALL + 29_000);
    expect(tick(vigil, 58_999, BUDGET)[1]).toBeNull();
    const [left, notice] = disconnect(vigil, 59_000);
    expect([notice, left.isConnected]).toEqual([null, false]);
    expect(tick(left, 59_000, BUDGET)[1]).toEqual({ kind: "silent", lastHeardAt: WALL + 29_000 });
    const [back] = connect(left, now(60_000));
    expect(disconnect(back, 61_000)[1]).toMatchObject({ edge: "disconnected" });
  });

  it("a silence ends without a word where another ingest heard the host: that one has the word", () => {
    const [silent] = tick(beginVigil(0, WALL, false), BUDGET, BUDGET);
    const heard = hearElsewhere(silent, 40_000, WALL);
    expect([silent.isSilent, heard.isSilent]).toEqual([true, false]);
    expect(hear(heard, now(41_000))[1]).toBeNull();
  });

  it("a silence that the log has in error is taken back only by who is connected and hears", () => {
    const [live] = connect(beginVigil(0, WALL, false), now(0));
    expect(heal(live, 1)[1]).toMatchObject({ edge: "returned" });
    const [mute] = tick(live, BUDGET, BUDGET);
    expect(heal(mute, BUDGET)[1]).toBeNull();
    expect(heal(beginVigil(0, WALL, false), 1)[1]).toBeNull();
  });

  it("a silence that lasts over a restart is not said again, and its end is", () => {
    expect(
      play(
        [
          [90_000, "tick"],
          [91_000, "connect"],
        ],
        beginVigil(0, WALL, true),
      ),
    ).toEqual(["91000 returned"]);
  });

  it("reports every five minutes what came in between (DESIGN 14.15)", () => {
    let [vigil] = connect(beginVigil(0, WALL, false), now(0));
    for (let at = 5_000; at < REPORT_EVERY_MS; at += 5_000) [vigil] = hear(vigil, now(at));
    const [after, notice] = tick(vigil, REPORT_EVERY_MS, BUDGET);
    expect(notice).toEqual({ kind: "heard", edge: "periodic", count: 59, longestGapMs: 5_000 });
    expect(tick(after, REPORT_EVERY_MS, BUDGET)[1]).toBeNull();
  });

  it("W-36 silences and returns take turns, and nobody is silent within a budget of its last frame", () => {
    const deed = fc.tuple(
      fc.integer({ min: 0, max: 20_000 }),
      fc.constantFrom("hear", "connect", "disconnect", "tick", "tick", "rest", "awake"),
    );
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (steps) => {
        let at = 0;
        const deeds = steps.map(([by, what]): Deed => [(at += by), what as Deed[1]]);
        const said = play(deeds).filter((line) => !/ (connected|disconnected|periodic)$/.test(line));
        said.forEach((line, index) => expect(line.includes("silent")).toBe(index % 2 === 0));
        for (const line of said) {
          const match = /^(\d+) silent since (\d+)$/.exec(line);
          if (match !== null) expect(Number(match[1]) - Number(match[2])).toBeGreaterThanOrEqual(BUDGET);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a house that stood still itself (DESIGN 14.9)", () => {
  /** Looks every so often for three seconds at a host that says nothing, with a patience of one second; says what it noticed. */
  function lookedEvery(stepMs: number): readonly string[] {
    let monoMs = 0;
    const clocks = { monoMs: () => monoMs, wallMs: () => WALL + monoMs };
    const watch = beginWatch(clocks, 1_000, []);
    connected(watch, "h1" as HostId, { rttMs: null, clockOffsetMs: null, outboxDepth: 0 });
    for (; monoMs < 3_000; monoMs += stepMs) passTime(watch, () => undefined);
    return watch.noticed.map(({ notice }) => notice.kind);
  }

  it("notices silence when it looks in time, and holds its own pauses against nobody, also where its patience is short", () => {
    expect(lookedEvery(100)).toContain("silent");
    expect(lookedEvery(600)).not.toContain("silent");
  });
});
