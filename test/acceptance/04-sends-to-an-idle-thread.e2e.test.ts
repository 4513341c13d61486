/** Supervisor sends text to an idle thread via `turn/start`. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandAnswer, SessionsAnswer, TranscriptAnswer } from "./support/answers.ts";
import { type AnyHouse, FORMS, makeAnyHouse } from "./support/houses.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { runClaw } from "./support/process.ts";
import { until } from "./support/until.ts";

describe.each(FORMS)("%s", (form) => {
  let scene: Scene;
  let house: AnyHouse;

  beforeAll(async () => {
    scene = await makeScene();
    house = await makeAnyHouse(form, scene);
  });
  afterAll(async () => {
    await house?.end();
    await scene?.end();
  });

  const only = async () => (await house.get<SessionsAnswer>("/api/sessions")).sessions[0];
  const idle = (turns: number) =>
    until("the session rests", async () => {
      const session = await only();
      return session?.status === "idle" && session.turnCount === turns && session;
    });

  test("S1-002 S1-040 S1-080 S1-089 S1-179 N1-029 Supervisor sends text to an idle thread via turn/start", async () => {
    const tui = await scene.tui();
    await tui.say("SAY hello from the person");
    await tui.waitFor("hello from the person");
    const { sessionId } = await idle(1);

    const command = {
      commandId: "cmd-first",
      type: "session.send",
      target: { sessionId },
      text: "SAY hello from the supervisor",
    };
    const sent = await house.post<CommandAnswer>("/api/commands?wait=turn", command);
    expect(sent).toMatchObject({
      status: 200,
      body: { commandId: "cmd-first", decision: "accepted", outcome: "succeeded", mode: "start" },
    });
    await tui.waitFor("hello from the supervisor");
    await idle(2);

    const again = await house.post<CommandAnswer>("/api/commands?wait=turn", command);
    expect(again.body).toMatchObject({ outcome: "succeeded", turnId: sent.body.turnId });
    expect((await idle(2)).turnCount).toBe(2);

    const { items } = await house.get<TranscriptAnswer>(`/api/sessions/${sessionId}/transcript`);
    const ours = items.filter((item) => item.turnId === sent.body.turnId);
    expect(ours.map(({ kind }) => kind)).toEqual(["userMessage", "agentMessage"]);
    expect(ours[1]?.text).toContain("hello from the supervisor");
  });

  test("S1-080 the CLI says that it started a turn, and an active thread is not started twice", async () => {
    const { sessionId } = await idle(2);
    const sent = await runClaw(
      ["send", sessionId, "WAIT later the answer that comes later", "--wait", "outcome"],
      house.env,
    );
    expect(sent).toMatchObject({ code: 0, stderr: expect.stringContaining("started") });
    await until("it is active", async () => (await only())?.status === "active");
    const start = { type: "session.send", target: { sessionId }, text: "SAY never", mode: "start" };
    // Policy reads the log by itself, and may be behind the view.
    await until(
      "policy knows that it is active",
      async () => (await house.post("/api/commands?dryRun=true", start)).status === 409,
    );
    const refused = await house.post<CommandAnswer>("/api/commands?wait=outcome", start);
    expect(refused).toMatchObject({ status: 409, body: { refusal: { code: "session_active" } } });
    scene.model.release("later");
    await idle(3);
  });
});
