/** Slips of the pen: what is mistyped is told in the caller's own words, with what it may have been. */
import { Command } from "@claw/events";
import { newBearer } from "@claw/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { type Answer, claw, problem, startStub, type Stub } from "./stub-house.ts";

let stub: Stub | null = null;
afterEach(async () => {
  await stub?.close();
  stub = null;
});
const CLAW_TOKEN = newBearer("api").bearer;

async function against(answer: (url: string) => Answer | undefined) {
  const started = await startStub(answer);
  stub = started;
  const run = (...argv: string[]) => claw(argv, { CLAW_URL: started.url, CLAW_TOKEN });
  return { run, calls: started.calls };
}

const sessions = { body: { sessions: [{ sessionId: "0199-a" }], nextCursor: null, position: 1 } };
const knowsOne = (code: string) => (url: string) =>
  url.startsWith("/api/sessions?") ? sessions : problem(404, code, {}, { commandId: "cmd-7" });

describe("an id that nobody knows", () => {
  test.each([
    [["send", "0199", "go"]],
    [["interrupt", "0199-b"]],
    [["lease", "acquire", "0199-b"]],
    [["describe", "session", "0199-b"]],
    [["transcript", "0199-b"]],
  ])("%j says which it may be, exit 3", async (argv) => {
    const { run } = await against(knowsOne("session_unknown"));
    const { exitCode, err } = await run(...argv);
    expect([exitCode, err.trimEnd().endsWith("Perhaps it is 0199-a.")]).toEqual([3, true]);
  });

  test("a limit as well; what is like nothing is not guessed", async () => {
    const { run } = await against(() => problem(404, "limit_unknown"));
    const { err } = await run("policy", "set", "pair_rat", "2", "--reason", "x");
    expect(err).toContain("Perhaps it is pair_rate");
    expect((await run("policy", "set", "speed_of_light", "2", "--reason", "x")).err).not.toContain("Perhaps");
  });
});

describe("a value that the house would refuse", () => {
  test.each([
    [["lease", "acquire", "s1", "--ttl", "10m"], "It takes 5s to 5m."],
    [["lease", "acquire", "s1", "--ttl", "4999ms"], "It takes 5s to 5m."],
    [["send", "s1", "x", "--deadline", "11m"], "It takes 1s to 10m."],
    [["send", "s1", "x", "--command-id", "A b"], "lower-case letters"],
    [["policy", "test", "--set", "hops=99"], "hops lies between 0 and 16."],
    [["policy", "test", "--set", "hops=2", "send", "s1", "x"], "the limits as they are"],
  ])("%j is told before it is asked, exit 2", async (argv, words) => {
    const { run, calls } = await against(() => undefined);
    const { exitCode, err } = await run(...argv);
    expect([exitCode, err.includes(words), calls.length]).toEqual([2, true, 0]);
  });

  test("the ranges are the house's own", () => {
    const lease = { type: "lease.acquire", commandId: "c", target: { sessionId: "s" } };
    const send = { type: "session.send", commandId: "c", target: { sessionId: "s" }, text: "x" };
    const taken = (ttlMs: number) => Command.safeParse({ ...lease, ttlMs }).success;
    const waits = (deadlineMs: number) => Command.safeParse({ ...send, deadlineMs }).success;
    expect([4_999, 5_000, 300_000, 300_001].map(taken)).toEqual([false, true, true, false]);
    expect([999, 1_000, 600_000, 600_001].map(waits)).toEqual([false, true, true, false]);
  });

  test("a status that no Codex has is doubted, and asked for all the same", async () => {
    const { run, calls } = await against(() => sessions);
    const { exitCode, err } = await run("get", "sessions", "--status", "aktive");
    expect([exitCode, calls.length, err.includes("idle, active, notLoaded, systemError")]).toEqual([
      0,
      1,
      true,
    ]);
    expect((await run("get", "sessions", "--status", "active")).err).toBe("");
  });
});

test("whoever stands in BY is found as it stands there", async () => {
  const { run, calls } = await against(() => ({ body: { commands: [], nextCursor: null, position: 1 } }));
  for (const name of ["person/ann", "ann"]) await run("get", "commands", "--principal", name);
  expect(calls.map(({ url }) => url)).toEqual(
    Array.from({ length: 2 }, () => "/api/commands?principal=ann&limit=500"),
  );
});

test("a dry run tells no id, because nothing is found under it", async () => {
  const { run } = await against(() => problem(409, "halted", {}, { commandId: "cmd-7" }));
  expect((await run("policy", "test", "send", "s1", "x")).err).not.toContain("cmd-7");
  expect((await run("send", "s1", "x")).err).toContain("(cmd-7)");
});
