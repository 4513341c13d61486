/** `claw policy grant`, `claw policy approvals`, and how both are listed. */
import { Command } from "@claw/events";
import { afterEach, describe, expect, test } from "vitest";
import { against, ann, closeAll, iso, list } from "./against.ts";
import { type Answer, claw, NOW } from "./stub-house.ts";

afterEach(closeAll);
const accepted: Answer = { body: { commandId: "c", decision: "accepted" } };
const house = () => against(() => accepted);

describe("S1-092 S1-093 claw policy grant", () => {
  test("a right, a state, a scope, an end and a reason", async () => {
    const { run, sent } = await house();
    const { err } = await run([
      "policy",
      "grant",
      "send",
      "open",
      "--session",
      "s1",
      "--until",
      "1h",
      "--reason",
      "two",
    ]);
    await run(["policy", "grant", "spawn", "closed", "--host", "h1", "--reason", "x"]);
    await run(["policy", "grant", "transcript", "inherit", "--group", "g", "--reason", "x"]);
    await run(["policy", "grant", "interrupt", "open", "--reason", "x"]);
    expect(sent()).toMatchObject([
      {
        type: "policy.grant",
        right: "send",
        state: "open",
        scope: "session",
        id: "s1",
        until: NOW + 3_600_000,
        reason: "two",
      },
      { right: "spawn", state: "closed", scope: "host", id: "h1", until: null },
      { right: "transcript", state: null, scope: "group", id: "g" },
      { right: "interrupt", state: "open", scope: "global", id: null },
    ]);
    expect(err).toBe("send is open for session s1 until 2026-11-21T13:00:00.000Z\n");
    for (const command of sent()) expect(Command.safeParse(command).success).toBe(true);
  });
});

test("a slip of the pen in a scope is told: nobody would notice that nothing was opened, or ruled", async () => {
  const unknown = { body: { commandId: "c", decision: "accepted", facts: { known: 0 } } } as const;
  const { run } = await against((url) =>
    url.startsWith("/api/commands") ? unknown : list("hosts", [{ hostId: "build-1", group: "g" }]),
  );
  const grant = await run(["policy", "grant", "send", "open", "--host", "build-2", "--reason", "x"]);
  expect([grant.exitCode, grant.err.split("\n")[1]]).toEqual([
    0,
    "But nobody knows a host build-2, perhaps it is build-1: `claw get hosts -o name` lists the ids.",
  ]);
  const approvals = await run(["policy", "approvals", "decline", "--group", "h", "--reason", "x"]);
  expect(approvals.err).toContain("But no host belongs to a group h, perhaps it is g:");
});

describe("S1-094 N1-026 claw policy approvals", () => {
  test("decline, ask, accept, none; by kind and scope", async () => {
    const { run, sent } = await house();
    await run(["policy", "approvals", "decline", "--reason", "x"]);
    const asks = await run([
      "policy",
      "approvals",
      "ask",
      "--wait",
      "10m",
      "--session",
      "s1",
      "--reason",
      "x",
    ]);
    const accept = ["accept", "--kind", "command", "--pattern", "git *", "--host", "h1", "--until", "1d"];
    await run(["policy", "approvals", ...accept, "--reason", "harmless"]);
    await run(["policy", "approvals", "none", "--reason", "x"]);
    expect(sent()).toMatchObject([
      {
        type: "policy.approvals",
        answer: "decline",
        kind: null,
        waitMs: null,
        pattern: null,
        scope: "global",
      },
      { answer: "ask", waitMs: 600_000, scope: "session", id: "s1" },
      { answer: "accept", kind: "command", pattern: "git *", scope: "host", until: NOW + 86_400_000 },
      { answer: null },
    ]);
    expect(asks.err).toBe("every kind, session s1: people are asked, then it is declined\n");
    for (const command of sent()) expect(Command.safeParse(command).success).toBe(true);
  });

  test.each([
    [["grant", "send", "open"]],
    [["grant", "shout", "open", "--reason", "x"]],
    [["grant", "send", "ajar", "--reason", "x"]],
    [["grant", "send", "open", "--session", "s", "--host", "h", "--reason", "x"]],
    [["grant", "send", "open", "--until", "tomorrow", "--reason", "x"]],
    [["approvals", "ask", "--reason", "x"]],
    [["approvals", "ask", "--wait", "25h", "--reason", "x"]],
    [["approvals", "accept", "--reason", "x"]],
    [["approvals", "decline", "--wait", "10m", "--reason", "x"]],
    [["approvals", "ask", "--wait", "10m", "--pattern", "*", "--reason", "x"]],
    [["approvals", "accept", "--pattern", "*", "--kind", "userInput", "--reason", "x"]],
  ])("half a rule or two scopes are exit 2, and nothing is sent: %j", async (argv) => {
    expect((await claw(["policy", ...argv], {})).exitCode).toBe(2);
  });
});

test("claw policy show lists both, with who said so, why, and when it ends", async () => {
  const by = { by: ann, sinceAt: iso(60_000), reason: "two" };
  const rules = {
    limits: [],
    switches: [],
    muted: [],
    grants: [{ right: "send", state: "open", scope: "session", id: "s1", until: iso(-3_600_000), ...by }],
    approvals: [
      {
        kind: null,
        answer: "ask",
        waitMs: 600_000,
        pattern: null,
        scope: "global",
        id: null,
        until: null,
        ...by,
      },
      {
        kind: "command",
        answer: "accept",
        waitMs: null,
        pattern: "git *",
        scope: "host",
        id: "h1",
        until: null,
        ...by,
      },
    ],
  };
  const { run } = await against(() => ({ body: { rules } }));
  const { out } = await run(["policy", "show"]);
  expect(out).toMatch(/RIGHT +STATE.*\nsend +open +session +s1 +in 1h +person\/ann +1m +two\n/);
  expect(out).toMatch(/any +ask +10m +- +global +- +- +person\/ann +1m +two\n/);
  expect(out).toMatch(/command +accept +- +git \* +host +h1 +- +person/);
  const older = await against(() => ({ body: { rules: { limits: [], switches: [], muted: [] } } }));
  expect((await older.run(["policy", "show"])).err).toContain("those of turns that are ours are declined");
});

test("what a command did is told: where it spawned, what it answered", async () => {
  const command = {
    commandId: "c-1",
    principal: ann,
    decision: "accepted",
    decidedAt: iso(0),
    state: "closed",
  };
  const spawn = { kind: "spawn", workspace: "/srv/app", purpose: "green", forkOf: "s0" };
  const answer = { kind: "answer", requestId: "7", answer: "decline" };
  const { run } = await against((url) => ({
    body: { command: { ...command, type: "x", act: url.includes("c-1") ? spawn : answer } },
  }));
  expect((await run(["describe", "command", "c-1"])).out).toContain(
    "does      a session in /srv/app, from s0: green\n",
  );
  expect((await run(["policy", "explain", "c-2"])).out).toContain("does      decline to the question 7\n");
  expect((await against(() => list("approvals", []))).sent()).toEqual([]);
});
