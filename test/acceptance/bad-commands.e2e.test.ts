/** Commands that must not be done: each is refused with a code of its own, recorded, and nothing of it reaches Codex. */
import { setThreadName, startThread } from "@claw/codex-rpc";
import { Effect } from "effect";
import { expect, onTestFinished, test } from "vitest";
import type { CommandAnswer, SessionsAnswer } from "./support/answers.ts";
import { readMarks } from "./support/commander.ts";
import { startConnector } from "./support/connecting.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { postingTo } from "./support/houses.ts";
import { makeScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

test("N1-042 S1-134 S14 S19 what must not be done is refused with its own code, and recorded, and Codex hears nothing of it", async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const house = await makeHouse({ CLAW_HEARTBEAT_MS: "500", CLAW_SILENT_AFTER_MS: "2000" });
  onTestFinished(house.remove);
  await house.start(["--no-connector"]);
  const connector = await startConnector(house, "host-a", { CLAW_ENDPOINTS: scene.endpoints });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  const connection = await scene.connect();
  const thread = await Effect.runPromise(startThread(connection, { cwd: scene.workspace }));
  await Effect.runPromise(setThreadName(connection, thread.id, "bad input"));
  await until(
    "the thread is seen",
    async () => (await house.get<SessionsAnswer>("/api/sessions")).sessions.length === 1,
  );
  const post = postingTo(house.url, house.token);
  const target = { sessionId: thread.id };
  const send = (commandId: string, more: object) =>
    post<CommandAnswer>("/api/commands?wait=decision", {
      type: "session.send",
      commandId,
      target,
      text: "SAY never",
      ...more,
    });
  const secret = `${"sk"}-proj-${"aB3dE6gH9jK2".repeat(4)}`;
  const bad: readonly [string, object, string][] = [
    ["unknown-session", { target: { sessionId: "no-such-session" } }, "session_unknown"],
    ["wrong-turn", { expectedTurnId: "no-such-turn", mode: "steer" }, "turn_unknown"],
    ["escape", { text: "SAY \u001b[2J gone" }, "control_characters"],
    ["too-long", { text: "x".repeat(20_000) }, "text_too_long"],
    ["secret", { text: `SAY my key is ${secret}` }, "secret_in_text"],
  ];
  for (const [commandId, more, code] of bad)
    expect({ commandId, answer: await send(commandId, more) }).toMatchObject({
      commandId,
      answer: { body: { decision: "refused", refusal: { code } } },
    });

  const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
  const raw = [
    `{"type":"session.send","commandId":"deep","target":${deep},"text":"SAY never"}`,
    '{"type":"session.send","commandId":"proto","__proto__":{"role":"admin"},"target":{"sessionId":"x"},"text":"a"}',
    `{"type":"session.send","commandId":"forged","origin":{"hop":0},"target":{"sessionId":"${thread.id}"},"text":"a"}`,
    `{"type":"session.send","commandId":"token","token":{"generation":9,"counter":9},"target":{"sessionId":"${thread.id}"},"text":"a"}`,
  ];
  for (const body of raw) expect(await postRaw(house, body)).toBe(400);

  expect((await send("once", { text: "SAY once" })).body).toMatchObject({ decision: "accepted" });
  expect((await send("once", { text: "SAY something else" })).body).toMatchObject({
    refusal: { code: "command_id_reused" },
  });
  await until("it is done", async () => (await outcomeOf("once")) === "succeeded");

  await connector.claw().stop("SIGKILL");
  await until("its host is silent", async () => {
    const { status, body } = await send(`dead-${Date.now()}`, {});
    return status === 503 && body.refusal?.code === "host_silent";
  });
  const { commands } = await house.get<{ commands: readonly object[] }>("/api/commands?limit=100");
  for (const [commandId, , code] of bad)
    expect(commands).toContainEqual(
      expect.objectContaining({ commandId, refusal: expect.objectContaining({ code }) }),
    );
  expect(JSON.stringify(commands)).not.toContain(secret.slice(8));
  expect([...(await readMarks(connection, [thread.id])).keys()]).toEqual(["once"]);

  async function outcomeOf(commandId: string): Promise<string | null> {
    const { command } = await house.get<{ command: { outcome: string | null } }>(
      `/api/commands/${commandId}`,
    );
    return command.outcome;
  }
});

async function postRaw(house: TestHouse, body: string): Promise<number> {
  const { status } = await fetch(`${house.url}/api/commands`, {
    method: "POST",
    headers: { authorization: `Bearer ${house.token()}`, "content-type": "application/json" },
    body,
  });
  return status;
}
