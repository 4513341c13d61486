/** Supervisor steers an active thread via `turn/steer`. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CommandAnswer,
  isInTurn,
  type SessionsAnswer,
  type TranscriptAnswer,
} from "./support/answers.ts";
import { type AnyHouse, FORMS, makeAnyHouse } from "./support/houses.ts";
import { makeScene, type Scene } from "./support/scene.ts";
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
  const send = (sessionId: string, text: string, more: object = {}) =>
    house.post<CommandAnswer>("/api/commands?wait=outcome", {
      type: "session.send",
      target: { sessionId },
      text,
      ...more,
    });

  test("S1-006 S1-041 S1-090 S1-091 S1-180 Supervisor steers an active thread via turn/steer", async () => {
    const tui = await scene.tui();
    await tui.say("WAIT work the first answer");
    await scene.model.nextRequest((request) => request.text.includes("WAIT work"));
    const { sessionId } = await until("the session is in a turn", async () => {
      const session = await only();
      return session !== undefined && isInTurn(session) && session;
    });

    const wrong = await send(sessionId, "SAY into no turn", { expectedTurnId: "no-such-turn" });
    expect(wrong).toMatchObject({ status: 409, body: { decision: "refused" } });
    expect(["turn_unknown", "turn_mismatch"]).toContain(wrong.body.refusal?.code);

    const steered = await send(sessionId, "SAY steered by the supervisor");
    expect(steered).toMatchObject({
      status: 200,
      body: { decision: "accepted", outcome: "succeeded", mode: "steer" },
    });
    await scene.model.nextRequest((request) => request.text.includes("steered by the supervisor"));
    await tui.waitFor("SAY steered by the supervisor");
    scene.model.release("work");
    const rested = await until("the session rests", async () => {
      const session = await only();
      return session?.status === "idle" && session;
    });
    // It went into the person's turn, and made none of its own.
    expect(rested.turnCount).toBe(1);
    const { items } = await house.get<TranscriptAnswer>(`/api/sessions/${sessionId}/transcript`);
    const said = items.filter(({ kind }) => kind === "userMessage");
    expect(said.map(({ turnId }) => turnId)).toEqual([steered.body.turnId, steered.body.turnId]);
    expect(said.map(({ text }) => text)).not.toContainEqual(expect.stringContaining("into no turn"));
  });
});
