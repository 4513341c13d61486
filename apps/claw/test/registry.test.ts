/** The fleet in one look, and what people register, share and put off. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { against, closeAll, iso, list } from "./against.ts";
import { type Answer, claw, NOW, problem } from "./stub-house.ts";

afterEach(closeAll);
const accepted = { body: { commandId: "c", decision: "accepted" } } as const satisfies Answer;

const DAY = 86_400_000;
const line = (id: string, more: object = {}) => ({
  id,
  repo: "acme/app",
  runtime: "crabbox",
  owner: "ann",
  status: "ready",
  attachable: true,
  archived: false,
  attention: [],
  policy: { present: false, allowedHostCount: 0 },
  createdAt: NOW - DAY,
  lastSeenAt: NOW - 3_000,
  hostId: "h1",
  ...more,
});
const lines = [
  line("s1", { attention: ["waiting"], policy: { present: true, allowedHostCount: 3 } }),
  line("s2", { owner: "bob", status: "failed", attention: ["failing"], createdAt: NOW - 9 * DAY }),
  line("r1", { runtime: "container", owner: null, createdAt: null, hostId: null }),
];
const totals = { sessions: 3, active: 2, ready: 2, attachable: 2, failed: 1, stopped: 0, archived: 0 };
const fleet: Answer = { body: { fleet: { totals, registryAvailable: true, sessions: lines } } };

describe("claw get fleet", () => {
  test("F1-040: a table of every session in one answer, the totals on stderr", async () => {
    const { run, calls } = await against(() => fleet);
    const { out, err, exitCode } = await run(["get", "fleet"]);
    expect([exitCode, calls.map(({ url }) => url)]).toEqual([0, ["/api/fleet"]]);
    expect(out.split("\n")[0]?.split(/ {3,}/)).toEqual(
      "SESSION RUNTIME STATUS ATTENTION OWNER REPO ATTACHABLE ARCHIVED EGRESS SEEN AGE".split(" "),
    );
    expect(out).toMatch(/^s1 +crabbox +ready +waiting +ann +acme\/app +yes +no +3 hosts +3s +1d$/m);
    expect(out).toMatch(/^r1 +container +ready +- +- .* none +3s +-$/m);
    expect(err).toContain("3 sessions, 2 active");
  });

  test.each([
    [["--owner", "bob"], "s2"],
    [["--state", "failed"], "s2"],
    [["--attention"], "s1 s2"],
    [["--attention", "waiting"], "s1"],
    [["--age", "7d"], "s2"],
    [["--runtime", "container"], "r1"],
    [["--host", "h1", "--limit", "1"], "s1"],
  ])("is narrowed by %j", async (flags, names) => {
    const { run } = await against(() => fleet);
    const { out } = await run(["get", "fleet", ...flags, "-o", "name"]);
    expect(out.trim().split("\n").join(" ")).toBe(names);
  });

  test("json is the house's own answer, with totals of all that the caller sees", async () => {
    const { run } = await against(() => fleet);
    const { out } = await run(["get", "fleet", "--owner", "bob", "-o", "json"]);
    expect(JSON.parse(out)).toEqual({ fleet: { totals, registryAvailable: true, sessions: [lines[1]] } });
  });

  test.each([
    [["get", "fleet", "--state", "open"]],
    [["get", "fleet", "--attention", "boredom"]],
    [["get", "fleet", "--search", "x"]],
    [["get", "hosts", "--owner", "ann"]],
    [["get", "attention", "--kind", "boredom"]],
  ])("what nothing can match is exit 2: %j", async (argv) => {
    expect((await claw(argv, {})).exitCode).toBe(2);
  });
});

describe("claw get sessions by what the fleet knows", () => {
  test.each([
    [["--owner", "ann", "--state", "failed"], "state=failed&owner=ann"],
    [["--attention"], "attention=any"],
    [["--attention", "looping", "--group", "pay"], "group=pay&attention=looping"],
    [["--age", "1d", "--repo", "acme/app"], "repo=acme%2Fapp&minAgeMs=86400000"],
  ])("N1-032: %j goes to the house", async (flags, query) => {
    const { run, calls } = await against(() => list("sessions", [{ sessionId: "s1" }]));
    expect((await run(["get", "sessions", ...flags, "-o", "name"])).out).toBe("s1\n");
    expect(calls.map(({ url }) => url)).toEqual([`/api/sessions?${query}&limit=500`]);
  });

  test("what the house's list has no filter for is narrowed here, and --limit counts what is left", async () => {
    const runtimes = ["a", "b", "c"].map((runtimeId, index) => ({
      runtimeId,
      status: index === 0 ? "stopped" : "ready",
      registeredAt: iso(index * DAY),
    }));
    const { run, calls } = await against(() => list("runtimes", runtimes));
    const names = async (...flags: readonly string[]) =>
      (await run(["get", "runtimes", ...flags, "-o", "name"])).out.trim().split("\n");
    expect(await names("--state", "ready")).toEqual(["b", "c"]);
    expect(await names("--state", "ready", "--limit", "1")).toEqual(["b"]);
    expect(await names("--age", "2d")).toEqual(["c"]);
    expect(calls[0]?.url).toBe("/api/runtimes?limit=500");
  });
});

describe("claw get attention and claw attention", () => {
  const key = "waiting/s1/req-7";
  const item = {
    key,
    kind: "waiting",
    sessionId: "s1",
    sinceAt: NOW - 60_000,
    evidence: "It asks.",
    helps: "x s1",
  };

  test("N1-033: the item with its evidence and what helps; keys for scripts", async () => {
    const { run } = await against(() => list("attention", [item]));
    expect((await run(["get", "attention"])).out).toMatch(/^waiting +s1 +1m +- +- +It asks\. +claw x s1$/m);
    expect((await run(["get", "attention", "-o", "name"])).out).toBe(`${key}\n`);
    const { run: other, calls } = await against(() => list("attention", []));
    expect((await other(["get", "attention", "--kind", "silent", "--all"])).err).toBe(
      "nothing needs attention\n",
    );
    expect(calls[0]?.url).toBe("/api/attention?kind=silent&snoozed=1&limit=500");
  });

  test("snooze has an end and a reason; assign names somebody, or nobody", async () => {
    const { run, sent } = await against(() => accepted);
    await run(["attention", "snooze", key, "--until", "2h", "--reason", "lunch"]);
    await run(["attention", "snooze", key, "--show", "--reason", "back"]);
    await run(["attention", "assign", key, "ann"]);
    await run(["attention", "assign", key]);
    expect(sent()).toMatchObject([
      { type: "attention.snooze", key, until: NOW + 7_200_000, reason: "lunch" },
      { type: "attention.snooze", key, until: null, reason: "back" },
      { type: "attention.assign", key, to: "ann" },
      { type: "attention.assign", key, to: null },
    ]);
  });
});

describe("claw runtime", () => {
  test("F1-010 ADR 0014: register says what is known and leaves the rest to the house", async () => {
    const { run, sent } = await against(() => accepted);
    const flags =
      "--runtime container --backing vnc --status ready --vnc --lease-for 2h --sandbox sbx-7".split(" ");
    expect((await run(["runtime", "register", "desk-7", ...flags])).exitCode).toBe(0);
    expect(sent()).toEqual([
      {
        type: "runtime.register",
        commandId: expect.any(String) as unknown,
        runtimeId: "desk-7",
        runtime: "container",
        backing: "vnc",
        status: "ready",
        vnc: true,
        leaseUntil: NOW + 7_200_000,
        sandboxId: "sbx-7",
      },
    ]);
  });

  test("update names the revision that was seen, and clears what is not known any more", async () => {
    const { run, sent, calls } = await against((url) =>
      url.startsWith("/api/commands")
        ? accepted
        : { body: { runtime: { runtimeId: "desk-7", revision: 4 } } },
    );
    await run(["runtime", "update", "desk-7", "--status", "stopped", "--clear", "branch, owner"]);
    await run(["runtime", "update", "desk-7", "--no-vnc", "--revision", "2"]);
    expect(sent()).toMatchObject([
      { revision: 4, changes: { status: "stopped", branch: null, owner: null } },
      { revision: 2, changes: { vnc: false } },
    ]);
    expect(calls.map(({ url }) => url)).toEqual(["/api/runtimes/desk-7", "/api/commands", "/api/commands"]);
    expect((await run(["runtime", "update", "desk-7"])).exitCode).toBe(2);
  });

  test("another revision is a conflict, in the house's words", async () => {
    const { run } = await against(() => problem(409, "runtime_changed", { revision: 5 }));
    const ran = await run(["runtime", "update", "desk-7", "--status", "ready", "--revision", "4"]);
    expect([ran.exitCode, ran.err.includes("revision=5")]).toEqual([5, true]);
  });

  test.each([
    ["--attach-url", "https://me:word@x.example.org"],
    ["--attach-url", "https://x.example.org/?token=1"],
    ["--status", "expired"],
    ["--runtime", "toaster"],
    ["--repo", "no repo"],
  ])("DESIGN 14.22: %s %s leaves this machine not", async (flag, value) => {
    const { run, sent } = await against(() => accepted);
    const base = "--runtime container --backing vnc --status ready".split(" ");
    const ran = await run(["runtime", "register", "d", ...base, flag, value]);
    expect([ran.exitCode, sent().length, ran.err.includes("me:word")]).toEqual([2, 0, false]);
  });
});

describe("claw egress register", () => {
  const policy = {
    sandboxId: "sbx-7",
    allowedHosts: ["api.github.com"],
    githubCredentialSource: "session",
    hasGithubToken: true,
    hasGithubRepoNodeId: false,
    hasOpenaiOrg: false,
  };
  const fileOf = (content: object): string => {
    const folder = mkdtempSync(join(tmpdir(), "claw-egress-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "policy.json"), JSON.stringify(content));
    return join(folder, "policy.json");
  };

  test("F1-086: the file goes to the house as it is, from standard input too", async () => {
    const { run, sent } = await against(() => accepted);
    await run(["egress", "register", "-f", fileOf(policy)]);
    await run(["egress", "register", "-f", "-"], { input: JSON.stringify(policy) });
    const id = { type: "egress.register", commandId: expect.any(String) as unknown };
    expect(sent()).toEqual([
      { ...policy, ...id },
      { ...policy, ...id },
    ]);
  });

  test("F1-103: a key that is not known is named and nothing is sent, whatever stands in it", async () => {
    const { run, sent } = await against(() => accepted);
    const secret = `ghp${"x7Q".repeat(12)}`;
    const ran = await run(["egress", "register", "-f", fileOf({ ...policy, githubToken: secret })]);
    expect([ran.exitCode, sent().length]).toEqual([2, 0]);
    expect(ran.err).toContain("githubToken is not known here");
    expect(ran.err).not.toContain(secret);
  });

  test.each([["[1]"], ["nonsense"], [""]])("no object of JSON is exit 2: %j", async (input) => {
    const { run } = await against(() => accepted);
    expect((await run(["egress", "register", "-f", "-"], { input })).exitCode).toBe(2);
  });
});

describe("claw share, owner and break-glass", () => {
  test("F1-035 X1-026: with whom, as what, until when; none takes it back", async () => {
    const { run, sent } = await against(() => accepted);
    const { err } = await run(["share", "session", "s1", "--with", "bob", "--until", "7d"]);
    await run(["share", "owner", "ann", "--with", "bob", "--as", "none"]);
    await run(["break-glass", "s1", "--reason", "it hangs"]);
    await run(["owner", "map", "h1", "deploy", "ann"]);
    await run(["owner", "unmap", "h1", "deploy"]);
    expect(sent()).toMatchObject([
      { type: "share.grant", scope: "session", id: "s1", to: "bob", level: "viewer", until: NOW + 7 * DAY },
      { type: "share.grant", scope: "owner", id: "ann", to: "bob", level: null, until: null },
      { type: "share.break_glass", target: { sessionId: "s1" }, reason: "it hangs" },
      { type: "owner.map", hostId: "h1", unixUser: "deploy", owner: "ann" },
      { type: "owner.map", hostId: "h1", unixUser: "deploy", owner: null },
    ]);
    expect(err).toContain("s1 is shared as viewer until 2026-11-28T12:00:00.000Z with bob");
  });

  test.each([
    [["share", "planet", "p", "--with", "bob"]],
    [["share", "session", "s1"]],
    [["break-glass", "s1"]],
    [["owner", "map", "Bad Host", "u", "ann"]],
  ])("usage: %j is exit 2", async (argv) => {
    expect((await claw(argv, {})).exitCode).toBe(2);
  });
});
