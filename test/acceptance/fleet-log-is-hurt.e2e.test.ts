/**
 * The log itself is hurt under a running fleet: set back to an older copy, deleted, and set back to a copy that the ledger of record had not reached. Nobody goes on as if nothing had happened: every service
 * stops and starts, the log begins a new generation from the ledger of record, hosts send again what no ledger holds, and nothing is missing.
 */
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { connectNats } from "@claw/eventlog";
import { startStopwatch } from "@claw/testkit/stopwatch";
import { Effect } from "effect";
import { expect, onTestFinished, test } from "vitest";
import { complaintsOf, servicesOf } from "./support/complaints.ts";
import { type Connecting, startConnector } from "./support/connecting.ts";
import { readChain, readLedger, readOutbox, readTurnEnds } from "./support/evidence.ts";
import { type Fleet, type Machine, makeFleet, type Service } from "./support/fleet.ts";
import { type Load, startLoad } from "./support/load.ts";
import { policyDecides } from "./support/policy.ts";
import { progress } from "./support/progress.ts";
import { rebuiltDigest, storedDigest } from "./support/rebuild.ts";
import { makeScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

/** RELIABILITY R4. */
const DETECTED_MS = 5_000;

test("N1-001 N1-037 a log that was set back, one that was deleted, and one that was set back unseen: detected within 5 s, nothing skipped, nothing lost", async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const fleet = await makeFleet({ machines: 2 });
  onTestFinished(fleet.end);
  const load = await startLoad(scene, 3, 3);
  await fleet.start();
  const connector = await startConnector(fleet.asHouse(), "host-a", {
    CLAW_ENDPOINTS: scene.endpoints,
    CLAW_URL: (fleet.ingests[0] as Service).url,
    CLAW_HEARTBEAT_MS: "500",
  });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  const [a, b] = fleet.machines as readonly [Machine, Machine];
  await until("facts arrive", async () => (await positionOf(a)) > 100, 60_000).catch(async (error: Error) => {
    const told = `position ${await positionOf(a)}, ${load.turnsDone()} turns, ${connector.claw().stderr().slice(-800)}`;
    throw new Error(`${error.message}; ${told}; ${await complaintsOf(fleet)}`);
  });

  await setBack(fleet, a, connector, load);
  await hasConverged(fleet, connector, load, 2);
  expect(existsSync(join(b.dataDir, "diverged-1", "ledger.db"))).toBe(true);
  await deleteStream(fleet);
  await hasConverged(fleet, connector, load, 3);
  await setBackUnseen(fleet, a, connector);
  await hasConverged(fleet, connector, load, 4);

  await load.stop();
  await until("the outbox is empty", () => readOutbox(connector.dataDir).waiting === 0, 60_000);
  await nothingIsMissing(fleet, connector);
});

const positionOf = async ({ get }: Machine) =>
  (await get<{ position: number }>("/api/sessions?limit=1")).position;

/**
 * Facts that are in the stream and in no ledger: the projectors are away while they are appended. An outbox that deletes on ack loses them. And some
 * that only the replica has: what it alone holds was confirmed to nobody, so it is set aside and grows back.
 */
async function setBack(fleet: Fleet, a: Machine, connector: Connecting, load: Load): Promise<void> {
  await copyStore(fleet);
  // The ledger may lag behind the copy on a busy machine, and one that never saw what was lost finds nothing amiss.
  const copied = await endOfLog(fleet, 1);
  await until("the ledger goes beyond the copy", async () => (await positionOf(a)) > copied + 100, 60_000);
  await a.projector.kill();
  const [, b] = fleet.machines as readonly [Machine, Machine];
  const ofRecord = await positionOf(a);
  await until(
    "the replica goes beyond the ledger of record",
    async () => (await positionOf(b)) > ofRecord + 20,
    20_000,
  );
  await b.projector.kill();
  const held = load.turnsDone();
  await until("turns end that no ledger holds", () => load.turnsDone() > held + 15, 40_000);
  await until("facts wait for a ledger", () => readOutbox(connector.dataDir).waiting > 80, 20_000);
  const broken = await putCopyBack(fleet);
  for (const { projector } of fleet.machines) await projector.restart();
  await detected(fleet, broken, "the log was set back");
}

/** The ledger of record is away while the copy is made and while the log goes on: what is gone then it never had, and only others can tell it. */
async function setBackUnseen(fleet: Fleet, a: Machine, connector: Connecting): Promise<void> {
  await a.projector.kill();
  await until("facts wait for a ledger", () => readOutbox(connector.dataDir).waiting > 40, 30_000);
  await copyStore(fleet);
  const copied = await endOfLog(fleet, 3);
  await until("the log goes beyond the copy", async () => (await endOfLog(fleet, 3)) > copied + 100, 60_000);
  const broken = await putCopyBack(fleet);
  await a.projector.restart();
  await detected(fleet, broken, "the log was set back unseen");
}

const copyOf = ({ nats }: Fleet): string => `${nats.storeDir}-older`;

async function copyStore(fleet: Fleet): Promise<void> {
  const { nats } = fleet;
  await nats.stop("SIGKILL");
  cpSync(nats.storeDir, copyOf(fleet), { recursive: true });
  await nats.start();
}

async function putCopyBack(fleet: Fleet): Promise<Broken> {
  const { nats } = fleet;
  await nats.stop("SIGKILL");
  rmSync(nats.storeDir, { recursive: true });
  cpSync(copyOf(fleet), nats.storeDir, { recursive: true });
  rmSync(copyOf(fleet), { recursive: true });
  const ends = endsOf(fleet);
  await nats.start();
  return { since: startStopwatch(), ends };
}

/** The number of its last message, at least. In the first generation a position is never higher than it. */
async function endOfLog(fleet: Fleet, generation: number): Promise<number> {
  const subject = `STREAM.INFO.CLAW_LOG_${generation}`;
  const { state } = await askKeeper<{ state: { last_seq: number } }>(fleet, subject);
  return state.last_seq;
}

/** What the server says to the keeper's key. */
async function askKeeper<Answer>(fleet: Fleet, subject: string): Promise<Answer> {
  const seed = readFileSync(join(fleet.keysDir, "keeper.nk"), "utf8").trim();
  const answer = await Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(connectNats({ url: fleet.nats.url, name: "keeper", seed }), ({ connection }) =>
        Effect.promise(() => connection.request(`$JS.API.${subject}`)),
      ),
    ),
  );
  return answer.json<Answer>();
}

async function deleteStream(fleet: Fleet): Promise<void> {
  const broken: Broken = { since: startStopwatch(), ends: endsOf(fleet) };
  expect(await askKeeper(fleet, "STREAM.DELETE.CLAW_LOG_2")).toMatchObject({ success: true });
  await detected(fleet, broken, "the stream was deleted");
}

interface Broken {
  /** Since when the server answers with what is not so. */
  readonly since: ReturnType<typeof startStopwatch>;
  /** How often each service had ended by itself. */
  readonly ends: readonly number[];
}

const endsOf = (fleet: Fleet): readonly number[] => servicesOf(fleet).map((service) => service.ends());

/** Each service of the log, the projector of record excepted (it mends), ends by itself and says why. */
async function detected(fleet: Fleet, { since, ends }: Broken, what: string): Promise<void> {
  const writers = fleet.policies.length + fleet.ingests.length;
  await until(
    `${what}: policy and ingest stop`,
    () =>
      endsOf(fleet)
        .slice(0, writers)
        .every((count, n) => count > (ends[n] ?? 0)),
    DETECTED_MS + 5_000,
  );
  const ms = since.stop();
  progress(`${what}: detected after ${Math.round(ms)} ms`);
  expect(ms).toBeLessThan(DETECTED_MS);
}

/** Both gateways are ready, stand in the new generation, and see work that was done after. */
async function hasConverged(
  fleet: Fleet,
  connector: Connecting,
  load: Load,
  generation: number,
): Promise<void> {
  const from = performance.now();
  for (const { gateway } of fleet.machines) await fleet.ready(gateway, 60_000);
  await until(
    `generation ${generation} is told by both ledgers`,
    async () => {
      const answers = await Promise.all(fleet.machines.map(({ get }) => get<LedgersAnswer>("/api/ledgers")));
      const told = answers.map(({ ledgers }) =>
        ledgers.map((one) => [one.role, one.generation, one.position]),
      );
      if (!told.every((ledgers) => ledgers.length === 2 && ledgers.every(([, at]) => at === generation)))
        throw new Error(`${JSON.stringify(told)}; ${await complaintsOf(fleet)}`);
      return true;
    },
    120_000,
  );
  await policyDecides(fleet);
  const turns = load.turnsDone();
  await until("work goes on", () => load.turnsDone() > turns + 3, 30_000);
  await until("the outbox drains", () => readOutbox(connector.dataDir).waiting < 60, 60_000);
  progress(`generation ${generation}: converged after ${Math.round(performance.now() - from)} ms`);
}

interface LedgersAnswer {
  readonly ledgers: readonly {
    readonly generation: number;
    readonly role: string;
    readonly position: number;
  }[];
}

async function nothingIsMissing(fleet: Fleet, connector: Connecting): Promise<void> {
  const { epoch, lastSeq } = readOutbox(connector.dataDir);
  const [a, b] = fleet.machines as readonly [Machine, Machine];
  for (const { dataDir } of [a, b]) {
    const held = await until(
      "the ledger holds every fact",
      () => {
        const found = readLedger(dataDir, connector.hostId, epoch, "ledger.db");
        return found.length >= lastSeq && found;
      },
      30_000,
    );
    expect(held).toEqual(held.map((_, index) => index + 1));
    const ends = readTurnEnds(dataDir, "ledger.db");
    expect(ends.length).toBe(new Set(ends).size);
  }
  const [ofA, ofB] = [readChain(a.dataDir), readChain(b.dataDir)];
  const shared = Math.min(ofA.length, ofB.length);
  expect(ofA.slice(0, shared)).toEqual(ofB.slice(0, shared));
  for (const { gateway, projector } of fleet.machines) {
    await gateway.kill();
    await projector.kill();
  }
  expect(await rebuiltDigest(a.dataDir)).toBe(await storedDigest(a.dataDir));
}
