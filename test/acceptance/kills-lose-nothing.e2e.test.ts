/** Connector and house are killed again and again under load; afterwards nothing is missing, nothing is double, and views equal a rebuild. */
import { expect, onTestFinished, test } from "vitest";
import { type Connecting, startConnector } from "./support/connecting.ts";
import { readLedger, readOutbox, readPersisted, readTurnEnds } from "./support/evidence.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { dieInside, DOOMED_MS, seeded, type Victim, waitForDeath } from "./support/kills.ts";
import { startLoad } from "./support/load.ts";
import { progress } from "./support/progress.ts";
import { rebuiltDigest, storedDigest } from "./support/rebuild.ts";
import { makeScene } from "./support/scene.ts";
import { everythingPersistedIsInTheView, TURNS_BEFORE } from "./support/transcript.ts";
import { until } from "./support/until.ts";

const scale = Number(process.env["CLAW_TEST_SCALE"] ?? "1");
const KILLS = 20 * scale;
const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);

test(`N1-001 N1-005 N1-037 ${KILLS} kills under load (KILL_SEED=${seed}): nothing lost, nothing double`, async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const house = await makeHouse({ CLAW_HEARTBEAT_MS: "500" });
  onTestFinished(house.remove);
  const load = await startLoad(scene, 3, TURNS_BEFORE + 10);
  await house.start(["--no-connector"]);
  const connector = await startConnector(house, "host-a", { CLAW_ENDPOINTS: scene.endpoints });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  await until("all threads are seen", async () => (await sessionCount(house)) === 3, 30_000);

  const counts = await killAgainAndAgain(house, connector);
  expect(counts.inside).toBeGreaterThanOrEqual(Math.floor(KILLS * 0.4));
  expect(Math.min(counts.house, counts.connector)).toBeGreaterThanOrEqual(3 * scale);

  await load.stop();
  progress(`${load.turnsDone()} turns done, ${JSON.stringify(counts)}`);
  await until("the outbox is empty", () => readOutbox(connector.dataDir).waiting === 0, 60_000);
  await everythingOfTheOutboxIsInTheLedgerOnce(house, connector);
  const ends = readTurnEnds(house.dataDir);
  expect(ends.length).toBe(new Set(ends).size);
  progress(`every fact is in the ledger once, ${ends.length} turn ends among them`);
  const connection = await scene.connect();
  for (const threadId of load.threadIds)
    await everythingPersistedIsInTheView(house, await readPersisted(connection, threadId), threadId);

  progress("every persisted turn and item is in the view once");
  await house.claw().stop();
  expect(await rebuiltDigest(house.dataDir)).toBe(await storedDigest(house.dataDir));
});

const sessionCount = async (house: TestHouse) =>
  (await house.get<{ sessions: readonly unknown[] }>("/api/sessions")).sessions.length;

async function killAgainAndAgain(house: TestHouse, connector: Connecting) {
  const random = seeded(seed);
  const counts = { house: 0, connector: 0, inside: 0, outside: 0 };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const victim: Victim = kill % 2 === 0 ? "house" : "connector";
    const doomed = kill % 4 < 2 ? { DIE_INSIDE: dieInside(victim, random) } : undefined;
    await (victim === "house" ? house : connector).claw().stop("SIGKILL");
    const claw =
      victim === "house" ? house.launch(["--no-connector"], doomed) : await relaunch(connector, doomed);
    const how = await waitForDeath(claw, doomed === undefined ? 500 + random() * 1_000 : DOOMED_MS);
    progress(`kill ${kill + 1} of ${KILLS}: ${victim}, ${doomed?.DIE_INSIDE ?? "from outside"} (${how})`);
    counts[victim] += 1;
    counts[how] += 1;
    if (victim === "house") house.launch(["--no-connector"]);
    else await connector.restart();
  }
  await until("the house is ready again", async () => (await fetch(`${house.url}/readyz`)).ok);
  return counts;
}

async function relaunch(connector: Connecting, doomed: Readonly<Record<string, string>> | undefined) {
  await connector.restart(doomed);
  return connector.claw();
}

async function everythingOfTheOutboxIsInTheLedgerOnce(
  house: TestHouse,
  connector: Connecting,
): Promise<void> {
  const { epoch, lastSeq } = readOutbox(connector.dataDir);
  const ledger = readLedger(house.dataDir, connector.hostId, epoch);
  expect(lastSeq).toBeGreaterThan(100);
  expect(ledger).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
}
