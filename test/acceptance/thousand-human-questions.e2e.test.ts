/**
 * People's turns that ask, by the hundred, in a whole house whose rules would answer everything of its own: nobody answers them but a person (N1-015, S20,
 * issue 5).
 */
import { CommandId, markOf } from "@claw/events";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommandAnswer, SessionsAnswer } from "./support/answers.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { type AnyHouse, postingTo } from "./support/houses.ts";
import { runClaw } from "./support/process.ts";
import { until } from "./support/until.ts";

const SCALE = Number(process.env["CLAW_TEST_SCALE"] ?? "1");
const PEOPLE = 20;
/** A thousand turns at scale 5, two hundred at 1. */
const ROUNDS = 10 * SCALE;
/** Longer than anything here takes on a machine that is busy. */
const PATIENCE_MS = 60_000;

type Rule = Readonly<Record<string, unknown>>;
/** What would answer a question of ours. Null: no rule, so it is declined. */
const RULES: readonly Rule[] = [
  { answer: "accept", pattern: "*" },
  { answer: "decline" },
  { answer: null },
  { answer: "ask", waitMs: 1_000 },
];

/** Every kind of question that Codex asks, as `thread` and `turn` have it. */
const QUESTIONS: readonly (readonly [method: string, params: object])[] = [
  ["item/commandExecution/requestApproval", { command: "rm -rf /srv", cwd: "/repo" }],
  ["item/fileChange/requestApproval", { reason: null, grantRoot: null }],
  [
    "item/permissions/requestApproval",
    { cwd: "/repo", permissions: { network: { enabled: true }, fileSystem: null } },
  ],
  [
    "mcpServer/elicitation/request",
    {
      serverName: "gw",
      mode: "form",
      _meta: { codex_approval_kind: "mcp_tool_call" },
      message: "Allow it?",
      requestedSchema: { type: "object", properties: {} },
    },
  ],
  ["item/tool/requestUserInput", { questions: [{ id: "q", header: "h", question: "Which?" }] }],
];

/** How a person's message may be marked: not at all, by a terminal, and with the mark of a command of ours that somebody copied. */
const MARKS = [null, "0199-of-a-terminal", markOf(CommandId.parse("ours-0"))];

let fake: FakeAppServer;
let house: TestHouse;
let post: AnyHouse["post"];
let asClaw: AnyHouse["post"];
let people: readonly string[] = [];
/** The session that works for the house, whose questions the house answers. */
let ours = "";
/** What people's questions were answered with, by whomever. */
const answers: unknown[] = [];

beforeAll(async () => {
  fake = await startFakeAppServer();
  if (fake.target.kind !== "unix") throw new Error("the fake listens on a socket");
  house = await makeHouse({ CLAW_ENDPOINTS: `main=unix://${fake.target.path}` });
  await house.start();
  post = postingTo(house.url, house.token);
  const env = { ...house.env, CLAW_URL: house.url, CLAW_TOKEN: house.token() };
  const made = await runClaw(["token", "create", "--name", "a-claw", "--role", "claw"], env);
  asClaw = postingTo(house.url, () => made.stdout.trim());
  // Neither is what this is about: an admin who sets a rule each second, and a Claw that tries each of them.
  await decide({ type: "policy.set", limit: "person_rate", value: 10_000 });
  await decide({ type: "policy.set", limit: "mute_refusals", value: 1_000 });
  ours = fake.createThread({ approvalPolicy: "untrusted" });
  people = Array.from({ length: PEOPLE }, () => fake.createThread());
  await until("all threads are seen", async () => {
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions?limit=200");
    return sessions.length === PEOPLE + 1;
  });
});
afterAll(async () => {
  await house?.remove();
  await fake?.stop();
});

async function decide(command: object): Promise<void> {
  const { body } = await post<CommandAnswer>("/api/commands?wait=decision", { reason: "a test", ...command });
  expect(body.decision).toBe("accepted");
}

/** All that any client ever answered. */
const replies = (): number => fake.frames.filter(({ kind }) => kind === "reply").length;

interface Asked {
  readonly sessionId: string;
  readonly requestId: string;
  readonly turnId: string | null;
}
const open = async (): Promise<readonly Asked[]> =>
  (await house.get<{ approvals: readonly Asked[] }>("/api/approvals?state=open&limit=200")).approvals;

/** In each of people's sessions a turn of theirs begins, and Codex asks something in it. */
async function allAsk(round: number): Promise<readonly Asked[]> {
  const turns = people.map((threadId, index) => {
    const turnId = fake.runTurn(threadId, `WAIT for nobody ${round}`, MARKS[index % MARKS.length] ?? null);
    const [method, params] = QUESTIONS[(round + index) % QUESTIONS.length] ?? ["", {}];
    const itemId = `item-${round}-${index}`;
    const ids = { threadId, turnId, itemId, startedAtMs: Date.now() };
    void fake.ask(threadId, method, { ...ids, ...params }).then((reply) => {
      if (reply !== null) answers.push({ round, method, reply });
    });
    return turnId;
  });
  return until(
    "all questions are seen",
    async () => {
      const asked = await open();
      return turns.every((turnId) => asked.some((one) => one.turnId === turnId)) && asked;
    },
    PATIENCE_MS,
  );
}

/** Behind all of theirs a session of ours asks, and has its answer: so the house has looked at what people were asked as well. */
async function oursAsks(round: number): Promise<void> {
  const { body } = await post<CommandAnswer>("/api/commands?wait=decision", {
    type: "session.send",
    commandId: `ours-${round}`,
    target: { sessionId: ours },
    text: "SHELL true",
  });
  expect(body).toMatchObject({ decision: "accepted" });
  await until("the house has answered its own question", () => replies() > round, PATIENCE_MS);
  await until("its turn is over", async () => {
    const { session } = await house.get<{ session: { status: string } }>(`/api/sessions/${ours}`);
    return session.status === "idle";
  });
}

const CLOSED_TO_CLAWS = /^(human_at_work|not_answerable)$/;

test(
  `N1-015 S1-094 S20 ${ROUNDS * PEOPLE} turns of people that ask: 0 answers, whatever the rules are`,
  { timeout: 900_000 },
  async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await decide({ type: "policy.approvals", scope: "global", ...RULES[round % RULES.length] });
      const asked = await allAsk(round);
      await oursAsks(round);
      const { sessionId, requestId } = asked[round % asked.length] as Asked;
      const target = { sessionId, requestId };
      const tried = await asClaw<CommandAnswer>("/api/commands?wait=decision", {
        type: "approval.decide",
        target,
        answer: "accept",
      });
      expect(tried.body.refusal?.code).toMatch(CLOSED_TO_CLAWS);
      expect(answers).toEqual([]);
      expect(replies()).toBe(round + 1);
      expect(await open()).toHaveLength(PEOPLE);
      for (const threadId of people) fake.endTurn(threadId, "interrupted");
      await until("all is closed", async () => (await open()).length === 0, PATIENCE_MS);
    }
    expect(await answeredByHouse()).toEqual(Array.from({ length: ROUNDS }, () => ours));
  },
);

/** For which sessions the house accepted an answer of its own. */
async function answeredByHouse(): Promise<readonly string[]> {
  const { commands } = await house.get<{
    commands: readonly {
      readonly type: string;
      readonly sessionId: string;
    }[];
  }>("/api/commands?decision=accepted&principal=policy&limit=200");
  return commands.filter(({ type }) => type === "approval.decide").map(({ sessionId }) => sessionId);
}
