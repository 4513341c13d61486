/** Parts that several pages share, and what people keep in their browser: histograms, absences, named views, what happened meanwhile. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApprovalView, CommandView, FleetSession } from "../src/api/types.ts";
import { happenedSince, sumUp } from "../src/pages/attention/away.ts";
import { readAttentionSearch } from "../src/pages/attention/search.ts";
import {
  isSameSearch,
  keptViews,
  MAX_NAME,
  MAX_VIEWS,
  withoutView,
  withView,
} from "../src/pages/fleet/kept-views.ts";
import { AWAY_MS, awayFrom } from "../src/words/absence.ts";
import { countsIn, sumOf } from "../src/words/histogram.ts";

describe("histograms", () => {
  const stretches = { until: 1_000, eachMs: 100, count: 5 };

  test("each time falls into one stretch, the newest last; what is older, later or unknown into none", () => {
    expect(countsIn([1_000, 999, 901, 900, 501, 500, 1_001, null], stretches)).toEqual([1, 0, 0, 1, 3]);
  });

  test("all that lies within is counted once", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000 })), (times) => {
        const within = times.filter((at) => at > 500 && at <= 1_000).length;
        expect(sumOf(countsIn(times, stretches))).toBe(within);
      }),
    );
  });
});

describe("absences", () => {
  test("ten minutes and more; a first visit is none, and a clock that went back is none", () => {
    const now = 10 * AWAY_MS;
    expect(awayFrom(now - AWAY_MS, now)).toBe(now - AWAY_MS);
    expect(awayFrom(now - AWAY_MS + 1, now)).toBeNull();
    expect(awayFrom(null, now)).toBeNull();
    expect(awayFrom(now + AWAY_MS, now)).toBeNull();
  });
});

describe("views that somebody named", () => {
  const view = { name: "Mine", search: { q: "owner:mara" } };

  test("are read again as they were kept; the same name again is the same view", () => {
    const kept = withView(withView([], view), { name: "Mine", search: { state: "failed" } });
    expect(keptViews(JSON.stringify(kept))).toEqual([{ name: "Mine", search: { state: "failed" } }]);
    expect(withoutView(kept, "Mine")).toEqual([]);
    expect(isSameSearch({ q: "a" }, { q: "a" })).toBe(true);
    expect(isSameSearch({ q: "a" }, { q: "a", by: "operator" })).toBe(false);
  });

  test("whatever storage holds, no more than the most, no longer than the longest, and nothing that the page does not know", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (kept) => {
        for (const { name, search } of keptViews(kept)) {
          expect(name.length).toBeLessThanOrEqual(MAX_NAME);
          expect(["view", "state", "q", "by"]).toEqual(expect.arrayContaining(Object.keys(search)));
        }
      }),
    );
    const many = JSON.stringify(Array.from({ length: 50 }, (_, n) => ({ name: `v${n}`, search: {} })));
    expect(keptViews(many)).toHaveLength(MAX_VIEWS);
    expect(keptViews(JSON.stringify([{ name: "x", search: { q: 7, view: "none", __proto__: 1 } }]))).toEqual([
      { name: "x", search: {} },
    ]);
  });
});

describe("the inbox's address", () => {
  test("a kind or a shelf, never both, and nothing else", () => {
    expect(readAttentionSearch({ kind: "waiting", of: "mine" })).toEqual({ kind: "waiting" });
    expect(readAttentionSearch({ of: "putOff", at: "k" })).toEqual({ of: "putOff", at: "k" });
    expect(readAttentionSearch({ kind: "<b>", of: "theirs", at: 7 })).toEqual({});
  });
});

describe("what happened meanwhile", () => {
  const SINCE = Date.parse("2026-01-01T12:00:00.000Z");
  const at = (minutes: number): string => new Date(SINCE + minutes * 60_000).toISOString();
  const by = { kind: "person", name: "Dele", role: "operator", group: null } as const;
  const session = (change: Partial<FleetSession>): FleetSession =>
    ({ id: "s", status: "ready", createdAt: SINCE - 1, stoppedAt: null, ...change }) as FleetSession;
  const approval = (change: Partial<ApprovalView>): ApprovalView =>
    ({
      sessionId: "s",
      requestId: "r",
      decision: null,
      closedAt: null,
      how: null,
      ...change,
    }) as ApprovalView;
  const command = (change: Partial<CommandView>): CommandView =>
    ({
      commandId: "c",
      type: "session.send",
      principal: by,
      decision: "accepted",
      decidedAt: at(1),
      sessionId: "s",
      spawnedSessionId: null,
      act: null,
      mode: "steer",
      refusal: null,
      ...change,
    }) as CommandView;
  const told = { sessions: [], approvals: [], commands: [] };

  test("N1-033 sessions that began, ended and failed; questions by whom they were answered; commands by who asked: the newest first", () => {
    const happened = happenedSince(SINCE, {
      sessions: [
        session({ id: "old" }),
        session({ id: "new", createdAt: SINCE + 60_000 }),
        session({ id: "gone", status: "stopped", stoppedAt: SINCE + 120_000 }),
        session({ id: "bad", status: "failed", stoppedAt: SINCE + 180_000 }),
      ],
      approvals: [
        approval({
          decision: { answer: "decline", by, at: at(4), commandId: "c", reason: null },
          closedAt: at(4),
        }),
        approval({ requestId: "r2", closedAt: at(5), how: "turn_ended" }),
        approval({ requestId: "r3", closedAt: at(-5), how: "answered" }),
      ],
      commands: [
        command({ decidedAt: at(6) }),
        command({ commandId: "d", decision: "refused", decidedAt: at(7), refusal: null }),
        command({ commandId: "e", type: "attention.snooze", decidedAt: at(8) }),
        command({ commandId: "f", type: "approval.decide", decidedAt: at(8) }),
        command({ commandId: "g", decidedAt: at(-1) }),
      ],
    });
    expect(happened.map(({ kind, sessionId, who }) => [kind, sessionId, who])).toEqual([
      ["refused", "s", "Dele"],
      ["asked", "s", "Dele"],
      ["over", "s", null],
      ["answered", "s", "Dele"],
      ["failed", "bad", null],
      ["ended", "gone", null],
      ["began", "new", null],
    ]);
    expect(sumUp(happened)).toEqual([
      "1 session failed",
      "1 session began",
      "1 session ended",
      "1 question was answered",
      "1 question ended without an answer",
      "1 command was carried out or begun",
      "1 command was refused",
    ]);
  });

  test("nothing before that moment is told", () => {
    expect(happenedSince(SINCE, told)).toEqual([]);
    expect(happenedSince(SINCE, { ...told, sessions: [session({ createdAt: SINCE })] })).toEqual([]);
    expect(sumUp([])).toEqual([]);
  });
});
