/** Supervisor reads transcript via `thread/read`. */
import { Effect } from "effect";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionsAnswer, TranscriptAnswer } from "./support/answers.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

let scene: Scene;
let house: TestHouse;

beforeAll(async () => {
  scene = await makeScene();
  house = await makeHouse({ CLAW_ENDPOINTS: scene.endpoints });
  await house.start();
});
afterAll(async () => {
  await house?.remove();
  await scene?.end();
});

const idsOf = (turns: readonly { readonly items: readonly { readonly id: string }[] }[]) =>
  turns.flatMap((turn) => turn.items.map((item) => item.id));

test("S1-005 S1-037 S1-079 S1-178 Supervisor reads transcript via thread/read", async () => {
  const tui = await scene.tui();
  for (const word of ["first", "second", "third"]) {
    await tui.say(`WAIT ${word} the ${word} answer`);
    await scene.model.nextRequest((request) => request.text.includes(word));
    scene.model.release(word);
    await tui.waitFor(`waiting the ${word} answer`);
  }
  await tui.say("SHELL echo from-the-shell");
  await tui.waitFor("tool-result");

  const { sessionId } = await until("the session is listed", async () => {
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
    return sessions.find((session) => session.turnCount === 4 && session.status === "idle");
  });
  const connection = await scene.connect();
  const { thread } = await Effect.runPromise(
    connection.request("thread/read", { threadId: sessionId, includeTurns: true }),
  );
  const persisted = idsOf((thread.turns ?? []) as Parameters<typeof idsOf>[0]);

  const transcript = await house.get<TranscriptAnswer>(`/api/sessions/${sessionId}/transcript?limit=500`);
  expect(transcript.items.map((item) => item.itemId)).toEqual(persisted);
  expect(transcript.items.filter((item) => item.text?.includes("answer")).length).toBeGreaterThanOrEqual(3);
});
