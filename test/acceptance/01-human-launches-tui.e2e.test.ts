/** A human launches Codex TUI through a shared app-server. */
import { hostname } from "node:os";
import { loadedThreadIds } from "@claw/codex-rpc";
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

const sessions = () => house.get<SessionsAnswer>("/api/sessions");
const onlySession = async () => (await sessions()).sessions[0];

test("S1-001 S1-003 S1-004 S1-011 S1-014 S1-045 S1-176 A human launches Codex TUI through a shared app-server", async () => {
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

test("S1-019 S1-047…060 there is one record for the thread, under its Codex id, with the specification's fields", async () => {
  const connection = await scene.connect();
  const loaded = await Effect.runPromise(loadedThreadIds(connection));
  const session = await until("the session is listed", onlySession);
  expect(loaded).toContain(session.sessionId);
  expect(session).toMatchObject({
    endpointId: "main",
    host: hostname(),
    workspace: scene.workspace,
    repo: "owner/repo",
    branch: "feature/example",
    source: "vscode",
    status: "idle",
    humanAttached: null,
    summary: expect.stringContaining("all done here"),
  });
  expect(new Date(session.lastSeenAt).toISOString()).toBe(session.lastSeenAt);
});

test("S1-020 S1-023 S1-063 S1-078 S1-098 S1-151 S1-152 the connector registered its endpoint and its host, and how both are", async () => {
  const { endpoints } = await house.get<{ endpoints: readonly unknown[] }>("/api/endpoints");
  expect(endpoints).toEqual([
    expect.objectContaining({
      endpointId: "main",
      state: "ready",
      transport: "unix",
      codexVersion: "0.169.0",
    }),
  ]);
  expect(JSON.stringify(endpoints)).not.toContain(scene.target.path);
  const { hosts } = await house.get<{ hosts: readonly unknown[] }>("/api/hosts");
  expect(hosts).toEqual([
    expect.objectContaining({
      platform: "linux",
      connectorVersion: expect.any(String),
      outboxDepth: expect.any(Number),
    }),
  ]);
});
