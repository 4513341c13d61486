/** Limits, leases, what was asked for, and why the house said no. */
import { CommandView, LeaseView, RulesView } from "@claw/views";
import { afterEach, describe, expect, test } from "vitest";
import { against, ann, closeAll, iso } from "./against.ts";
import { type Answer, claw, problem } from "./stub-house.ts";

afterEach(closeAll);
const accepted = { body: { commandId: "c", decision: "accepted" } } as const satisfies Answer;

const mute = {
  origin: "session/s1",
  refusals: 5,
  code: "rate_limited",
  unwritten: 12,
  until: iso(-540_000),
  sinceAt: iso(60_000),
};
const rules = {
  limits: [
    {
      name: "pair_rate",
      value: 2,
      default: 4,
      min: 0,
      max: 9,
      unit: "a minute",
      what: "Writes.",
      reason: "quiet",
      by: ann,
      sinceAt: iso(60_000),
    },
    {
      name: "hops",
      value: 4,
      default: 4,
      min: 0,
      max: 16,
      unit: "hops",
      what: "How far.",
      reason: null,
      by: null,
      sinceAt: null,
    },
  ],
  switches: [{ scope: "host", id: "build-1", reason: "a disk", by: ann, sinceAt: iso(3_600_000) }],
  muted: [],
  grants: [],
  approvals: [],
};

describe("claw policy", () => {
  test("show: limits with defaults and units, what is halted, who is muted", async () => {
    const { run } = await against(() => ({ body: { rules } }));
    const { out, err } = await run(["policy", "show"]);
    expect(out).toMatch(/pair_rate +2 +4 +a minute +Writes\. +person\/ann +1m +quiet/);
    expect(out).toMatch(/HALTED +ID +BY +SINCE +REASON\nhost +build-1 +person\/ann +1h +a disk\n/);
    expect(err).toMatch(/^nobody is muted\n/);
    expect(JSON.parse((await run(["policy", "show", "-o", "json"])).out)).toEqual(rules);
    expect((await run(["policy", "show", "-o", "name"])).out).toBe("pair_rate\nhops\n");
  });

  test("show: a mute with whom, until when, and for which refusals", async () => {
    const { run } = await against(() => ({ body: { rules: { ...rules, muted: [mute] } } }));
    const { out } = await run(["policy", "show"]);
    expect(out).toMatch(/MUTED +UNTIL +REFUSALS +LAST +UNWRITTEN +SINCE\n/);
    expect(out).toMatch(/session\/s1 +2026-11-21T12:09:00.000Z +5 +rate_limited +12 +1m\n/);
  });

  test("set: a number or the default, with a reason; what the house does not know is exit 3", async () => {
    const { run, sent } = await against(() => accepted);
    await run(["policy", "set", "pair_rate", "2", "--reason", "quiet"]);
    await run(["policy", "set", "pair_rate", "default", "--reason", "again"]);
    expect((await run(["policy", "set", "pair_rate", "few", "--reason", "x"])).exitCode).toBe(2);
    expect((await run(["policy", "set", "pair_rate", "2"])).exitCode).toBe(2);
    expect(sent()).toMatchObject([
      { type: "policy.set", limit: "pair_rate", value: 2, reason: "quiet" },
      { type: "policy.set", limit: "pair_rate", value: null, reason: "again" },
    ]);
    const { run: other } = await against(() => problem(404, "limit_unknown"));
    expect((await other(["policy", "set", "speed", "2", "--reason", "x"])).exitCode).toBe(3);
  });

  test("test send: a dry run, whose exit code is the decision's", async () => {
    const { run, calls } = await against(() => problem(409, "halted", { scope: "host" }));
    expect((await run(["policy", "test", "send", "s1", "go"])).exitCode).toBe(4);
    expect(calls[0]?.url).toBe("/api/commands?wait=decision&dryRun=true");
    const json = await run(["policy", "test", "send", "s1", "go", "-o", "json"]);
    expect(json.exitCode).toBe(4);
  });
});

const command = {
  commandId: "cmd-1",
  type: "session.send",
  principal: { kind: "session", name: "s0", role: "session", group: null },
  decision: "accepted",
  state: "closed",
  decidedAt: iso(120_000),
  position: 41,
  sessionId: "s1",
  hostId: "build-1",
  endpointId: "main",
  act: { kind: "send", mode: "auto", expectedTurnId: "t-1" },
  token: { generation: 1, counter: 4 },
  cutLetters: 0,
  reason: "the tests are flaky",
  deadlineAt: iso(90_000),
  origin: { rootIds: ["turn:t-0"], hop: 2, path: ["s8", "s0"] },
  text: "run the\ntests\u001b[2J",
  refusal: null,
  spawnedSessionId: null,
  outcome: "succeeded",
  outcomeAt: iso(119_000),
  mode: "steer",
  turnId: "t-1",
  turnStatus: "completed",
  turnEndedAt: iso(60_000),
  failure: null,
};
const refused = {
  ...command,
  decision: "refused",
  outcome: null,
  refusal: {
    rule: "rate",
    code: "rate_limited",
    reason: "More writes than `facts.limit` allows.",
    remedy: "Wait `retryAfterMs` and try again.",
    facts: { limit: "pair_rate", retryAfterMs: 900, rootId: null },
  },
};

describe("claw describe command, claw policy explain", () => {
  test("N1-028: the decision, the chain of causes, the outcome and the times", async () => {
    const { run } = await against(() => ({ body: { command } }));
    expect((await run(["describe", "command", "cmd-1"])).out.split("\n")).toEqual([
      "command   cmd-1, session.send",
      "by        session/s0 as session, 2m ago",
      "session   s1 on build-1/main",
      "text      run the tests",
      "reason    the tests are flaky",
      "decision  accepted: no rule said no",
      "origin    turn:t-0 → s8 → s0 → s1 (hop 2)",
      "outcome   succeeded (steer, turn t-1)",
      "timeline  2026-11-21T11:58:00.000Z decided",
      "          2026-11-21T11:58:01.000Z succeeded",
      "          2026-11-21T11:58:30.000Z deadline",
      "          2026-11-21T11:59:00.000Z turn completed",
      "",
    ]);
    expect(JSON.parse((await run(["describe", "command", "cmd-1", "-o", "json"])).out)).toEqual(command);
  });

  test("N1-028: a turn that ended in the second of the decision ended behind it: Codex tells whole seconds", async () => {
    const at = (more: string) => `2026-11-21T11:58:00.${more}Z`;
    const times = { decidedAt: at("120"), outcomeAt: at("350"), turnEndedAt: at("000") };
    const { run } = await against(() => ({ body: { command: { ...command, ...times } } }));
    const { out } = await run(["describe", "command", "cmd-1"]);
    expect(out.split("\n").slice(8, 11)).toEqual([
      `timeline  ${at("120")} decided`,
      `          ${at("350")} succeeded`,
      `          ${at("000")} turn completed`,
    ]);
  });

  test("N1-042: explain names the rule, the value that was seen, and the way out", async () => {
    const { run, calls } = await against(() => ({ body: { command: refused } }));
    const { out } = await run(["policy", "explain", "cmd-1"]);
    expect(calls[0]?.url).toBe("/api/commands/cmd-1");
    expect(out.split("\n").slice(5)).toEqual([
      'decision  refused by the rule "rate": rate_limited',
      "why       More writes than `facts.limit` allows.",
      "seen      limit=pair_rate, retryAfterMs=900, rootId=none",
      "way out   Wait `retryAfterMs` and try again.",
      "",
    ]);
  });

  test("what a host failed for is told as its own reason, and what nobody knows as open", async () => {
    const failure = { code: "active_writer", reason: null, remedy: null, facts: { holder: "main" } };
    const failed = { ...command, outcome: "failed", mode: null, turnId: null, failure };
    const { run } = await against(() => ({ body: { command: failed } }));
    const { out } = await run(["policy", "explain", "cmd-1"]);
    expect(out).toContain("outcome   failed: active_writer\nseen      holder=main\n");
    const open = { ...command, outcome: null, state: "open" };
    const { run: other } = await against(() => ({ body: { command: open } }));
    expect((await other(["policy", "explain", "cmd-1"])).out).toContain("outcome   not known yet");
  });

  test("a command that is not there is exit 3", async () => {
    const { run } = await against(() => problem(404, "not_found"));
    expect((await run(["policy", "explain", "cmd-9"])).exitCode).toBe(3);
    expect((await run(["describe", "command", "cmd-9"])).exitCode).toBe(3);
  });
});

const lease = {
  leaseId: "l1",
  sessionId: "s1",
  hostId: "build-1",
  endpointId: "main",
  holder: ann,
  token: { generation: 1, counter: 3 },
  ttlMs: 30_000,
  state: "inForce",
  offeredAt: iso(6_000),
  offerUntil: iso(-4_000),
  grantedAt: iso(5_000),
  endedAt: null,
  how: null,
  reason: null,
  endedBy: null,
};

test("what these tests show is what a house shows", () => {
  expect(CommandView.parse(command)).toEqual(command);
  expect(CommandView.parse(refused)).toEqual(refused);
  for (const one of [rules, { ...rules, muted: [mute] }]) expect(RulesView.parse(one)).toEqual(one);
  expect(LeaseView.parse(lease)).toEqual(lease);
});

describe("claw get commands, leases", () => {
  test("what was asked, by whom, and what became of it", async () => {
    const commands = [command, refused, { ...command, commandId: "cmd-3", outcome: null, state: "open" }];
    const { run, calls } = await against(() => ({ body: { commands, nextCursor: null, position: 9 } }));
    const { out } = await run([
      "get",
      "commands",
      "--session",
      "s1",
      "--state",
      "open",
      "--decision",
      "accepted",
    ]);
    expect(calls[0]?.url).toBe("/api/commands?session=s1&state=open&decision=accepted&limit=500");
    expect(out.split("\n").map((line) => line.split(/ {2,}/).slice(4, 7))).toEqual([
      ["DECISION", "OUTCOME", "DID"],
      ["accepted", "succeeded", "steer"],
      ["refused", "rate_limited", "steer"],
      ["accepted", "open", "steer"],
      [],
    ]);
  });

  test("leases with their holder, and how they ended", async () => {
    const end = { state: "ended", how: "broken", reason: "stuck", endedBy: { ...ann, name: "bob" } };
    const leases = [lease, { ...lease, ...end, leaseId: "l2", endedAt: iso(1_000) }];
    const { run } = await against(() => ({ body: { leases, nextCursor: null, position: 9 } }));
    const { out } = await run(["get", "leases"]);
    expect(out).toMatch(/l1 +s1 +person\/ann +inForce +5s +30s +1\.3 +- +- +-\n/);
    expect(out).toMatch(/l2 +s1 +person\/ann +broken +5s +30s +1\.3 +stuck +1s +person\/bob\n/);
  });

  test.each([
    [["get", "leases", "--decision", "accepted"]],
    [["get", "commands", "--state", "inForce"]],
    [["get", "sessions", "--session", "s1"]],
    [["get", "commands", "--decision", "maybe"]],
  ])("usage: %j is exit 2", async (argv) => {
    expect((await claw(argv, {})).exitCode).toBe(2);
  });
});

describe("claw policy test --set", () => {
  const past = (n: number, agoMs: number) => ({
    ...command,
    commandId: `cmd-${n}`,
    decidedAt: iso(agoMs),
    origin: { rootIds: [`r${n}`], hop: 1, path: ["s0"] },
  });
  const page = (rows: readonly object[], nextCursor: string | null): Answer => ({
    body: { commands: rows, nextCursor, position: 9 },
  });
  const DAY = 86_400_000;
  const house = (url: string): Answer => {
    if (url.startsWith("/api/rules")) return { body: { rules } };
    if (url.startsWith("/api/sessions"))
      return { body: { sessions: [place], nextCursor: null, position: 9 } };
    if (url.includes("cursor=c3")) throw new Error("too far back");
    return url.includes("cursor=c2")
      ? page([past(1, 2_000), past(0, DAY + 2_000), past(9, 2 * DAY)], "c3")
      : page([past(3, 0), past(2, 1_000)], "c2");
  };
  const place = { sessionId: "s1", hostId: "h1", endpointId: "main", group: "default" };

  test("counts the past back to where it was asked for; what came shortly before is read, and not counted", async () => {
    const { run, calls } = await against(house);
    const { out, err } = await run(["policy", "test", "--set", "pair_burst=1", "--set", "pair_rate=1"]);
    expect(calls).toHaveLength(4);
    expect(out).toMatch(/pair_rate +2 +1 +1 +0\n/);
    expect(err).toContain("3 writes were counted: of 3 accepted ones 1 would have been refused");
    // Of three in two seconds, the limits as they are let two through.
    expect(err).toContain("1 of them are not explained");
  });

  test("-o name lists what would be refused; -o json says all", async () => {
    const { run } = await against(house);
    const limit = ["policy", "test", "--set", "pair_burst=1"];
    expect((await run([...limit, "-o", "name"])).out).toBe("cmd-2\n");
    expect(JSON.parse((await run([...limit, "-o", "json"])).out)).toMatchObject({
      counted: 3,
      nowAccepted: [],
    });
  });

  test.each([
    [["policy", "test"]],
    [["policy", "test", "--set", "speed=1"]],
    [["policy", "test", "--set", "hops"]],
    [["policy", "test", "--set", "hops=1", "--since", "yesterday"]],
  ])("usage: %j is exit 2", async (argv) => {
    expect((await claw(argv, {})).exitCode).toBe(2);
  });
});

test("claw --help lists every command under a heading, and each new one has examples", async () => {
  const { out } = await claw(["--help"], {});
  expect(out.match(/^[A-Z][a-z ]+:$/gm)).toEqual(
    expect.arrayContaining(["Read:", "Act:", "Rules:", "Keep the house:", "This machine:"]),
  );
  const [, act = ""] = out.split("\nAct:\n");
  expect(act.split("\n\n")[0]?.match(/^ {2}\w+/gm)).toEqual([
    "  send",
    "  interrupt",
    "  spawn",
    "  fork",
    "  stop",
    "  lease",
  ]);
  for (const argv of [["send"], ["interrupt"], ["halt"], ["resume"], ["lease", "acquire"], ["policy", "set"]])
    expect([argv, (await claw([...argv, "--help"], {})).out.includes("Examples:")]).toEqual([argv, true]);
  expect((await claw(["send", "--help"], {})).out).toContain("Exit codes: 0 done;");
});
