/** `claw spawn`, `fork` and `stop`: what is asked, and what is told. */
import { afterEach, describe, expect, test } from "vitest";
import { against, ann, closeAll, iso, list } from "./against.ts";
import { type Answer, claw, problem } from "./stub-house.ts";

afterEach(closeAll);

const done: Answer = {
  body: { commandId: "c-1", decision: "accepted", outcome: "succeeded", mode: "spawn", turnId: "t-1" },
};
const session = {
  sessionId: "0199-a",
  hostId: "build-1",
  host: "build-1",
  workspace: "/srv/app",
  attach: {
    command: "codex --remote unix:// resume 0199-a",
    remoteCommand: "ssh build-1 -t codex --remote unix:// resume 0199-a",
    reason: null,
    detail: null,
  },
};
const house = (answer: Answer = done, row: object = session) =>
  against((url) => (url.startsWith("/api/commands") ? answer : { body: { session: row } }));

describe("claw spawn", () => {
  test("S1-082 S1-104 S1-105 the workspace and the task; the session, its host and the way in on stdout", async () => {
    const { run, sent, calls } = await house();
    const { out, err, exitCode } = await run(["spawn", "/srv/app", "make", "it", "green", "--id", "c-1"]);
    expect(exitCode).toBe(0);
    expect(sent()).toEqual([
      { type: "session.spawn", workspace: "/srv/app", text: "make it green", commandId: "c-1" },
    ]);
    expect(calls.map(({ url }) => url)).toEqual(["/api/commands?wait=outcome", "/api/sessions/req-c-1"]);
    expect(out.split("\n")).toEqual([
      "session   0199-a",
      "host      build-1",
      "workspace /srv/app",
      "attach    claw attach 0199-a",
      "there     codex --remote unix:// resume 0199-a",
      "elsewhere ssh build-1 -t codex --remote unix:// resume 0199-a",
      "",
    ]);
    expect(err).toBe("spawned a session; its first turn is t-1 (c-1)\n");
  });

  test("where, what for and with what is handed on; what is not said is left to the house", async () => {
    const { run, sent } = await house();
    const flags = [
      ..."--host build-1 --endpoint main --model m --sandbox read-only --approval-policy never".split(" "),
      ..."--deadline 90s --purpose nightly --wait turn".split(" "),
    ];
    await run(["spawn", "/srv/app", "-", ...flags], { input: "the task\n" });
    expect(sent()[0]).toMatchObject({
      hostId: "build-1",
      endpointId: "main",
      text: "the task",
      purpose: "nightly",
      settings: { model: "m", sandbox: "read-only", approvalPolicy: "never" },
      deadlineMs: 90_000,
    });
  });

  test("-o name is the session, -o json the answer with the session in it", async () => {
    const { run } = await house();
    expect((await run(["spawn", "/srv/app", "x", "-o", "name"])).out).toBe("0199-a\n");
    const json = JSON.parse((await run(["spawn", "/srv/app", "x", "-o", "json"])).out) as object;
    expect(json).toMatchObject({ outcome: "succeeded", session: { sessionId: "0199-a" } });
  });

  test("the house's own word for the session is the one that is looked for", async () => {
    const { run, calls } = await house({ body: { ...(done.body as object), sessionId: "0199-a" } });
    await run(["spawn", "/srv/app", "x"]);
    expect(calls.at(-1)?.url).toBe("/api/sessions/0199-a");
  });

  test("before there is a thread, the name that it was asked for by; it answers for the thread later", async () => {
    const { run } = await house(done, { sessionId: "req-c-1", boundTo: "0199-b" });
    expect((await run(["spawn", "/srv/app", "x", "--id", "c-1", "-o", "name"])).out).toBe("0199-b\n");
    const open = { body: { commandId: "c-1", decision: "accepted" } } as const;
    const none = await against((url) => (url.startsWith("/api/commands") ? open : problem(404, "not_found")));
    const early = await none.run([
      "spawn",
      "/srv/app",
      "x",
      "--id",
      "c-1",
      "--wait",
      "decision",
      "-o",
      "name",
    ]);
    expect([early.exitCode, early.out]).toEqual([0, "req-c-1\n"]);
  });

  test.each([
    [problem(403, "not_enabled", { right: "spawn" }), 4],
    [problem(503, "no_host"), 4],
    [problem(409, "tree_full", { limit: 64 }), 4],
    [{ body: { ...(done.body as object), outcome: "failed", failure: { code: "workspace_missing" } } }, 5],
    [{ body: { ...(done.body as object), outcome: "failed", failure: { code: "mcp_unreachable" } } }, 1],
    [{ body: { ...(done.body as object), outcome: "unknown" } }, 6],
  ] as const)(
    "a no is its own exit code, and no session is looked for after a refusal: %j",
    async (answer, exitCode) => {
      const { run, calls } = await house(answer as Answer);
      expect((await run(["spawn", "/srv/app", "x"])).exitCode).toBe(exitCode);
      expect(calls).toHaveLength("status" in answer ? 1 : 2);
    },
  );

  test("S1-104 what its host did not begin has no way in; why, and the way out, are said", async () => {
    const no = { code: "workspace_missing", reason: "There is none.", remedy: "Make it." };
    const failed = { ...(done.body as object), outcome: "failed", failure: no };
    const { run } = await house({ body: failed }, { ...session, sessionId: "req-c-1" });
    const { out, err } = await run(["spawn", "/srv/app", "x"]);
    expect([out, err]).toEqual([
      "",
      "the host did not do it: workspace_missing. There is none. Make it. (c-1)\n",
    ]);
    expect((await run(["spawn", "/srv/app", "x", "-o", "name"])).out).toBe("req-c-1\n");
  });

  test("--dry-run says what would be, and looks for no session", async () => {
    const { run, calls } = await house({ body: { commandId: "c", decision: "accepted", dryRun: true } });
    const { err, out } = await run(["spawn", "/srv/app", "x", "--dry-run"]);
    expect([err, out, calls.length]).toEqual(["It would be accepted; nothing was done.\n", "", 1]);
  });

  test("claw fork begins with another one's history", async () => {
    const { run, sent } = await house();
    await run(["fork", "0199-z", "the other way", "--purpose", "b"]);
    expect(sent()[0]).toMatchObject({
      type: "session.fork",
      target: { sessionId: "0199-z" },
      text: "the other way",
      purpose: "b",
    });
  });

  test.each([
    [["spawn", "srv/app", "x"]],
    [["spawn", "/srv/app"]],
    [["spawn", "/srv/app", "x", "--id", "No Id"]],
    [["spawn", "/srv/app", "x", "--id", "a", "--command-id", "b"]],
    [["spawn", "/srv/app", "x", "--deadline", "1h"]],
    [["spawn", "/srv/app", "x", "--sandbox", "none"]],
    [["spawn", "/srv/app", "x", "--approval-policy", "always"]],
    [["fork", "s"]],
    [["stop", "s"]],
    [["stop", "s", "--reason", "x", "--wait", "turn"]],
  ])("usage: %j is exit 2", async (argv) => {
    expect((await claw(argv, {})).exitCode).toBe(2);
  });
});

describe("claw stop", () => {
  test("X1-003 the whole tree, or the session alone, with a reason", async () => {
    const { run, sent } = await house({
      body: { commandId: "c", decision: "accepted", facts: { halted: 3, interrupts: 2, left: 4 } },
    });
    const { err } = await run(["stop", "0199-a", "--reason", "wrong"]);
    await run(["stop", "0199-a", "--only", "--reason", "wrong"]);
    expect(sent()).toMatchObject([
      { type: "session.stop", target: { sessionId: "0199-a" }, tree: true, reason: "wrong" },
      { type: "session.stop", tree: false },
    ]);
    expect(err).toBe(
      "0199-a and 2 more are halted, and 2 turns are being interrupted; 4 of its tree are left: ask again; `claw resume session 0199-a --reason …` lifts the halt of one\n",
    );
  });
});

describe("what is shown of spawned sessions", () => {
  const spawned = {
    ...session,
    firstSeenAt: iso(120_000),
    status: "active",
    purpose: "green",
    spawn: {
      commandId: "c-1",
      createdBy: ann,
      purpose: "green",
      parentSessionId: "0199-p",
      rootSessionId: "0199-r",
    },
    progress: { state: "working", phase: "tests", percent: 40, note: "two\u001b[2J fail", at: iso(5_000) },
    openApprovals: ["7"],
    summary: "two fail",
  };

  const reports = [
    { state: "working", phase: null, percent: 10, note: "began", at: iso(60_000) },
    { state: "working", phase: "tests", percent: 40, note: "two\u001b[2J fail", at: iso(5_000) },
  ];

  test("S1-109 S1-058 the list marks them, with what they say of their work", async () => {
    const { run } = await against(() => list("sessions", [spawned, { ...session, summary: "x" }]));
    const { out } = await run(["get", "sessions"]);
    expect(out).toMatch(/WORK.*\n.*spawned, working 40 % \(tests\).*two fail\n/);
    expect(out.split("\n")[2]).toMatch(/ - .*x$/);
    expect((await run(["get", "sessions", "-o", "wide"])).out).toMatch(/green +person\/ann +0199-p\n/);
  });

  test("X1-001 S1-166 describe begins with who made it, its tree, its reports and how to attach, as comments", async () => {
    const child = { ...session, sessionId: "0199-c", status: "idle", spawn: { parentSessionId: "0199-a" } };
    const { run } = await against((url) =>
      url.startsWith("/api/sessions?")
        ? list("sessions", [spawned, child])
        : url.endsWith("/progress")
          ? list("reports", reports)
          : { body: { session: spawned } },
    );
    const { out } = await run(["describe", "session", "0199-a"]);
    expect(out.split("\n").slice(0, 12)).toEqual([
      "# spawned   by person/ann, 2m ago (c-1)",
      "# purpose   green",
      "# parent    0199-p",
      "# root      0199-r",
      "# children  0199-c (idle)",
      "# progress  working 40 % (tests), 5s ago: two fail",
      "#           working 10 %, 1m ago: began",
      "# asks      7 (claw get approvals)",
      "# attach    codex --remote unix:// resume 0199-a",
      "#           ssh build-1 -t codex --remote unix:// resume 0199-a",
      "",
      "sessionId: 0199-a",
    ]);
    expect((await run(["describe", "session", "0199-a", "-o", "yaml"])).out).toMatch(/^sessionId: 0199-a\n/);
  });

  test("where there is no way in, the house's reason", async () => {
    const row = {
      ...session,
      attach: { command: null, remoteCommand: null, reason: "not_default", detail: "Not there." },
    };
    const { run } = await against((url) =>
      url.startsWith("/api/sessions?") ? list("sessions", []) : { body: { session: row } },
    );
    expect((await run(["describe", "session", "0199-a"])).out).toMatch(/^# attach {4}no: Not there\./);
  });
});
