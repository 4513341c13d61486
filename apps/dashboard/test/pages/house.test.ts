import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differing } from "../../src/pages/health/domain/chains.ts";
import { shownOf } from "../../src/pages/health/domain/figures.ts";
import { gapsOf } from "../../src/pages/health/domain/gaps.ts";
import { shapesOf } from "../../src/pages/health/domain/histograms.ts";
import { byLabel, samplesIn, totalOf } from "../../src/pages/health/domain/metrics.ts";
import { marksOf } from "../../src/pages/health/domain/watermarks.ts";
import { refusalsOf } from "../../src/pages/policies/domain/refusals.ts";
import {
  grantsOf,
  limitFigure,
  placeOf,
  rulingWords,
  shareOf,
} from "../../src/pages/policies/domain/words.ts";
import { command } from "./made.ts";

const TEXT = `# HELP claw_http_refused_total Requests refused, by code.
# TYPE claw_http_refused_total counter
claw_http_refused_total{code="forbidden"} 3
claw_http_refused_total{code="halted"} 5
claw_live_clients 2
claw_http_request_seconds_bucket{le="0.01",route="/a",status="2xx"} 90
claw_http_request_seconds_bucket{le="0.1",route="/a",status="2xx"} 100
claw_http_request_seconds_bucket{le="+Inf",route="/a",status="2xx"} 100
claw_event_loop_p99_seconds 0.0123
broken line here
`;

describe("figures of /metrics", () => {
  const samples = samplesIn(TEXT);

  it("N1-035 are read, and what cannot be read is left out", () => {
    expect(samples).toHaveLength(7);
    expect(totalOf(samples, "claw_http_refused_total")).toBe(8);
    expect(totalOf(samples, "claw_of_another_process")).toBeNull();
    expect(byLabel(samples, "claw_http_refused_total", "code")[0]).toEqual({ value: "halted", total: 5 });
  });

  it("tell of a histogram under which bounds half and 99 of 100 lie, and nothing of an empty one", () => {
    expect(shapesOf(samples)).toMatchObject([
      { name: "Reads", all: 100, p50: 0.01, p99: 0.1, counts: [90, 10], from: 0, to: 0.1 },
    ]);
    expect(shapesOf([])).toEqual([]);
  });

  it("leave out of reads what waits for an end, and say so where something took longer than the last bound", () => {
    const waited = `claw_http_request_seconds_bucket{le="0.01",route="/api/commands",status="2xx"} 0
claw_http_request_seconds_bucket{le="+Inf",route="/api/commands",status="2xx"} 7
`;
    expect(shapesOf(samplesIn(TEXT + waited))[0]).toMatchObject({ all: 100, to: 0.1 });
    const slow = TEXT.replace(
      'le="+Inf",route="/a",status="2xx"} 100',
      'le="+Inf",route="/a",status="2xx"} 200',
    );
    expect(shapesOf(samplesIn(slow))[0]).toMatchObject({
      p99: Number.POSITIVE_INFINITY,
      to: Number.POSITIVE_INFINITY,
    });
  });

  it("read labels with commas, braces and quotes in them", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
        fc.pre(!/[\r\u2028\u2029]/.test(value));
        const [sample] = samplesIn(`x{a="1",b="${escaped}"} 4`);
        expect(sample?.labels["b"]).toBe(value);
      }),
    );
  });

  it("are shown as far as the process has them", () => {
    const shown = shownOf(samples).map(({ name, value }) => [name, value]);
    expect(shown).toEqual([
      ["Requests refused", "8"],
      ["Live clients", "2"],
      ["Event loop, p99", "12.3\u00a0ms"],
    ]);
  });
});

describe("ledgers", () => {
  const ledger = (ledgerId: string, position: number, chain: string) => ({
    ledgerId,
    position,
    chain,
    generation: 1,
  });

  it("differ only where two stand at one place with different chains", () => {
    expect(differing([ledger("a", 5, "x"), ledger("b", 5, "x"), ledger("c", 6, "y")])).toEqual([]);
    expect(differing([ledger("b", 5, "x"), ledger("a", 5, "y"), ledger("c", 6, "y")])).toEqual(["a", "b"]);
  });
});

describe("how far everything is", () => {
  const ledgers = [{ ledgerId: "l1", position: 90, role: "record" as const }];

  it("N1-035 counts what is behind against the farthest that is known, and names nothing that is not", () => {
    const marks = marksOf({ page: 100, views: 98, ledgers });
    expect(marks.map(({ name, position, behind }) => [name, position, behind])).toEqual([
      ["Ledger l1", 90, 10],
      ["Views", 100, 0],
      ["This page", 100, 0],
    ]);
    expect(marksOf({ page: null, views: null, ledgers: [] })).toEqual([]);
  });

  it("names hosts that lost something, and sessions with most missing first", () => {
    const host = { hostId: "h1", hostname: null, lostFacts: 0, forks: 0 };
    const { hosts, sessions } = gapsOf(
      [host, { ...host, hostId: "h2", hostname: "fra-02", lostFacts: 2, forks: 1 }],
      [{ historyGaps: 0 }, { historyGaps: 1 }, { historyGaps: 3 }],
    );
    expect(hosts).toEqual([{ hostId: "h2", name: "fra-02", words: "2 facts let go, 1 place claimed twice" }]);
    expect(sessions.map(({ historyGaps }) => historyGaps)).toEqual([3, 1]);
  });
});

describe("what rules refused", () => {
  const refused = (commandId: string, position: number, rule: string | null, code: string) =>
    command({
      commandId,
      position,
      decision: "refused",
      refusal: { code, rule, reason: null, remedy: null, facts: {} },
    });

  it("N1-042 is counted by rule, or by code where no rule is named; each names its newest and all its codes", () => {
    const rules = refusalsOf([
      refused("a", 1, "lease", "lease_held"),
      refused("b", 3, "lease", "lease_offered"),
      refused("c", 2, null, "no_host"),
      command({ commandId: "d", position: 4 }),
    ]);
    expect(rules.map(({ rule, count, codes, newest }) => [rule, count, codes, newest.commandId])).toEqual([
      ["lease", 2, ["lease_offered", "lease_held"], "b"],
      ["no_host", 1, ["no_host"], "c"],
    ]);
  });
});

describe("rules in words", () => {
  it("name the place and the figure with its unit", () => {
    expect(placeOf({ scope: "global", id: null })).toBe("everything");
    expect(placeOf({ scope: "host", id: "h1" })).toBe("host h1");
    expect(limitFigure(600_000, "ms")).toBe("10\u00a0m");
    expect(limitFigure(60, "a minute")).toBe("60 a minute");
  });

  it("say how a question is answered", () => {
    expect(rulingWords({ answer: "decline", waitMs: null, pattern: null })).toBe("declined at once");
    expect(rulingWords({ answer: "ask", waitMs: 60_000, pattern: null })).toContain("1\u00a0m");
    expect(rulingWords({ answer: "accept", waitMs: null, pattern: "npm test" })).toContain("npm test");
  });

  it("S1-092 keep the grants of one right apart from those of others", () => {
    const grant = {
      right: "send",
      scope: "global",
      id: null,
      state: "open",
      until: null,
      reason: "r",
      by: null,
      sinceAt: "",
    } as const;
    expect(grantsOf("spawn", [grant])).toEqual([]);
    expect(grantsOf("send", [grant])).toEqual([grant]);
  });

  it("stand between the ends of a limit, never outside", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), fc.nat(1_000_000), (min, room, above) => {
        const value = min + Math.min(room, above);
        const share = shareOf({ value, min, max: min + room });
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1 + Number.EPSILON);
      }),
    );
  });
});
