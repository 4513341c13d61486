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

/** The session when it has had so many turns and rests; null before. */
async function restingAfter(turns: number) {
  const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
  return sessions.find((session) => session.turnCount === turns && session.status === "idle") ?? null;
}

test("S1-005 S1-037 S1-079 S1-178 Supervisor reads transcript via thread/read", async () => {
  const tui = await scene.tui();
  for (const [index, word] of ["first", "second", "third"].entries()) {
    await tui.say(`WAIT ${word} the ${word} answer`);
    await scene.model.nextRequest((request) => request.text.includes(word));
    scene.model.release(word);
    await tui.waitFor(`waiting the ${word} answer`);
    // A line that is sent while the turn still ends would steer it instead of starting the next one.
    await until("the turn is over", () => restingAfter(index + 1));
  }
  await tui.say("SHELL echo from-the-shell");
  await tui.waitFor("tool-result");

  const { sessionId } = await until("four turns are over", () => restingAfter(4));
  const connection = await scene.connect();
  const { thread } = await Effect.runPromise(
    connection.request("thread/read", { threadId: sessionId, includeTurns: true }),
  );
  const persisted = idsOf((thread.turns ?? []) as Parameters<typeof idsOf>[0]);

  const transcript = await house.get<TranscriptAnswer>(`/api/sessions/${sessionId}/transcript?limit=500`);
  expect(transcript.items.map((item) => item.itemId)).toEqual(persisted);
  expect(transcript.items.filter((item) => item.text?.includes("answer")).length).toBeGreaterThanOrEqual(3);
});
