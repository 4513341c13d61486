/** A thousand hosts that fell together do not come back together (S1-158). */
import type { Epoch, HostId } from "@claw/events";
import { describe, expect, it } from "vitest";
import { HOST_SIDE, type HostSide, type HostSideEvent, newHostSide, stepHostSide } from "../src/index.ts";

const HOSTS = 1_000;
const TICK_MS = 250;
const outbox = { epoch: "ab".repeat(16) as Epoch, firstSeq: 1, nextSeq: 1, depth: 0 };

/** Numbers in [0, 1) that are the same at each run: mulberry32. */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When each host connects again after a house that was away for so long and refuses at once meanwhile; counted from its return. */
function returns(awayMs: number, random: () => number): readonly number[] {
  const options = { hostId: "h" as HostId, connectorVersion: "0.1.0", capabilities: [], random };
  return Array.from({ length: HOSTS }, () => {
    const phase = random() * TICK_MS;
    let monoMs = 1_000;
    let state: HostSide = { ...newHostSide, phase: "live", lastTick: { monoMs, wallMs: monoMs } };
    const tell = (event: HostSideEvent): boolean => {
      const step = stepHostSide(state, event, outbox, { monoMs, wallMs: monoMs }, options);
      state = step.state;
      return step.commands.some(({ type }) => type === "connect");
    };
    const lose = (): boolean => tell({ type: "closed", reason: "away", isUnauthenticated: false });
    lose();
    for (monoMs += phase; ; monoMs += TICK_MS) {
      if (!tell({ type: "tick", oldestUnackedAt: null })) continue;
      if (monoMs - 1_000 >= awayMs) return monoMs - 1_000 - awayMs;
      lose();
    }
  }).sort((one, other) => one - other);
}

/** The most that came within any second. */
function peak(moments: readonly number[]): number {
  let [most, from] = [0, 0];
  for (const [index, moment] of moments.entries()) {
    while (moment - (moments[from] ?? moment) > 1_000) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

describe("after the house was away", () => {
  it.each([
    // away, most per second, everybody back within
    [0, 270, 5_300],
    [2_000, 390, 5_600],
    [10_000, 340, 30_300],
    [120_000, 120, 30_300],
  ])("for %s ms: at most %s connections in a second, all back within %s ms", (awayMs, most, withinMs) => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const moments = returns(awayMs, numbersOf(seed));
      expect(peak(moments)).toBeLessThanOrEqual(most);
      expect(moments.at(-1)).toBeLessThanOrEqual(withinMs);
    }
  });

  it("what the house asked to wait comes before the wait, so that nobody comes back in the same moment", () => {
    const moments = [0.001, 0.25, 0.9].map((share) => {
      const live: HostSide = { ...newHostSide, phase: "live" };
      const event: HostSideEvent = {
        type: "frame",
        frame: { type: "refuse", code: "stopping", sentence: "The house is stopping.", retryAfterMs: 1_000 },
      };
      const options = { hostId: "h" as HostId, connectorVersion: "0", capabilities: [], random: () => share };
      return stepHostSide(live, event, outbox, { monoMs: 0, wallMs: 0 }, options).state.until;
    });
    expect(moments).toEqual([1_005, 1_000 + HOST_SIDE.spreadMs / 4, 1_000 + HOST_SIDE.spreadMs * 0.9]);
  });
});
