/** Two hosts, two ingests, two gateways, a ledger of record and a replica: they say the same, and each may die. */
import { expect, onTestFinished, test } from "vitest";
import { startConnector } from "./support/connecting.ts";
import { readChain, readOutbox } from "./support/evidence.ts";
import { type Fleet, type Machine, makeFleet, type Service } from "./support/fleet.ts";
import { startLoad } from "./support/load.ts";
import { runClaw } from "./support/process.ts";
import { progress } from "./support/progress.ts";
import { makeScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const HOSTS = ["host-a", "host-b"] as const;

test("S1-113 S1-124 X1-012 N1-031 two of each: the same at the same position, and any one may die", async () => {
  const fleet = await makeFleet({ machines: 2, ingests: 2 });
  onTestFinished(fleet.end);
  const scenes = await Promise.all(HOSTS.map(() => makeScene()));
  for (const scene of scenes) onTestFinished(scene.end);
  const loads = await Promise.all(scenes.map((scene) => startLoad(scene, 2, 3)));
  await fleet.start();
  const urls = fleet.ingests.map(({ url }) => url);
  const connectors = await Promise.all(
    HOSTS.map((hostId, n) =>
      startConnector(fleet.asHouse(), hostId, {
        CLAW_ENDPOINTS: (scenes[n] as (typeof scenes)[number]).endpoints,
        CLAW_URL: (n === 0 ? urls : [...urls].reverse()).join(","),
        CLAW_HEARTBEAT_MS: "500",
      }),
    ),
  );
  for (const connector of connectors) onTestFinished(() => connector.claw().stop("SIGKILL"));
  const [a, b] = fleet.machines as readonly [Machine, Machine];
  for (const machine of [a, b])
    await until("all sessions are seen", async () => (await sessionsOf(machine)).length === 4, 30_000);
  await bothSayTheSame(a, b);
  progress("both gateways say the same at the same position");

  const [one, two] = fleet.ingests as readonly [Service, Service];
  await one.kill();
  await until("both hosts report through the other ingest", () => isHeard(fleet, b), 30_000);
  await turnsGoOn(b, loads);
  await one.restart();
  await two.kill();
  await turnsGoOn(b, loads);
  await two.restart();
  progress("an ingest may die");

  await a.gateway.kill();
  await turnsGoOn(b, loads);
  await a.gateway.restart();
  await fleet.ready(a.gateway);
  await bothSayTheSame(a, b);
  progress("a gateway may die");

  await theRecordDiesAndTheReplicaIsPromoted(fleet, a, b, connectors, loads);

  await Promise.all(loads.map((load) => load.stop()));
  for (const { dataDir } of connectors)
    await until("the outboxes are empty", () => readOutbox(dataDir).waiting === 0, 60_000);
  await a.projector.restart({ CLAW_LEDGER: "replica" });
  await until(
    "both ledgers end at one position",
    async () => (await positionOf(a)) === (await positionOf(b)),
    30_000,
  );
  const [ofA, ofB] = [readChain(a.dataDir), readChain(b.dataDir)];
  const shared = Math.min(ofA.length, ofB.length);
  expect(shared).toBeGreaterThan(100);
  expect(ofA.slice(0, shared)).toEqual(ofB.slice(0, shared));
});

interface SessionAnswer {
  readonly sessionId: string;
  readonly lastTurn: { readonly turnId: string } | null;
  readonly turnCount: number;
}
interface SessionsAnswer {
  readonly sessions: readonly SessionAnswer[];
  readonly position: number;
}

const sessionsOf = async ({ get }: Machine) =>
  (await get<SessionsAnswer>("/api/sessions?limit=100")).sessions;
const positionOf = async ({ get }: Machine) => (await get<SessionsAnswer>("/api/sessions?limit=1")).position;

/** What is true only now (ages, last seen) is an overlay, and of each gateway's own. */
const OVERLAY = new Set([
  "lastSeenAt",
  "lastHeardAt",
  "ageMs",
  "rttMs",
  "clockOffsetMs",
  "outboxDepth",
  "catchingUp",
]);
const withoutOverlay = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer, (key, value: unknown) => (OVERLAY.has(key) ? undefined : value)));

const QUESTIONS = ["/api/sessions?limit=100", "/api/hosts", "/api/endpoints", "/api/approvals"] as const;

/**
 * Work goes on, so a question is asked of both until both answered it at one position, and alike: a position is where the views stood before they were read, so
 * an answer may hold what came with the next one. What differs for good never becomes alike.
 */
async function bothSayTheSame(a: Machine, b: Machine): Promise<void> {
  for (const question of QUESTIONS)
    await until(`one position for ${question}, and one answer`, async () => {
      const answers = await Promise.all([a, b].map(({ get }) => get<{ position: number }>(question)));
      if (answers[0]?.position !== answers[1]?.position) return false;
      expect(withoutOverlay(answers[0])).toEqual(withoutOverlay(answers[1]));
      return true;
    });
}

const turnsIn = async (machine: Machine) =>
  (await sessionsOf(machine)).reduce((sum, { turnCount }) => sum + turnCount, 0);

/** New turns of every host become visible. */
async function turnsGoOn(machine: Machine, loads: readonly { turnsDone: () => number }[]): Promise<void> {
  const before = new Map((await sessionsOf(machine)).map((one) => [one.sessionId, one.turnCount]));
  const done = loads.map((load) => load.turnsDone());
  await until(
    "every session goes on",
    async () => {
      const now = await sessionsOf(machine);
      const grown = now.filter((one) => one.turnCount > (before.get(one.sessionId) ?? 0)).length;
      return grown === before.size && loads.every((load, n) => load.turnsDone() > (done[n] ?? 0));
    },
    40_000,
  );
}

const isHeard = async (_fleet: Fleet, machine: Machine): Promise<boolean> => {
  const { hosts } = await machine.get<{ hosts: readonly { freshness: { state: string } }[] }>("/api/hosts");
  return hosts.length === HOSTS.length && hosts.every(({ freshness }) => freshness.state === "live");
};

const waitingIn = (connectors: readonly { dataDir: string }[]) =>
  connectors.map(({ dataDir }) => readOutbox(dataDir).waiting);

async function theRecordDiesAndTheReplicaIsPromoted(
  fleet: Fleet,
  a: Machine,
  b: Machine,
  connectors: readonly { dataDir: string; hostId: string }[],
  loads: readonly { turnsDone: () => number }[],
): Promise<void> {
  await a.projector.kill();
  const before = await turnsIn(b);
  await turnsGoOn(b, loads);
  expect(await turnsIn(b)).toBeGreaterThan(before);
  const held = waitingIn(connectors);
  await turnsGoOn(b, loads);
  for (const [n, waiting] of waitingIn(connectors).entries()) expect(waiting).toBeGreaterThan(held[n] ?? 0);
  progress(
    `without a ledger of record reads answer and outboxes keep ${waitingIn(connectors).join(" and ")} facts`,
  );

  const promoted = await runClaw(["ledger", "promote", "--reason", "machine a died"], {
    ...fleet.asHouse().env,
    CLAW_URL: b.gateway.url,
    CLAW_DATA_DIR: b.dataDir,
  });
  expect([promoted.code, promoted.stderr]).toEqual([0, expect.anything()]);
  await until("outboxes are let go of again", () => waitingIn(connectors).every((n) => n < 60), 30_000);
  progress("after claw ledger promote the watermark moves on");
}
