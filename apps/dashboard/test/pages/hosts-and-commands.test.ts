import { describe, expect, it } from "vitest";
import type { HostView } from "../../src/api/types/host.ts";
import { answerOf, badgeOf, chainOf, sinceBefore } from "../../src/pages/commands/domain/chain.ts";
import { knowledgeOf, skewOf } from "../../src/pages/hosts/domain/knowledge.ts";
import { sentenceOf } from "../../src/pages/hosts/domain/sentence.ts";
import { command } from "./made.ts";

const NOW = Date.parse("2026-11-21T10:10:00.000Z");

const host = (changes: Partial<HostView>): HostView => ({
  hostId: "h1",
  hostname: "fra-01",
  platform: "linux",
  osRelease: "6.1",
  arch: "x64",
  cpus: 8,
  memoryBytes: null,
  connectorVersion: "1.0.0",
  nodeVersion: null,
  freshness: { state: "live", sinceAt: "2026-11-21T10:00:00.000Z", ageMs: 0, reason: null },
  lastHeardAt: "2026-11-21T10:00:00.000Z",
  rttMs: 10,
  clockOffsetMs: 2,
  outboxDepth: 0,
  epochCount: 1,
  forks: 0,
  lostFacts: 0,
  evidenceKept: 0,
  addedAt: null,
  group: "default",
  catchingUp: false,
  placement: "open",
  placementReason: null,
  workspaceRoots: [],
  attempts: 0,
  lastAttemptAt: null,
  ...changes,
});

const silent = (hostId: string): HostView =>
  host({
    hostId,
    hostname: hostId,
    freshness: { state: "stale", sinceAt: "2026-11-21T10:05:40.000Z", ageMs: 0, reason: "uplink" },
  });

const said = (hosts: readonly HostView[]): string =>
  sentenceOf(hosts, NOW)
    .map(({ text }) => text)
    .join("");

describe("the sentence over the hosts", () => {
  it("says how many are live, names the silent ones and since when, and counts clocks that are off", () => {
    expect(said([host({}), silent("hel-01"), host({ clockOffsetMs: 1_800 })])).toBe(
      "2 of 3 hosts are live. hel-01 has been silent for 4\u00a0m\u00a020\u00a0s. One clock is off.",
    );
  });

  it("names three, and says how many more there are", () => {
    const five = ["a", "b", "c", "d", "e"].map(silent);
    expect(said(five)).toContain("; so have 2 others.");
  });
});

describe("what is known of a host", () => {
  const none = { sessions: [], endpoints: [] };

  it("of a silent one is what was true then, and that writes are refused", () => {
    const { known, unknown, next } = knowledgeOf(silent("hel-01"), none, NOW);
    expect(known[0]).toBe("It was last heard at 10:00:00, 10\u00a0m ago (uplink).");
    expect(unknown).toContain("Whether people are attached to its sessions.");
    expect(next[0]).toContain("refused");
  });

  it("of a live one names what went wrong, and where no new work goes", () => {
    const { known, next } = knowledgeOf(
      host({ lostFacts: 2, placement: "draining", placementReason: "disk" }),
      none,
      NOW,
    );
    expect(known).toContain("Its outbox had to let 2 facts go.");
    expect(next[0]).toContain("“disk”");
  });

  it("writes a clock's offset with its sign", () => {
    expect([null, 2.4, -4, 1_800].map(skewOf)).toEqual(["—", "+2\u00a0ms", "−4\u00a0ms", "+1.8\u00a0s"]);
  });
});

describe("one command from cause to result", () => {
  it("N1-028 has each step, with the time between", () => {
    const steps = chainOf(
      command({
        origin: { rootIds: ["c0"], hop: 1, path: ["s0"] },
        outcome: "succeeded",
        mode: "start",
        outcomeAt: "2026-11-21T10:00:00.412Z",
        turnId: "t9",
        turnStatus: "completed",
        turnEndedAt: "2026-11-21T10:00:04.000Z",
      }),
    );
    expect(steps.map(({ kind }) => kind)).toEqual(["Cause", "Decision", "Command", "Result", "Turn"]);
    expect(steps.map((_, index) => sinceBefore(steps, index))).toEqual([
      null,
      null,
      null,
      "+412\u00a0ms",
      "+3\u00a0s",
    ]);
  });

  it("ends with the decision where it was refused, and names the rule", () => {
    const refused = command({
      decision: "refused",
      act: null,
      refusal: {
        code: "halted",
        reason: "A kill switch stops writes here.",
        remedy: null,
        facts: {},
        rule: "kill switch",
      },
    });
    const steps = chainOf(refused);
    expect(steps).toHaveLength(1);
    expect(steps[0]?.words).toContain("“kill switch”");
    expect(badgeOf(refused)).toEqual({ word: "refused", tone: "danger" });
    expect(answerOf(refused).end).toBe("Policy refused it.");
  });

  it("never takes silence for success", () => {
    expect(badgeOf(command({ state: "open" })).word).toBe("under way");
    expect(badgeOf(command({ outcome: "unknown" })).tone).toBe("unknown");
    expect(badgeOf(command({ act: null })).word).toBe("in force");
  });
});
