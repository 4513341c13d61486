import { describe, expect, it } from "vitest";
import { timelineOf } from "../../src/pages/session/domain/timeline.ts";
import {
  diffLines,
  isFolded,
  oneLine,
  sumOf,
  sumResult,
  toolLine,
} from "../../src/pages/session/domain/tools.ts";
import { canSend, promised, receiptOf, verdictOf, wordsOf } from "../../src/pages/session/domain/verdict.ts";
import type { ProblemShape } from "../../src/pages/session/shapes.ts";
import { command, lease, person, tool } from "./made.ts";

const problem: ProblemShape = {
  type: "urn:claw:refusal:lease_held",
  instance: "urn:claw:request:1",
  status: 409,
  code: "lease_held",
  title: "Somebody else holds the lease.",
  detail: "Somebody else holds the lease. Seen: holder east.",
  remedy: "Ask `east`, or `claw lease break`.",
  facts: { holder: "east", retryAfterMs: 21_000 },
  rule: "lease",
};

describe("the verdict on a message", () => {
  it("S1-089…091 says what policy says, and binds what is sent to it", () => {
    const start = verdictOf({ kind: "accepted", facts: { mode: "start" } }, "t9");
    const steer = verdictOf({ kind: "accepted", facts: { mode: "steer" } }, "t9");
    expect(promised(start)).toEqual({ mode: "start", expectedTurnId: null });
    expect(promised(steer)).toEqual({ mode: "steer", expectedTurnId: "t9" });
    expect([start, steer].map(canSend)).toEqual([true, true]);
  });

  it("leaves the mode to policy where it steers a turn that the page does not know yet", () => {
    const steer = verdictOf({ kind: "accepted", facts: { mode: "steer" } }, null);
    expect(promised(steer)).toEqual({ mode: "auto", expectedTurnId: null });
  });

  it("N1-042 names the rule, what was seen and the way out, without Markdown", () => {
    const refused = verdictOf({ kind: "refused", problem }, null);
    expect(refused).toMatchObject({ kind: "refused", code: "lease_held", rule: "lease", isLease: true });
    expect(canSend(refused)).toBe(false);
    const words = wordsOf(refused, { turns: 3, waits: false });
    expect(words.title).toBe("Refused: Somebody else holds the lease.");
    expect(words.detail).toBe("Ask east, or claw lease break.");
  });

  it("promises nothing where nobody could be asked", () => {
    expect(canSend(verdictOf({ kind: "unreachable", why: "no connection" }, "t1"))).toBe(false);
  });

  it("tells an unknown outcome from a failed one", () => {
    expect(receiptOf({ outcome: "unknown" }).tone).toBe("unknown");
    expect(
      receiptOf({
        outcome: "failed",
        failure: { code: "stale_token", reason: null, remedy: null, facts: {} },
      }).words,
    ).toContain("stale_token");
    expect(receiptOf({}).tone).toBe("wait");
  });
});

describe("the timeline", () => {
  it("has the newest first, with who, what, what came of it, and why", () => {
    const [refused, sent] = timelineOf(
      [
        command({ commandId: "a", mode: "steer", outcome: "succeeded" }),
        command({
          commandId: "b",
          decidedAt: "2026-11-21T11:00:00.000Z",
          decision: "refused",
          act: null,
          refusal: { code: "lease_held", reason: "Held.", remedy: null, facts: {}, rule: "lease" },
        }),
      ],
      [],
    );
    expect(sent).toMatchObject({ actor: person, did: "steered the turn", result: null, quote: "words" });
    expect(refused).toMatchObject({ result: "refused", tone: "danger", note: "lease_held: Held." });
  });

  it("tells of a lease once: by the lease, and of refusals by the command", () => {
    const moments = timelineOf(
      [
        command({ commandId: "l1", type: "lease.acquire", act: null }),
        command({ commandId: "l2", type: "lease.acquire", act: null, decision: "refused" }),
      ],
      [
        lease({
          state: "ended",
          endedAt: "2026-11-21T12:00:00.000Z",
          how: "broken",
          reason: "mine",
          endedBy: person,
        }),
      ],
    );
    expect(moments.map(({ did }) => did)).toEqual([
      "lease taken away, of ada",
      "lease granted to ada",
      "asked for the lease",
    ]);
    expect(moments[0]).toMatchObject({ quote: "mine", actor: person });
  });
});

describe("tool calls", () => {
  it("are one line with how they ended", () => {
    expect(toolLine(tool({ command: "\n npm test\nmore", exitCode: 1 }))).toMatchObject({
      what: "npm test",
      result: "exit 1",
      tone: "bad",
    });
    expect(toolLine(tool({ command: null, paths: ["a", "b"], exitCode: null }))).toMatchObject({
      what: "2 files changed",
      result: "done",
    });
    expect(toolLine(tool({ phase: "started", status: null, exitCode: null }))).toMatchObject({
      tone: "open",
    });
  });

  it("fold when there are many, and count what they were", () => {
    const calls = [
      tool({}),
      tool({}),
      tool({ command: null, paths: ["a"] }),
      tool({ command: null, tool: "x/y" }),
      tool({ exitCode: 2 }),
    ];
    expect(isFolded(calls)).toBe(true);
    expect(sumOf(calls)).toBe("3 commands, 1 file, 1 tool call");
    expect(sumResult(calls)).toMatchObject({ result: "1 failed", tone: "bad" });
  });

  it("cap the line and read a diff line by line", () => {
    expect(oneLine("x".repeat(500))).toHaveLength(241);
    expect(diffLines("@@ 1 @@\n+a\n-b\n c").map(({ tone }) => tone)).toEqual(["head", "add", "del", "same"]);
  });
});
