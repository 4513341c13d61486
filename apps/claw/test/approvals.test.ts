/** The inbox of questions, and `claw approve` and `claw deny`. */
import { ApprovalView } from "@claw/views";
import { afterEach, describe, expect, test } from "vitest";
import { against, ann, closeAll, iso, list } from "./against.ts";
import { type Answer, claw, problem } from "./stub-house.ts";

afterEach(closeAll);

const digest = "a".repeat(64);
const question = {
  sessionId: "s1",
  requestId: "7",
  kind: "command",
  turnId: "t-1",
  itemId: "i-1",
  subject: "git push --force\u001b[2J",
  reason: "needs the network",
  detail: null,
  workspace: "/srv/app",
  subjectDigest: digest,
  availableDecisions: ["accept", "cancel"],
  state: "open",
  isOurs: true,
  openedAt: iso(180_000),
  closedAt: null,
  deadlineAt: iso(-240_000),
  ruledBy: { scope: "host", id: "h1", answer: "ask", pattern: null },
  hostId: "h1",
  ageMs: 180_000,
  decision: null,
  how: null,
};
const closed = {
  ...question,
  requestId: "3",
  state: "closed",
  isOurs: false,
  deadlineAt: null,
  ruledBy: null,
  ageMs: null,
  closedAt: iso(60_000),
  how: "answered",
  decision: { answer: "decline", by: ann, at: iso(61_000), commandId: "c-9", reason: "use staging" },
};
const answered: Answer = {
  body: { commandId: "c", decision: "accepted", outcome: "succeeded", mode: "answer", turnId: "t-1" },
};
test("what these tests show is what a house shows", () => {
  for (const one of [question, closed]) expect(ApprovalView.parse(one)).toEqual(one);
});

/** The house's own filter; commands get `answer`. */
const house = (open: readonly object[], answer: Answer = answered) =>
  against((url) => {
    if (url.startsWith("/api/commands")) return answer;
    const [, request] = /^\/api\/approvals\/\w+\/(\w+)$/.exec(url) ?? [];
    if (request !== undefined) {
      const found = [...open, closed].find((one) => Object(one).requestId === request);
      return found === undefined ? problem(404, "not_found") : { body: { approval: found } };
    }
    const asked = url.includes("state=open") ? open : [...open, closed];
    const session = /session=(\w+)/.exec(url)?.[1];
    return list(
      "approvals",
      asked.filter((one) => session === undefined || Object(one).sessionId === session),
    );
  });

describe("N1-025 one inbox of what waits for somebody", () => {
  test("open ones, with age, subject, whose turn it is and when it is declined; --all has the rest", async () => {
    const { run, calls } = await house([question]);
    const { out } = await run(["get", "approvals"]);
    expect(calls[0]?.url).toBe("/api/approvals?state=open&limit=500");
    expect(out).toMatch(/^SESSION +REQUEST +KIND +TURN +AGE +DECLINED +STATE +SUBJECT\n/);
    expect(out).toMatch(/s1 +7 +command +ours +3m +in 4m +open +git push --force\n/);
    expect((await run(["get", "approvals", "--all"])).out).toMatch(
      /s1 +3 +command +person +3m +- +decline +git/,
    );
    expect((await run(["get", "approvals", "-o", "name"])).out).toBe("s1/7\n");
  });

  test("describe shows exactly what is asked, the diff, and how it may be answered", async () => {
    const patch = { ...question, kind: "fileChange", detail: "--- a\n+++ b\n-old\u001b[31m\n+new\n" };
    const { run } = await house([patch]);
    const { out } = await run(["describe", "approval", "s1", "7"]);
    expect(out.split("\n")).toEqual([
      "question  7 (fileChange)",
      "session   s1",
      "turn      t-1, our turn",
      "asked     3m ago",
      "asks      git push --force",
      "in        /srv/app",
      "because   needs the network",
      "offered   accept, cancel",
      `digest    ${digest}`,
      "state     open",
      "declined  in 4m, by policy",
      "rule      ask (host/h1)",
      "go there  claw attach s1",
      "",
      "  --- a",
      "  +++ b",
      "  -old",
      "  +new",
      "",
    ]);
    expect((await run(["describe", "approval", "s1/7", "-o", "name"])).out).toBe("s1/7\n");
  });

  test("a closed one is told with who answered it and why; one that nobody asked is exit 3", async () => {
    const { run } = await house([question]);
    const { out } = await run(["describe", "approval", "s1", "3"]);
    expect(out).toContain("turn      t-1, a person's turn\n");
    expect(out).toContain("state     closed 1m ago: answered\n");
    expect(out).toContain("decision  decline by person/ann, 1m ago: use staging\n");
    expect(out).not.toContain("claw attach");
    expect((await run(["describe", "approval", "s1", "99"])).exitCode).toBe(3);
    const only = await run(["describe", "approval", "s1"]);
    expect([only.exitCode, only.out.split("\n")[0]]).toEqual([0, "question  7 (command)"]);
    expect((await run(["describe", "approval", "s2"])).exitCode).toBe(3);
    expect((await run(["describe", "host", "h1", "7"])).exitCode).toBe(2);
  });
});

describe("N1-027 claw approve, claw deny", () => {
  test("the one open question, by the digest of what was shown", async () => {
    const { run, sent, calls } = await house([question, { ...question, sessionId: "s2" }]);
    const { err, exitCode } = await run(["approve", "s1"]);
    expect([exitCode, err.split("\n")[0]]).toEqual([0, "command in our turn: git push --force"]);
    expect(err).toContain("it may; Codex goes on");
    expect(calls.at(-1)?.url).toBe("/api/commands?wait=outcome");
    expect(sent()).toEqual([
      {
        type: "approval.decide",
        commandId: expect.anything() as unknown,
        target: { sessionId: "s1", requestId: "7" },
        answer: "accept",
        subjectDigest: digest,
      },
    ]);
  });

  test("decline and cancel are told apart, and carry the reason; --for-session and --digest are handed on", async () => {
    const { run, sent } = await house([question]);
    expect((await run(["deny", "s1", "7", "--reason", "use staging"])).err).toContain("the turn goes on");
    expect((await run(["deny", "s1", "--cancel", "--reason", "no"])).err).toContain("the turn is ended");
    await run(["approve", "s1", "7", "--for-session", "--digest", "b".repeat(64)]);
    expect(sent()).toMatchObject([
      { answer: "decline", text: "use staging" },
      { answer: "cancel", text: "no" },
      { answer: "accept_for_session", subjectDigest: "b".repeat(64) },
    ]);
  });

  test("none is guessed: several are listed, nothing open is exit 3, and nothing is sent", async () => {
    const many = await house([question, { ...question, requestId: "8" }]);
    const { exitCode, err } = await many.run(["approve", "s1"]);
    expect([exitCode, err]).toEqual([2, "2 questions are open in s1; say which: 7, 8.\n"]);
    const none = await house([]);
    expect((await none.run(["deny", "s1", "--reason", "x"])).exitCode).toBe(3);
    expect([...many.sent(), ...none.sent()]).toEqual([]);
  });

  test.each([
    ["approval_changed", 409, 5],
    ["approval_closed", 409, 5],
    ["approval_unknown", 404, 3],
    ["answer_not_offered", 409, 4],
    ["not_answerable", 409, 4],
    ["human_at_work", 409, 5],
  ])("a refusal %s is exit %i → %i", async (code, status, exitCode) => {
    const { run } = await house([question], problem(status, code));
    expect((await run(["approve", "s1"])).exitCode).toBe(exitCode);
  });

  test("a host that finds it closed by then is a conflict too", async () => {
    const failed = { ...(answered.body as object), outcome: "failed", failure: { code: "approval_closed" } };
    const { run } = await house([question], { body: failed });
    expect((await run(["approve", "s1"])).exitCode).toBe(5);
  });

  test.each([
    [["approve"]],
    [["deny", "s1"]],
    [["deny", "s1", "--cancel"]],
    [["approve", "s1", "--wait", "turn"]],
  ])("usage: %j is exit 2", async (argv) => {
    expect((await claw(argv, {})).exitCode).toBe(2);
  });
});
