/** Kill switches: what is halted and resumed, and what is said where nobody knows what was named. */
import { afterEach, describe, expect, test } from "vitest";
import { against, closeAll } from "./against.ts";
import { type Answer, claw } from "./stub-house.ts";

afterEach(closeAll);
const accepted = { body: { commandId: "c", decision: "accepted" } } as const satisfies Answer;

describe("claw halt and resume", () => {
  test("each scope is one switch; --all is the house", async () => {
    const { run, calls } = await against(() => accepted);
    const sent = () =>
      calls.filter(({ method }) => method === "POST").map(({ body }) => JSON.parse(body) as unknown);
    const { err } = await run(["halt", "session", "s1", "--reason", "wrong branch"]);
    await run(["halt", "root", "turn:t-1", "--reason", "in circles"]);
    await run(["resume", "--all", "--reason", "all clear"]);
    const id = { commandId: expect.anything() as unknown, type: "switch.set" };
    expect(sent()).toEqual([
      { ...id, scope: "session", id: "s1", state: "halted", reason: "wrong branch" },
      { ...id, scope: "root", id: "turn:t-1", state: "halted", reason: "in circles" },
      { ...id, scope: "global", id: null, state: "running", reason: "all clear" },
    ]);
    expect(err).toContain("`claw resume session s1 --reason …`");
  });

  test.each([
    [["halt", "host", "bulid-1"], "But nobody knows a host bulid-1, perhaps it is build-1: `claw get hosts"],
    [
      ["resume", "host", "bulid-1"],
      "But nobody knows a host bulid-1, perhaps it is build-1: `claw get hosts",
    ],
    [
      ["halt", "session", "0199"],
      "nobody knows a session 0199, perhaps it is 0199-a or 0199-b: `claw get se",
    ],
    [["halt", "session", "zz"], "nobody knows a session zz: `claw get sessions"],
    [["halt", "group", "pai"], "But no host belongs to a group pai, perhaps it is pay: `claw get hosts"],
    [
      ["halt", "root", "c-9"],
      "But nothing is known to come from a cause c-9, perhaps it is c-1: `claw get c",
    ],
  ])("what nobody knows is said so, with what is like it, exit 0: %j", async (argv, sentence) => {
    const lists: Readonly<Record<string, unknown>> = {
      hosts: [
        { hostId: "build-1", group: "pay" },
        { hostId: "web", group: "default" },
      ],
      sessions: [{ sessionId: "0199-a" }, { sessionId: "0199-b" }, { sessionId: "0200-c" }],
      commands: [{ origin: { rootIds: ["c-1"] } }, { origin: null }],
    };
    const { run } = await against((url) => {
      const [, name = ""] = /^\/api\/(\w+)\?.*limit/.exec(url) ?? [];
      if (name !== "") return { body: { [name]: lists[name], nextCursor: null, position: 1 } };
      return { body: { ...accepted.body, facts: { known: 0 } } };
    });
    const { exitCode, err } = await run([...argv, "--reason", "x"]);
    expect([exitCode, err.trimEnd().split("\n").length]).toEqual([0, 2]);
    expect(err).toContain(sentence);
  });

  test("what is known is not doubted, and a house that lists nothing is no fault", async () => {
    for (const facts of [{ known: 1 }, {}, undefined]) {
      const { run } = await against(() => ({ body: { ...accepted.body, facts } }));
      expect((await run(["halt", "host", "h1", "--reason", "x"])).err).not.toContain("But");
    }
    const { run } = await against((url) =>
      url.startsWith("/api/commands") ? { body: { ...accepted.body, facts: { known: 0 } } } : undefined,
    );
    const { exitCode, err } = await run(["halt", "host", "h1", "--reason", "x"]);
    expect([exitCode, err.includes("nobody knows a host h1: ")]).toEqual([0, true]);
  });

  test.each([
    [["halt", "--reason", "x"]],
    [["halt", "session", "--reason", "x"]],
    [["halt", "session", "s1", "--all", "--reason", "x"]],
    [["halt", "--all"]],
    [["halt", "planet", "p", "--reason", "x"]],
    [["resume", "host", "--reason", "x"]],
  ])("a switch is not guessed: %j is exit 2", async (argv) => {
    expect((await claw(argv, {})).exitCode).toBe(2);
  });
});
