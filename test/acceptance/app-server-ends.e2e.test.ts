/** The app-server dies, or drains and ends, with a turn running: its sessions become unknown, never idle, and are live again when it is back. */
import { resumeThread, startThread, startTurn } from "@claw/codex-rpc";
import { Effect } from "effect";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionAnswer, SessionsAnswer, TranscriptAnswer } from "./support/answers.ts";
import { readPersisted } from "./support/evidence.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { type LiveStream, openLive } from "./support/live.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { wholeTranscript } from "./support/transcript.ts";
import { until } from "./support/until.ts";

let scene: Scene;
let house: TestHouse;
let live: LiveStream;

beforeAll(async () => {
  scene = await makeScene();
  house = await makeHouse({ CLAW_ENDPOINTS: scene.endpoints });
  await house.start();
  live = await openLive(house, "?views=sessions");
});
afterAll(async () => {
  live?.close();
  await house?.remove();
  await scene?.end();
});

type Row = SessionAnswer & { readonly freshness: { readonly state: string; readonly reason: string | null } };
const row = async (id: string): Promise<Row | undefined> =>
  (await house.get<SessionsAnswer>("/api/sessions")).sessions.find(({ sessionId }) => sessionId === id) as
    | Row
    | undefined;

/** A thread with one turn behind it and one that waits at a gate. */
async function threadAtWork(gate: string): Promise<string> {
  const connection = await scene.connect();
  const options = { cwd: scene.workspace, sandbox: "danger-full-access", approvalPolicy: "never" } as const;
  const { id: threadId } = await Effect.runPromise(startThread(connection, options));
  await Effect.runPromise(startTurn(connection, { threadId, text: `SAY before ${gate}` }));
  await until("the first turn has ended", async () => {
    const found = await row(threadId);
    return found?.turnCount === 1 && found.status === "idle";
  });
  await Effect.runPromise(startTurn(connection, { threadId, text: `WAIT ${gate} worked through ${gate}` }));
  await until("it is at work", async () => {
    const found = await row(threadId);
    return found?.status === "active" && found.turnCount === 2;
  });
  return threadId;
}

/** Somebody goes on with the thread as soon as there is a server again. */
async function turnInTheMeantime(threadId: string, text: string): Promise<void> {
  const connection = await scene.connect();
  await Effect.runPromise(resumeThread(connection, threadId));
  await Effect.runPromise(startTurn(connection, { threadId, text }));
}

/** What live clients were told of a session since a moment: its states while it was out of sight. */
const toldWhileUnknown = (threadId: string, since: number): readonly unknown[] =>
  live.heard
    .slice(since)
    .filter(({ frame }) => frame.kind === "sessions" && frame.key === threadId)
    .map(({ frame }) => frame.row as unknown as Row)
    .filter(({ freshness }) => freshness.state === "unknown")
    .map(({ status }) => status);

type Item = TranscriptAnswer["items"][number] & { readonly phase: "started" | "completed" };

interface EventsAnswer {
  readonly events: readonly { readonly type: string; readonly data: { readonly turnId?: string } }[];
}

/** Every turn of the thread has the one end that Codex gives it, and every item is there once. */
async function everythingOnce(threadId: string, statuses: readonly string[]): Promise<void> {
  const persisted = await readPersisted(await scene.connect(), threadId);
  expect(persisted.map(({ status }) => status)).toEqual(statuses);
  const ends = await until("every turn has its end", async () => {
    const { events } = await house.get<EventsAnswer>(`/api/sessions/${threadId}/events?limit=500`);
    const found = events.filter(({ type }) => type === "turn.completed").map(({ data }) => data.turnId);
    return found.length >= statuses.length ? found : null;
  });
  expect(ends.toSorted()).toEqual(persisted.map(({ id }) => id).toSorted());
  // What only began is shown too, and Codex keeps no trace of it.
  const items = (await wholeTranscript(house, threadId)) as readonly Item[];
  const complete = items.filter(({ phase }) => phase === "completed");
  expect(complete.map(({ itemId }) => itemId)).toEqual(persisted.flatMap(({ itemIds }) => itemIds));
}

const isBack = (threadId: string, turns: number) =>
  until("it is live again, with the turn of the meantime", async () => {
    const found = await row(threadId);
    return found?.freshness.state === "live" && found.turnCount === turns && found.status === "idle";
  });

test("S1-157 W-24 killed in a turn: unknown with a reason and never idle, then live with one end for each turn", async () => {
  const threadId = await threadAtWork("killed");
  const since = live.heard.length;
  await scene.server().stop("SIGKILL");
  const lost = await until("it is unknown", async () => {
    const found = await row(threadId);
    return found?.freshness.state === "unknown" ? found : null;
  });
  expect(lost).toMatchObject({ status: "active", freshness: { reason: expect.stringMatching(/^\w+$/) } });

  await scene.restartServer("SIGKILL");
  await turnInTheMeantime(threadId, "SAY while away");
  await isBack(threadId, 3);
  await everythingOnce(threadId, ["completed", "interrupted", "completed"]);
  expect(new Set(toldWhileUnknown(threadId, since))).toEqual(new Set(["active"]));
});

test("S1-157 W-24 drained: the turn ends as Codex lets it, and the session is unknown only once the server is gone", async () => {
  const threadId = await threadAtWork("drained");
  const old = scene.server();
  process.kill(old.pid, "SIGTERM");
  scene.model.release("drained");
  await old.exited;
  await until("it is unknown", async () => (await row(threadId))?.freshness.state === "unknown");

  await scene.restartServer("SIGKILL");
  await turnInTheMeantime(threadId, "SAY after the drain");
  await isBack(threadId, 3);
  await everythingOnce(threadId, ["completed", "completed", "completed"]);
});
