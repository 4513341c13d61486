/** The wire between a host and its house is cut, in three ways, while work goes on; when it is back, nothing is missing and nothing is double. */
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import { expect, onTestFinished, test } from "vitest";
import { startConnector } from "./support/connecting.ts";
import { readLedger, readOutbox, readPersisted } from "./support/evidence.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { startLoad } from "./support/load.ts";
import { progress } from "./support/progress.ts";
import { rebuiltDigest, storedDigest } from "./support/rebuild.ts";
import { type Cut, startRelay } from "@claw/testkit/relay";
import { makeScene } from "./support/scene.ts";
import { everythingPersistedIsInTheView, TURNS_BEFORE, wholeTranscript } from "./support/transcript.ts";
import { until } from "./support/until.ts";

/** What an hour of a busy host leaves in its outbox. */
const FACTS = 1_000 * Number(process.env["CLAW_TEST_SCALE"] ?? "1");
const CUTS: readonly Cut[] = ["silent", "deaf", "reset"];
const THREADS = 5;

test(`N1-037 S1-157 the wire is cut three times for ${FACTS} facts in all: each is in the ledger once, in order`, async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const house = await makeHouse({ CLAW_HEARTBEAT_MS: "500" });
  onTestFinished(house.remove);
  await house.start(["--no-connector"]);
  const relay = await startRelay(house.url);
  onTestFinished(relay.close);
  const busy = await startFakeAppServer();
  onTestFinished(busy.stop);
  const endpoints = `${scene.endpoints};busy=unix://${"path" in busy.target ? busy.target.path : ""}`;
  const connector = await startConnector(house, "host-a", { CLAW_ENDPOINTS: endpoints, CLAW_URL: relay.url });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  const waiting = () => readOutbox(connector.dataDir).waiting;

  const load = await startLoad(scene, 1);
  const threads = Array.from({ length: THREADS }, () => ({ id: busy.createThread(), said: [] as string[] }));
  await until("all threads are seen", async () => (await sessionCount(house)) === THREADS + 1);
  // At first sight only the newest turns of a thread are told, so each is seen with one.
  await work(busy, threads);
  for (const { id, said } of threads) await inTheView(house, id, said);
  for (const how of CUTS) {
    relay.cut(how);
    const turnsBefore = load.turnsDone();
    for (const goal = waiting() + FACTS / CUTS.length; waiting() < goal;) await work(busy, threads);
    await until("Codex went on meanwhile", () => load.turnsDone() > turnsBefore);
    const kept = waiting();
    relay.mend();
    const mendedAt = performance.now();
    await until("the outbox is empty", () => waiting() < kept / 2, 30_000);
    progress(`${how}: ${kept} facts kept, told ${Math.round(performance.now() - mendedAt)} ms after`);
  }
  await until("enough turns for a history", () => load.turnsDone() > TURNS_BEFORE + 5);
  await load.stop();
  await until("the outbox is empty", () => waiting() === 0, 30_000);

  const { epoch, lastSeq } = readOutbox(connector.dataDir);
  expect(lastSeq).toBeGreaterThan(FACTS);
  expect(readLedger(house.dataDir, "host-a", epoch)).toEqual(
    Array.from({ length: lastSeq }, (_, index) => index + 1),
  );
  for (const { id, said } of threads) await inTheView(house, id, said);
  const [threadId = ""] = load.threadIds;
  const persisted = await readPersisted(await scene.connect(), threadId);
  // At first sight only the newest turns are told, and on a busy machine Codex may have done more by then.
  await everythingPersistedIsInTheView(house, persisted, threadId);
  await house.claw().stop();
  expect(await rebuiltDigest(house.dataDir)).toBe(await storedDigest(house.dataDir));
});

const sessionCount = async (house: TestHouse): Promise<number> =>
  (await house.get<{ sessions: readonly unknown[] }>("/api/sessions")).sessions.length;

/** One turn in each thread; the fake runs them in the next round of its event loop. */
async function work(
  busy: FakeAppServer,
  threads: readonly { readonly id: string; readonly said: string[] }[],
): Promise<void> {
  for (const { id, said } of threads) {
    const text = `turn ${said.length / 2}`;
    busy.runTurn(id, text);
    said.push(text, `echo: ${text}`);
  }
  await new Promise((resolve) => setImmediate(resolve));
}

async function inTheView(house: TestHouse, id: string, said: readonly string[]): Promise<void> {
  const items = await until("the whole session is in the view", async () => {
    const found = await wholeTranscript(house, id);
    return found.length >= said.length ? found : null;
  });
  expect(items.map((item) => item.text)).toEqual(said);
}
