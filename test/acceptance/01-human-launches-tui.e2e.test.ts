/** A human launches Codex TUI through a shared app-server. */
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

const sessions = () => house.get<SessionsAnswer>("/api/sessions");
const onlySession = async () => (await sessions()).sessions[0];

test("S1-003 S1-004 S1-014 S1-045 S1-176 A human launches Codex TUI through a shared app-server", async () => {
  const tui = await scene.tui();
  const seen = await until("the session is listed", onlySession);
  expect(seen).toMatchObject({
    endpointId: "main",
    workspace: scene.workspace,
    source: "vscode",
    humanAttached: null,
    freshness: { state: "live" },
  });

  await tui.say("WAIT finish all done here");
  await scene.model.nextRequest((request) => request.text.includes("WAIT"));
  await until("it is active while it works", async () => (await onlySession())?.status === "active");
  scene.model.release("finish");
  await tui.waitFor("all done here");
  await until("it is idle after", async () => (await onlySession())?.status === "idle");

  const transcript = await house.get<TranscriptAnswer>(`/api/sessions/${seen.sessionId}/transcript`);
  const said = transcript.items.map((item) => [item.kind, item.text]);
  expect(said).toContainEqual(["userMessage", expect.stringContaining("WAIT finish")]);
  expect(said).toContainEqual(["agentMessage", expect.stringContaining("all done here")]);
  expect(await onlySession()).toMatchObject({ repo: "owner/repo", branch: "feature/example", turnCount: 1 });
  expect((await sessions()).sessions).toHaveLength(1);
});
