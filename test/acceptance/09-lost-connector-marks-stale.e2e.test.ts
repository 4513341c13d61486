/** Lost host connector marks sessions stale without deleting history. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionsAnswer, TranscriptAnswer } from "./support/answers.ts";
import { type Connecting, startConnector } from "./support/connecting.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const SILENT_AFTER_MS = 2_000;

let scene: Scene;
let house: TestHouse;
let connector: Connecting;

beforeAll(async () => {
  scene = await makeScene();
  house = await makeHouse({ CLAW_SILENT_AFTER_MS: String(SILENT_AFTER_MS), CLAW_HEARTBEAT_MS: "500" });
  await house.start(["--no-connector"]);
  connector = await startConnector(house, "host-a", { CLAW_ENDPOINTS: scene.endpoints });
});
afterAll(async () => {
  await connector?.claw().stop("SIGKILL");
  await house?.remove();
  await scene?.end();
});

const session = async () => (await house.get<SessionsAnswer>("/api/sessions")).sessions[0];
const transcript = async (id: string) =>
  (await house.get<TranscriptAnswer>(`/api/sessions/${id}/transcript`)).items;

test("S1-113 S1-114 S1-155 S1-156 S1-159 S1-184 X1-016 Lost host connector marks sessions stale without deleting history", async () => {
  const tui = await scene.tui();
  await tui.say("SAY remember me");
  await tui.waitFor("remember me");
  const { sessionId } = await until("one idle turn is recorded", async () => {
    const found = await session();
    return found?.turnCount === 1 && found.status === "idle" ? found : null;
  });
  const before = await transcript(sessionId);
  expect(before.length).toBeGreaterThanOrEqual(2);

  await connector.claw().stop("SIGKILL");
  const killedAt = performance.now();
  await until("it is stale", async () => (await session())?.freshness.state === "stale");
  expect(performance.now() - killedAt).toBeLessThan(SILENT_AFTER_MS + 5_000);
  expect(await transcript(sessionId)).toEqual(before);
  expect(await session()).toMatchObject({ sessionId, status: "idle", turnCount: 1 });

  await tui.say("SAY while nobody watched");
  await tui.waitFor("while nobody watched");
  await connector.restart();
  await until("it is live again, with the turn of the meantime", async () => {
    const found = await session();
    return found?.freshness.state === "live" && found.turnCount === 2;
  });
  const after = await transcript(sessionId);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.some((item) => item.text?.includes("while nobody watched"))).toBe(true);
});
