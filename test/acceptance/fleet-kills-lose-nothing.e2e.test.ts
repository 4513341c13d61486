/** Every process of a fleet is killed again and again under load, the broker too; afterwards nothing is missing, double or out of order. */
import { expect, onTestFinished, test } from "vitest";
import { type Connecting, startConnector } from "./support/connecting.ts";
import { readLedger, readOutbox, readPersisted, readTurnEnds } from "./support/evidence.ts";
import { type Fleet, makeFleet, type Service } from "./support/fleet.ts";
import { dieInside, DOOMED_MS, pickOne, seeded, waitForDeath } from "./support/kills.ts";
import { startLoad } from "./support/load.ts";
import { progress } from "./support/progress.ts";
import { rebuiltDigest, storedDigest } from "./support/rebuild.ts";
import { makeScene } from "./support/scene.ts";
import { everythingPersistedIsInTheView, TURNS_BEFORE } from "./support/transcript.ts";
import { until } from "./support/until.ts";

const scale = Number(process.env["CLAW_TEST_SCALE"] ?? "1");
/** Of each process, so that five kinds make at least a hundred at the scale of a full run. */
const KILLS_EACH = 4 * scale;
const VICTIMS = ["connector", "ingest", "projector", "gateway", "nats"] as const;
const KILLS = KILLS_EACH * VICTIMS.length;
const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);
/** After the last kill (RELIABILITY R1). */
const CONVERGED_MS = 5_000;

test(`N1-001 N1-005 N1-037 ${KILLS} kills in a fleet (KILL_SEED=${seed}): nothing lost, doubled or reordered`, async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const fleet = await makeFleet();
  onTestFinished(fleet.end);
  const load = await startLoad(scene, 3, TURNS_BEFORE + 10);
  await fleet.start();
  const connector = await startConnector(fleet.asHouse(), "host-a", {
    CLAW_ENDPOINTS: scene.endpoints,
    CLAW_URL: (fleet.ingests[0] as Service).url,
    CLAW_HEARTBEAT_MS: "500",
  });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  const [machine] = fleet.machines;
  if (machine === undefined) throw new Error("a fleet has a machine");
  await until("all threads are seen", async () => (await sessionCount(machine)) === 3, 30_000);

  const counts = await killAgainAndAgain(fleet, connector);
  for (const victim of VICTIMS) expect(counts[victim]).toBeGreaterThanOrEqual(KILLS_EACH);
  expect(counts.inside).toBeGreaterThan(0);
  const from = performance.now();
  await load.stop();
  const turnsEndedMs = performance.now() - from;
  await until("the outbox is empty", () => readOutbox(connector.dataDir).waiting === 0, 60_000);
  await until("the gateway is ready", async () => (await fetch(`${machine.gateway.url}/readyz`)).ok, 60_000);
  const convergedMs = performance.now() - from - turnsEndedMs;
  progress(
    `${load.turnsDone()} turns, ${JSON.stringify(counts)}, converged ${Math.round(convergedMs)} ms after`,
  );
  expect(convergedMs).toBeLessThan(CONVERGED_MS);

  const { epoch, lastSeq } = readOutbox(connector.dataDir);
  expect(lastSeq).toBeGreaterThan(100);
  const held = readLedger(machine.dataDir, connector.hostId, epoch, "ledger.db");
  expect(held).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
  const ends = readTurnEnds(machine.dataDir, "ledger.db");
  expect(ends.length).toBe(new Set(ends).size);
  const connection = await scene.connect();
  for (const threadId of load.threadIds)
    await everythingPersistedIsInTheView(machine, await readPersisted(connection, threadId), threadId);

  await machine.gateway.claw().stop();
  await machine.projector.claw().stop();
  expect(await rebuiltDigest(machine.dataDir)).toBe(await storedDigest(machine.dataDir));
});

const sessionCount = async ({ get }: Fleet["machines"][number]) =>
  (await get<{ sessions: readonly unknown[] }>("/api/sessions")).sessions.length;

type Victim = (typeof VICTIMS)[number];

/** Half of the deaths are inside a transaction where the process has any, the others come from outside at any time. */
async function killAgainAndAgain(
  fleet: Fleet,
  connector: Connecting,
): Promise<Record<Victim | "inside", number>> {
  const random = seeded(seed);
  const counts = { connector: 0, ingest: 0, projector: 0, gateway: 0, nats: 0, inside: 0 };
  const [ingest] = fleet.ingests;
  const [machine] = fleet.machines;
  const processes: Partial<Record<Victim, Pick<Service, "claw" | "restart"> | undefined>> = {
    connector: {
      claw: connector.claw,
      restart: async (more) => (await connector.restart(more), connector.claw()),
    },
    ingest,
    projector: machine?.projector,
    gateway: machine?.gateway,
  };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const victim = VICTIMS[kill % VICTIMS.length] as Victim;
    const round = Math.floor(kill / VICTIMS.length);
    const process = processes[victim];
    const isInside = (victim === "connector" || victim === "projector") && round % 2 === 0;
    // What the others may take to come back, a connector's spread included, is no part of what follows the last kill.
    if (kill === KILLS - 1) await isWell(fleet, connector);
    if (process === undefined) await killNats(fleet, random);
    else if (isInside) {
      const doomed = { DIE_INSIDE: dieInside(victim, random) };
      if ((await waitForDeath(await process.restart(doomed), DOOMED_MS)) === "inside") counts.inside += 1;
      await process.restart();
    } else {
      await pauseFor(300 + random() * 1_200);
      await process.restart();
    }
    counts[victim] += 1;
    progress(`kill ${kill + 1} of ${KILLS}: ${victim}${isInside ? ", inside" : ""}`);
  }
  return counts;
}

async function isWell({ machines }: Fleet, { dataDir }: Connecting): Promise<void> {
  for (const { gateway } of machines)
    await until("the gateway is ready", async () => (await fetch(`${gateway.url}/readyz`)).ok, 60_000);
  await until("the outbox was empty", () => readOutbox(dataDir).waiting === 0, 60_000);
}

async function killNats({ nats }: Fleet, random: () => number): Promise<void> {
  await pauseFor(300 + random() * 1_200);
  await nats.stop("SIGKILL");
  await pauseFor(pickOne([0, 200, 1_000], random));
  await nats.start();
}

/** When a kill comes is part of its seed. */
const pauseFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
