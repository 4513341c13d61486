/** Supervisor lists the live thread via `thread/loaded/list`. */
import { Effect } from "effect";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionsAnswer } from "./support/answers.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

let scene: Scene;
let house: TestHouse;

beforeAll(async () => {
  scene = await makeScene();
  house = await makeHouse({ CLAW_ENDPOINTS: scene.endpoints });
});
afterAll(async () => {
  await house?.remove();
  await scene?.end();
});

test("S1-024 S1-035 S1-047 S1-177 Supervisor lists the live thread via thread/loaded/list", async () => {
  const tui = await scene.tui();
  await tui.say("SAY hello from before the house was up");
  await tui.waitFor("hello from before");
  await house.start();

  const connection = await scene.connect();
  const { data } = await Effect.runPromise(connection.request("thread/loaded/list", {}));
  const listed = await until("every loaded thread that is not a title thread is listed", async () => {
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
    return sessions.length > 0 ? sessions : null;
  });
  const ids = listed.map((session) => session.sessionId);
  expect(data).toEqual(expect.arrayContaining(ids));
  expect(ids).toHaveLength(1);
});
