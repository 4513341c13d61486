/** `claw policy test approval`: what the house would answer to a question of Codex (N1-026). */
import { afterEach, describe, expect, test } from "vitest";
import { against, closeAll } from "./against.ts";
import { NOW } from "./stub-house.ts";

afterEach(closeAll);

describe("claw policy test approval", () => {
  const rule = { ruling: "accept", scope: "host", id: "build-1", kind: null, pattern: "npm *", waitMs: null };
  const told = { ...rule, answer: "accept", why: "rule", until: null };
  test.each([
    [told, /^It would be accepted, by the rule `accept` of host build-1 .*`npm \*`.*; nothing was done\.$/m],
    [{ ...told, answer: "decline", why: "no_match" }, /^It would be declined: .* accepts other questions/m],
    [{ ...told, answer: "decline", why: "halted" }, /^It would be declined: .* halted/m],
    [
      { ...told, ruling: null, scope: null, id: null, pattern: null, answer: "decline", why: "no_rule" },
      /^It would be declined: no rule/m,
    ],
    [
      { ...told, ruling: "ask", scope: "global", id: null, pattern: null, waitMs: 90_000, answer: "ask" },
      /^People would be asked for 90s, then it is declined, by the rule `ask` of all sessions/m,
    ],
    [{ ...told, until: NOW + 60_000 }, new RegExp(`until ${new Date(NOW + 60_000).toISOString()}`)],
    [{ answer: "later word" }, /^The house answers it with "later word"/m],
  ])("N1-026 test approval: says what would be answered, by which rule: %j", async (facts, sentence) => {
    const body = { commandId: "c", decision: "accepted", dryRun: true, facts };
    const { run, sent, calls } = await against(() => ({ body }));
    const { err, exitCode } = await run(["policy", "test", "approval", "s1", "npm", "test"]);
    expect([exitCode, err]).toEqual([0, expect.stringMatching(sentence) as unknown]);
    expect(calls[0]?.url).toBe("/api/commands?wait=decision&dryRun=true");
    const asked = { type: "approval.test", target: { sessionId: "s1" }, kind: "command", text: "npm test" };
    expect(sent()).toEqual([{ ...asked, commandId: expect.anything() as unknown }]);
    const json = await run(["policy", "test", "approval", "s1", "x", "--kind", "fileChange", "-o", "json"]);
    expect(JSON.parse(json.out)).toMatchObject({ facts });
    expect(sent()[1]).toMatchObject({ kind: "fileChange" });
  });

  test("N1-026 a kind that there is not is refused here, and so are limits beside it", async () => {
    const { run, sent } = await against(() => ({ body: {} }));
    expect((await run(["policy", "test", "approval", "s1", "x", "--kind", "userInput"])).exitCode).toBe(2);
    const limited = ["policy", "test", "--set", "hops=2", "approval", "s1", "x"];
    expect((await run(limited)).exitCode).toBe(2);
    expect(sent()).toEqual([]);
  });
});
