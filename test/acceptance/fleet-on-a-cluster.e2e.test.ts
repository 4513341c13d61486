/** A fleet on three nodes: each is killed, each is cut off from the others, each two from one another, and nothing is skipped, doubled or out of order. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { complaintsOf, servicesOf } from "./support/complaints.ts";
import { startConnector } from "./support/connecting.ts";
import { readChain, readLedger, readOutbox, readTurnEnds } from "./support/evidence.ts";
import { type Fleet, type Machine, makeFleet, type Service } from "./support/fleet.ts";
import { type Load, startLoad } from "./support/load.ts";
import { progress } from "./support/progress.ts";
import { makeScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

/** Until somebody says that something is wrong, or goes on by other nodes (RELIABILITY R4, R5). */
const NOTICED_MS = 5_000;
/** Facts that take several seconds: a cut that is over before anybody misses an answer shows nothing. */
const LONG = 800;

test("N1-001 N1-031 a cluster of three: a node killed, a node cut off, and two that do not hear each other, nothing skipped, all converges", async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const fleet = await makeFleet({ cluster: true, machines: 2 });
  onTestFinished(fleet.end);
  const load = await startLoad(scene, 3, 3);
  await fleet.start();
  const connector = await startConnector(fleet.asHouse(), "host-a", {
    CLAW_ENDPOINTS: scene.endpoints,
    CLAW_URL: (fleet.ingests[0] as Service).url,
    CLAW_HEARTBEAT_MS: "500",
  });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  const { cluster } = fleet;
  if (cluster === null) throw new Error("this fleet has a cluster");
  await until("facts arrive", async () => (await positionOf(fleet)) > 50, 30_000);

  for (const [n, node] of cluster.servers.entries()) {
    await node.stop("SIGKILL");
    await goesOn(fleet, load, `node ${n + 1} is dead`);
    await node.start();
    await goesOn(fleet, load, `node ${n + 1} is back`);
    await cluster.untilWhole();
  }
  for (const n of cluster.servers.keys()) {
    cluster.cutOff(n);
    await goesOn(fleet, load, `node ${n + 1} is cut off`, LONG);
    cluster.rejoin(n);
    await goesOn(fleet, load, `node ${n + 1} is joined again`);
    await cluster.untilWhole();
  }
  for (const n of cluster.servers.keys()) {
    const next = (n + 1) % cluster.servers.length;
    cluster.cutBetween(n, next);
    await goesOn(fleet, load, `nodes ${n + 1} and ${next + 1} do not hear each other`, LONG);
    cluster.rejoin(n);
    await cluster.untilWhole();
  }

  // Nothing that happened here took a stored entry, so nobody had a reason to take the log for another one.
  expect(await generationOf(fleet)).toBe(1);
  const words = servicesOf(fleet).flatMap((service) => service.lastWords());
  expect(words.filter((text) => text.includes("log.regressed"))).toEqual([]);
  await load.stop();
  await until("the outbox is empty", () => readOutbox(connector.dataDir).waiting === 0, 60_000);
  const { epoch, lastSeq } = readOutbox(connector.dataDir);
  const [a, b] = fleet.machines as readonly [Machine, Machine];
  for (const { dataDir } of [a, b]) {
    await until(
      "the ledger holds every fact",
      () => readLedger(dataDir, "host-a", epoch, "ledger.db").length >= lastSeq,
      30_000,
    );
    expect(readLedger(dataDir, "host-a", epoch, "ledger.db")).toEqual(
      Array.from({ length: lastSeq }, (_, index) => index + 1),
    );
    const ends = readTurnEnds(dataDir, "ledger.db");
    expect(ends.length).toBe(new Set(ends).size);
  }
  const [ofA, ofB] = [readChain(a.dataDir), readChain(b.dataDir)];
  const shared = Math.min(ofA.length, ofB.length);
  expect(ofA.slice(0, shared)).toEqual(ofB.slice(0, shared));
});

const generationOf = async ({ machines: [first] }: Fleet): Promise<number | undefined> =>
  (await first?.get<{ ledgers: readonly { generation: number }[] }>("/api/ledgers"))?.ledgers[0]?.generation;

const positionOf = async ({ machines }: Fleet): Promise<number> => {
  const answers = await Promise.all(
    machines.map(({ get }) => get<{ position: number }>("/api/sessions?limit=1")),
  );
  return Math.min(...answers.map(({ position }) => position));
};

/**
 * Both ledgers take new facts. While neither does, a service that cannot go on says so within five seconds; how long many facts take to come about on a busy
 * machine says nothing of that.
 */
async function goesOn(fleet: Fleet, load: Load, when: string, facts = 30): Promise<void> {
  const from = performance.now();
  const position = await positionOf(fleet);
  const turns = load.turnsDone();
  const stood: Standstill[] = [];
  let still: Standstill = { position, since: performance.now() };
  const listening = servicesOf(fleet).map((service) => listenFor(() => complains(service)));
  await until(
    `${when}: both ledgers go on`,
    async () => {
      still = await lookAgain(fleet, still, (past) => void stood.push(past));
      return load.turnsDone() > turns + 1 && still.position > position + facts;
    },
    180_000,
  ).catch(async (error: Error) => {
    const told = `position ${still.position} of ${position} + ${facts}, ${load.turnsDone() - turns} turns`;
    throw new Error(`${error.message}; ${told}; ${await complaintsOf(fleet)}`);
  });
  const heard = await Promise.all(listening.map((one) => one.stop()));
  const noticedAt = heard.flat().toSorted((one, other) => one - other);
  progress(`${when}: went on after ${Math.round(performance.now() - from)} ms`);
  for (const { since, stoodMs = 0 } of stood) {
    const noticedMs = (noticedAt.find((at) => at >= since && at <= since + stoodMs) ?? Infinity) - since;
    progress(`  stood for ${Math.round(stoodMs)} ms, noticed after ${Math.round(noticedMs)} ms`);
    if (stoodMs > NOTICED_MS) expect(noticedMs, when).toBeLessThan(NOTICED_MS);
  }
}

/** Asks in a loop of its own, because others may take their time to answer just then; says when it was so. */
function listenFor(isSo: () => Promise<boolean>): { readonly stop: () => Promise<readonly number[]> } {
  const times: number[] = [];
  const over = new AbortController();
  const listen = async (): Promise<void> => {
    for (; !over.signal.aborted; await pause(50)) if (await isSo()) times.push(performance.now());
  };
  const listening = listen();
  return {
    stop: async () => {
      over.abort();
      await listening;
      return times;
    },
  };
}

/** Since when the slower of the two ledgers has stood at this position. */
interface Standstill {
  readonly position: number;
  readonly since: number;
  /** How long it lasted, once it is over. */
  readonly stoodMs?: number;
}

/** The standstill as it is now, or the next one; `tell` hears of one that was long. */
async function lookAgain(
  fleet: Fleet,
  before: Standstill,
  tell: (past: Standstill) => void,
): Promise<Standstill> {
  const position = await positionOf(fleet);
  const now = performance.now();
  if (position <= before.position) return before;
  const stoodMs = now - before.since;
  if (stoodMs > NOTICED_MS) tell({ ...before, stoodMs });
  return { position, since: now };
}

/** What watches services gives up on an answer after this, and takes none for a no. */
const PROBE_MS = 2_000;

/** True if a service does not say that it is ready. */
const complains = ({ healthUrl }: Service): Promise<boolean> =>
  fetch(`${healthUrl}/readyz`, { signal: AbortSignal.timeout(PROBE_MS) }).then(
    ({ ok }) => !ok,
    () => true,
  );
