/** `claw send` and `claw interrupt`: what is asked, what is told, and the exit code. */
import { newBearer } from "@claw/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { type Answer, claw, type More, problem, startStub, type Stub } from "./stub-house.ts";

let stub: Stub | null = null;
afterEach(async () => {
  await stub?.close();
  stub = null;
});
const CLAW_TOKEN = newBearer("api").bearer;

/** A house that gives these answers in turn, the last one for ever. */
async function house(...answers: readonly Answer[]) {
  const started = await startStub(() => answers[Math.min(stub?.calls.length ?? 1, answers.length) - 1]);
  stub = started;
  const run = (argv: readonly string[], more?: More) =>
    claw(argv, { CLAW_URL: started.url, CLAW_TOKEN }, undefined, more);
  const sent = () => started.calls.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  return { run, sent, calls: started.calls };
}
const accepted = (more: object, status = 200): Answer => ({
  status,
  body: { commandId: "cmd-1", decision: "accepted", position: 4, ...more },
});
const started = accepted({ outcome: "succeeded", mode: "start", turnId: "t-1" });

describe("what is asked", () => {
  test("S1-089: the words as one text, to a session, waiting for the outcome", async () => {
    const { run, sent, calls } = await house(started);
    expect((await run(["send", "s1", "run", "the tests"])).exitCode).toBe(0);
    expect(calls[0]).toMatchObject({ method: "POST", url: "/api/commands?wait=outcome" });
    expect(sent()[0]).toEqual({
      type: "session.send",
      commandId: expect.stringMatching(/^cmd-[0-9a-f]{20}$/) as unknown,
      target: { sessionId: "s1" },
      text: "run the tests",
      mode: "auto",
    });
  });

  test("S1-091: the mode, the expected turn, the deadline, the wait and the id are handed on", async () => {
    const { run, sent, calls } = await house(started);
    const flags = "--mode steer --turn t-1 --deadline 2m --wait turn --wait-ms 90s --command-id c-7".split(
      " ",
    );
    await run(["send", "s1", "go", ...flags]);
    expect(calls[0]?.url).toBe("/api/commands?wait=turn&waitMs=90000");
    expect(sent()[0]).toMatchObject({
      mode: "steer",
      expectedTurnId: "t-1",
      deadlineMs: 120_000,
      commandId: "c-7",
    });
  });

  test("- is standard input without its last line break; nothing to say, or too much, is not sent", async () => {
    const { run, sent, calls } = await house(started);
    await run(["send", "s1", "-"], { input: "one\n\ntwo\n" });
    expect(sent()[0]).toMatchObject({ text: "one\n\ntwo" });
    expect((await run(["send", "s1", "-"], { input: "\n" })).exitCode).toBe(2);
    expect((await run(["send", "s1", "-"], { input: "x".repeat(262_145) })).exitCode).toBe(4);
    expect(calls).toHaveLength(1);
  });

  test("N1-009 an interrupt names the turn and the reason only if they were given", async () => {
    const { run, sent } = await house(accepted({ outcome: "succeeded", mode: "interrupt", turnId: "t-1" }));
    expect((await run(["interrupt", "s1"])).err).toBe("interrupted turn t-1 (cmd-1)\n");
    await run(["interrupt", "s1", "--turn", "t-1", "--reason", "it runs in circles"]);
    const asked = { type: "session.interrupt", target: { sessionId: "s1" } };
    expect(sent()).toEqual([
      { ...asked, commandId: expect.anything() as unknown },
      {
        ...asked,
        expectedTurnId: "t-1",
        reason: "it runs in circles",
        commandId: expect.anything() as unknown,
      },
    ]);
  });

  test.each([
    [["send", "s1"]],
    [["send", "s1", "x", "--mode", "shout"]],
    [["send", "s1", "x", "--wait-ms", "121s"]],
    [["send", "s1", "x", "--wait", "forever"]],
    [["send", "s1", "x", "--deadline", "soon"]],
    [["interrupt"]],
  ])("usage: %j is exit 2", async (argv) => {
    expect((await claw(argv, {})).exitCode).toBe(2);
  });
});

describe("what is told, and the exit code", () => {
  test.each([
    [{ outcome: "succeeded", mode: "start", turnId: "t-1" }, 0, "started turn t-1"],
    [{ outcome: "succeeded", mode: "steer", turnId: "t-2" }, 0, "steered turn t-2"],
    [{ outcome: "failed", failure: { code: "broken_pipe" } }, 1, "did not do it: broken_pipe"],
    [{ outcome: "failed", failure: { code: "turn_mismatch" } }, 5, "did not do it: turn_mismatch"],
    [{ outcome: "expired" }, 1, "too late"],
    [{ outcome: "collided", turnId: "t-3" }, 5, "somebody else started turn t-3"],
    [{ outcome: "unknown" }, 6, "nobody knows"],
  ])("W-15: %j is exit %i: %s", async (more, exitCode, words) => {
    const { run } = await house(accepted(more));
    const ran = await run(["send", "s1", "go"]);
    expect(ran).toMatchObject({ exitCode, out: "", err: expect.stringContaining(words) as unknown });
  });

  test("DESIGN 14.19: no outcome in time is exit 6, with the way to ask later", async () => {
    const { run } = await house(accepted({}, 202));
    const { exitCode, err } = await run(["send", "s1", "go"]);
    expect([exitCode, err.includes("`claw describe command cmd-1`")]).toEqual([6, true]);
  });

  test("--wait decision does not wait for an outcome", async () => {
    const { run } = await house(accepted({ facts: { mode: "start" } }));
    const { exitCode, err } = await run(["send", "s1", "go", "--wait", "decision"]);
    expect([exitCode, err.includes("accepted as cmd-1 and starts a turn")]).toEqual([0, true]);
  });

  test("--wait turn tells how the turn ended", async () => {
    const { run } = await house(
      accepted({ outcome: "succeeded", mode: "start", turnId: "t", turnStatus: "interrupted" }),
    );
    expect((await run(["send", "s1", "go", "--wait", "turn"])).err).toContain(
      "turn t, and it is interrupted",
    );
  });

  test.each([
    [404, "session_unknown", 3],
    [409, "halted", 4],
    [429, "rate_limited", 4],
    [409, "lease_held", 5],
    [409, "turn_mismatch", 5],
    [503, "host_silent", 4],
    [503, "unavailable", 1],
  ])("a %i %s is exit %i", async (status, code, exitCode) => {
    const { run } = await house(problem(status, code, { limit: "pair_rate" }, { commandId: "cmd-1" }));
    const ran = await run(["send", "s1", "go"]);
    const err = `It is refused. (${code}: limit=pair_rate) Do this. (cmd-1)\n`;
    expect(ran).toMatchObject({ exitCode, out: "", err });
  });

  test("-o json writes the whole answer, a refusal too; -o name the id", async () => {
    const { run } = await house(
      started,
      problem(429, "rate_limited", {}, { commandId: "cmd-2", decision: "refused" }),
    );
    expect(JSON.parse((await run(["send", "s1", "go", "-o", "json"])).out)).toMatchObject({ mode: "start" });
    const refused = await run(["send", "s1", "go", "-o", "json"]);
    expect(JSON.parse(refused.out)).toMatchObject({ commandId: "cmd-2", decision: "refused" });
    expect(refused.exitCode).toBe(4);
    expect((await run(["send", "s1", "go", "-o", "name"])).out).toBe("cmd-2\n");
  });

  test("-o json writes a problem of the command itself as well; there is no id to write", async () => {
    const { run } = await house(problem(400, "bad_request", { where: "body.deadlineMs" }));
    const json = await run(["send", "s1", "go", "-o", "json"]);
    expect([json.exitCode, JSON.parse(json.out)]).toMatchObject([2, { facts: { where: "body.deadlineMs" } }]);
    expect((await run(["send", "s1", "go", "-o", "name"])).out).toBe("");
  });

  test("DESIGN 14.22: what a house answers moves no cursor", async () => {
    const { run } = await house(
      accepted({ outcome: "succeeded", mode: "start", turnId: "t\u001b[2J\u202e" }),
    );
    expect((await run(["send", "s1", "go"])).err).toBe("started turn t (cmd-1)\n");
  });

  test("--dry-run asks without doing, and says what would be", async () => {
    const { run, calls } = await house(accepted({ dryRun: true, facts: { mode: "steer" } }));
    const { err, exitCode } = await run(["send", "s1", "go", "--dry-run"]);
    expect(calls[0]?.url).toBe("/api/commands?wait=decision&dryRun=true");
    expect([exitCode, err]).toEqual([
      0,
      "It would be accepted and steer the active turn; nothing was done.\n",
    ]);
  });
});

describe("DESIGN 14.8: a lost answer", () => {
  const lost: Answer = { body: "", isLost: true };

  test("is asked for again under the same id", async () => {
    const { run, sent } = await house(lost, lost, started);
    expect((await run(["send", "s1", "go"])).exitCode).toBe(0);
    expect(new Set(sent().map(({ commandId }) => commandId)).size).toBe(1);
    expect(sent()).toHaveLength(3);
  });

  test("that stays lost is exit 6, with the id to ask under", async () => {
    const { run, sent } = await house(lost);
    const { exitCode, err } = await run(["send", "s1", "go"]);
    expect([exitCode, sent().length]).toEqual([6, 3]);
    expect(err).toContain(`\`claw describe command ${String(sent()[0]?.["commandId"])}\``);
  });

  test("a house that never got it is exit 7", async () => {
    const { run } = await house(started);
    await stub?.close();
    expect((await run(["send", "s1", "go"])).exitCode).toBe(7);
  });

  test("a dry run that is lost did nothing: exit 7", async () => {
    const { run } = await house(lost);
    expect((await run(["send", "s1", "go", "--dry-run"])).exitCode).toBe(7);
  });
});
