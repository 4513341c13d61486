/** Never disturb the human: the connector is killed again and again while a person works at the TUI. */
import { expect, onTestFinished, test } from "vitest";
import { startConnector } from "./support/connecting.ts";
import type { SessionsAnswer, TranscriptAnswer } from "./support/answers.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { seeded } from "./support/kills.ts";
import { makeScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const KILLS = 20 * Number(process.env["CLAW_TEST_SCALE"] ?? "1");

test(`S1-003 N1-037 W-20 ${KILLS} kills of the connector: no disconnect, no lost key, every turn completes`, async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const house = await makeHouse();
  onTestFinished(house.remove);
  await house.start(["--no-connector"]);
  const connector = await startConnector(house, "host-a", { CLAW_ENDPOINTS: scene.endpoints });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  const tui = await scene.tui();
  const random = seeded(1);

  for (let kill = 0; kill < KILLS; kill += 1) {
    const word = `answer-${kill}-${Math.floor(random() * 1e9)}`;
    await tui.say(`WAIT gate-${kill} ${word}`);
    await scene.model.nextRequest((request) => request.text.includes(word));
    await until("the connector has reported the turn", () => hasHeard(house, word));
    await connector.restart();
    scene.model.release(`gate-${kill}`);
    await tui.waitFor(`waiting ${word}`);
  }

  const screen = tui.screen();
  expect(screen).not.toMatch(/reconnecting|disconnected|lost connection/i);
  const typed = scene.model.requests.filter((request) => request.text.startsWith("WAIT gate-"));
  expect(new Set(typed.map((request) => request.text)).size).toBe(KILLS);
});

/** True when the word is in the only session's transcript. */
async function hasHeard(house: TestHouse, word: string): Promise<boolean> {
  const [session] = (await house.get<SessionsAnswer>("/api/sessions")).sessions;
  if (session === undefined) return false;
  const path = `/api/sessions/${session.sessionId}/transcript?limit=5&order=newest`;
  const { items } = await house.get<TranscriptAnswer>(path);
  return items.some((item) => item.text?.includes(word));
}
