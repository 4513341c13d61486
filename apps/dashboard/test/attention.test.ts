/** The inbox and the approval card: which answers there are, what would change, how a question ended. */
import { answersTo as houseAnswers, QuestionKind } from "@claw/events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApprovalView, AttentionItem, SessionView } from "../src/api/types.ts";
import { answersTo, endingOf } from "../src/pages/attention/answers.ts";
import { blocksOf, diffFiles } from "../src/pages/attention/diff.ts";
import { approvalsByKey, endedItem, inboxOf, kindCounts } from "../src/pages/attention/items.ts";

const approval = (change: Partial<ApprovalView> = {}): ApprovalView => ({
  sessionId: "s1",
  requestId: "r1",
  hostId: "h1",
  kind: "command",
  turnId: "t1",
  itemId: null,
  subject: "git push",
  reason: null,
  detail: null,
  subjectDigest: null,
  workspace: "/work",
  availableDecisions: [],
  isOurs: true,
  state: "open",
  openedAt: "2026-01-01T00:00:00.000Z",
  ageMs: 1,
  ruledBy: null,
  deadlineAt: null,
  decision: null,
  closedAt: null,
  how: null,
  ...change,
});

describe("answers", () => {
  test("N1-027 are those that the house takes, for every kind and whatever Codex listed", () => {
    const listed = fc.subarray(["accept", "acceptForSession", "decline", "cancel", "somethingNew"]);
    fc.assert(
      fc.property(fc.constantFrom(...QuestionKind.options), listed, (kind, availableDecisions) => {
        expect(answersTo({ kind, availableDecisions })).toEqual([...houseAnswers(kind, availableDecisions)]);
      }),
    );
  });

  test("questions of other clients have none here", () => {
    expect(answersTo({ kind: "userInput", availableDecisions: ["accept"] })).toEqual([]);
  });
});

describe("endings", () => {
  const by = { kind: "person", name: "Dele", role: "operator", group: null } as const;
  const decision = {
    answer: "decline",
    by,
    at: "2026-01-01T00:00:01.000Z",
    commandId: "cmd-1",
    reason: "Wait.",
  } as const;

  test("open and undecided: none", () => expect(endingOf(approval())).toBeNull());
  test("answered and not confirmed: unknown, and not sent twice", () =>
    expect(endingOf(approval({ decision }))).toMatchObject({
      tone: "unknown",
      reason: "Wait.",
      head: expect.stringContaining("not be sent twice"),
    }));
  test("closed by an answer, and closed without one", () => {
    expect(
      endingOf(approval({ state: "closed", decision: { ...decision, answer: "accept" }, how: "resolved" })),
    ).toMatchObject({ tone: "ok" });
    expect(endingOf(approval({ state: "closed", how: "turnEnded" }))).toEqual({
      head: "Ended: turnEnded.",
      tone: null,
      reason: null,
    });
  });
});

describe("inbox", () => {
  const item = (change: Partial<AttentionItem>): AttentionItem => ({
    key: "waiting/s1/r1",
    kind: "waiting",
    sessionId: "s1",
    sinceAt: "2026-01-01T00:00:00.000Z",
    ageMs: 1,
    evidence: "Codex asks.",
    helps: "describe approval s1 r1",
    hostId: "h1",
    group: "default",
    repo: null,
    owner: null,
    status: "ready",
    snoozedUntil: null,
    snoozedBy: null,
    snoozeReason: null,
    assignedTo: null,
    assignedBy: null,
    ...change,
  });
  const known = { sessions: new Map<string, SessionView>(), approvals: approvalsByKey([approval()]) };

  test("an item has the question that it waits for, also where its id has a slash; others have none", () => {
    const [waiting, silent] = inboxOf([item({}), item({ key: "silent/s1/r1", kind: "silent" })], known);
    expect([waiting?.why, waiting?.approval?.requestId]).toEqual(["git push", "r1"]);
    expect(silent?.approval).toBeNull();
  });

  test("what was looked at and is over keeps its card; of what nothing is known there is none", () => {
    expect(endedItem("waiting/s1/r1", known)).toMatchObject({ item: null, approval: { requestId: "r1" } });
    expect([
      endedItem("waiting/s1/other", known),
      endedItem("silent/s1/x", known),
      endedItem("", known),
    ]).toEqual([null, null, null]);
  });

  test("kinds are counted in the house's order", () => {
    expect(kindCounts([{ kind: "silent" }, { kind: "waiting" }, { kind: "silent" }])).toEqual([
      { kind: "waiting", count: 1 },
      { kind: "silent", count: 2 },
    ]);
  });
});

describe("diffs", () => {
  test("files with what comes and goes", () => {
    const text =
      "diff --git a/x.ts b/x.ts\nindex 1..2\n--- a/x.ts\n+++ b/x.ts\n@@ -1 +1,2 @@\n-old\n+new\n+more\n same\n--- a/y.ts\n+++ b/y.ts\n+y";
    expect(diffFiles(text).map(({ path, added, removed }) => [path, added, removed])).toEqual([
      ["x.ts", 2, 1],
      ["y.ts", 1, 0],
    ]);
  });

  test("a line of a file that looks like a head is a line: nothing that somebody decides by is lost", () => {
    const [file, ...others] = diffFiles(
      "--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,2 @@\n--- drop the table\n+++ b/evil.ts\n same",
    );
    expect(others).toEqual([]);
    expect(file).toMatchObject({ path: "x.sql", added: 1, removed: 1 });
    expect(file?.lines.map(({ text }) => text)).toEqual([
      "@@ -1,2 +1,2 @@",
      "--- drop the table",
      "+++ b/evil.ts",
      " same",
    ]);
  });

  test("what is no diff has no files", () => expect(diffFiles("network: github.com")).toEqual([]));

  test("blocks: five, each side that there is any of has one, and nothing has none", () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(5_000), (added, removed) => {
        const blocks = blocksOf({ added, removed });
        expect(blocks).toHaveLength(5);
        expect(blocks.includes("a")).toBe(added > 0);
        expect(blocks.includes("d")).toBe(removed > 0);
      }),
    );
  });
});
