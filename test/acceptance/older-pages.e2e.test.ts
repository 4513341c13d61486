/** History from before the house looked: read from the host when somebody scrolls, redacted there, and kept nowhere. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Connection, setThreadName, startThread, startTurn } from "@claw/codex-rpc";
import Database from "better-sqlite3";
import { Effect, Stream } from "effect";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionsAnswer, TranscriptAnswer } from "./support/answers.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { wholeTranscript } from "./support/transcript.ts";
import { until } from "./support/until.ts";

const TURNS = 60;
/** What is told at first sight (DESIGN 14.17). */
const TOLD = 20;
/** Said in every turn; made here, so that no file looks as if it held one. */
const secret = `gh${"p"}_${"kR7tW2xY9q".repeat(4).slice(0, 36)}`;

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

const textOf = (turn: number): string => `turn-${turn}. with ${secret} in it`;

/** Takes all turns, each begun by the end of the one before. */
async function takeTurns(connection: Connection, threadId: string): Promise<void> {
  let begun = 1;
  const next = Effect.suspend(() => startTurn(connection, { threadId, text: `SAY ${textOf((begun += 1))}` }));
  const ends = connection.inbox.pipe(
    Stream.filter((inbound) => inbound.kind === "notification" && inbound.method === "turn/completed"),
    Stream.take(TURNS),
    Stream.runForEach(() => (begun < TURNS ? Effect.asVoid(next) : Effect.void)),
  );
  const first = startTurn(connection, { threadId, text: `SAY ${textOf(1)}` });
  await Effect.runPromise(Effect.andThen(first, ends));
}

const turnsIn = (texts: readonly (string | null)[]): readonly number[] => [
  ...new Set(texts.map((text) => Number(/turn-(\d+)\./.exec(text ?? "")?.[1]))),
];

/** Every older page until there is none; the newest comes first. */
async function readOlder(sessionId: string): Promise<readonly (string | null)[]> {
  const texts: (string | null)[] = [];
  for (let cursor: string | null = null; ;) {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: TranscriptAnswer = await house.get(
      `/api/sessions/${sessionId}/transcript?older=1&limit=25${query}`,
    );
    texts.push(...page.items.map(({ text }) => text));
    cursor = page.nextCursor;
    if (cursor === null) return texts;
  }
}

function entriesInLog(): number {
  const db = new Database(join(house.dataDir, "log.db"), { readonly: true });
  try {
    return (
      db.prepare<[], { n: number }>("SELECT count(*) AS n FROM entries WHERE lane LIKE 'session/%'").get()
        ?.n ?? 0
    );
  } finally {
    db.close();
  }
}

/** All that the house has on its disk, as bytes. */
const onDisk = (): readonly Buffer[] =>
  readdirSync(house.dataDir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name)));

test("S1-137 N1-043 of 60 turns the newest 20 are in the log; the others are read from the host, redacted, and logged nowhere", async () => {
  const connection = await scene.connect();
  const { id } = await Effect.runPromise(startThread(connection, { cwd: scene.workspace }));
  await Effect.runPromise(setThreadName(connection, id, "long"));
  await takeTurns(connection, id);
  await house.start();
  await until("the newest turns are in the view", async () => {
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
    return sessions.some(({ sessionId, turnCount }) => sessionId === id && turnCount === TOLD);
  });
  const told = turnsIn((await wholeTranscript(house, id)).map(({ text }) => text));
  expect(told).toEqual(Array.from({ length: TOLD }, (_, index) => TURNS - TOLD + 1 + index));

  const before = entriesInLog();
  const older = await readOlder(id);
  expect(turnsIn(older)).toEqual(Array.from({ length: TURNS - TOLD }, (_, index) => TURNS - TOLD - index));
  expect(older).toHaveLength(2 * (TURNS - TOLD));
  for (const text of older) expect(text).toMatch(/turn-\d+\. with .*redacted.* in it/);
  expect(entriesInLog()).toBe(before);
  const kept = (word: string): boolean => onDisk().some((bytes) => bytes.includes(word));
  expect([kept("turn-41."), kept("turn-40."), kept(secret)]).toEqual([true, false, false]);
});
