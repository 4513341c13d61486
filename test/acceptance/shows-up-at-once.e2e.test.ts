/** A terminal that somebody starts is in the fleet at once: pushed to live clients, and in the list that they fetch then. */
import type { Connection } from "@claw/codex-rpc";
import { startCodexTui } from "@claw/testkit";
import { Effect, Stream } from "effect";
import { expect, onTestFinished, test } from "vitest";
import type { SessionsAnswer, TranscriptAnswer } from "./support/answers.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { type LiveStream, openLive } from "./support/live.ts";
import { progress } from "./support/progress.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const STARTS = Math.max(20, 4 * Number(process.env["CLAW_TEST_SCALE"] ?? "1"));
const WITHIN_MS = 1_000;

test(`S1-100 N1-041 ${STARTS} terminals: each is in the fleet within ${WITHIN_MS} ms (p95)`, async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const house = await makeHouse({ CLAW_ENDPOINTS: scene.endpoints });
  onTestFinished(house.remove);
  await house.start();
  const live = await openLive(house, "?views=sessions");
  onTestFinished(live.close);
  const started = hearStarts(await scene.connect());

  const waits: number[] = [];
  for (let start = 0; start < STARTS; start += 1) waits.push(await startOne(scene, house, live, started));
  waits.sort((a, b) => a - b);
  const p95 = waits[Math.ceil(0.95 * waits.length) - 1] ?? Number.POSITIVE_INFINITY;
  progress(`thread/started to the live frame, ms: ${waits.map((ms) => Math.round(ms)).join(" ")}`);
  expect(p95).toBeLessThan(WITHIN_MS);
});

test("S1-100 N1-041 it is active while it works, idle after, and then it can be read", async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const house = await makeHouse({ CLAW_ENDPOINTS: scene.endpoints });
  onTestFinished(house.remove);
  await house.start();
  const live = await openLive(house, "?views=sessions");
  onTestFinished(live.close);
  const tui = await scene.tui();

  await tui.say("WAIT finish all done here");
  await scene.model.nextRequest((request) => request.text.includes("WAIT"));
  const { frame } = await live.first("that it works", ({ row }) => row?.["status"] === "active");
  const { position, key: sessionId } = frame;
  scene.model.release("finish");
  await live.first("that it rests", (later) => later.position > position && later.row?.["status"] === "idle");
  const said = await until("the whole turn is in the transcript", async () => {
    const path = `/api/sessions/${sessionId}/transcript`;
    const { items } = await house.get<TranscriptAnswer>(path);
    return items.length >= 2 ? items.map((item) => [item.kind, item.text]) : null;
  });
  expect(said).toEqual([
    ["userMessage", "WAIT finish all done here"],
    ["agentMessage", "waiting all done here"],
  ]);
});

interface Started {
  readonly threadId: string;
  readonly at: number;
}

/** What a second client hears of threads that people start, one after the other. */
function hearStarts(connection: Connection): () => Promise<Started> {
  const starts: Started[] = [];
  Effect.runFork(
    Stream.runForEach(connection.inbox, (inbound) =>
      Effect.sync(() => {
        if (inbound.kind !== "notification" || !inbound.known || inbound.method !== "thread/started") return;
        const { thread } = inbound.params;
        if (!thread.ephemeral) starts.push({ threadId: thread.id, at: performance.now() });
      }),
    ),
  );
  return () => until("a thread has started", () => starts.shift());
}

/** Starts a terminal and ends it again. Resolves with the time from Codex's own word to the frame. */
async function startOne(
  { home, target, workspace }: Scene,
  house: TestHouse,
  live: LiveStream,
  started: () => Promise<Started>,
): Promise<number> {
  const tui = await startCodexTui({ home, target, cwd: workspace });
  try {
    const { threadId, at } = await started();
    const shown = await live.first(
      "the new session",
      ({ type, key }) => type === "change" && key === threadId,
    );
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
    expect(sessions.map((session) => session.sessionId)).toContain(threadId);
    return shown.at - at;
  } finally {
    await tui.close();
  }
}
