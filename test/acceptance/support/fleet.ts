/**
 * A fleet for a test: a real nats-server with the product's own accounts, and every service a process of its own, as `claw run` starts it. A machine
 * is a projector and a gateway that share a data directory.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  freePort,
  type NatsCluster,
  type NatsServer,
  startNatsCluster,
  startNatsServer,
} from "@claw/testkit/nats";
import type { TestHouse } from "./house.ts";
import { type ClawProcess, runClaw, startClaw } from "./process.ts";
import { until } from "./until.ts";

type Env = Readonly<Record<string, string>>;

/** One process of the fleet, that can die and be started again. */
export interface Service {
  readonly name: string;
  readonly dataDir: string;
  /** Where others reach it; of a service that nobody reaches, its health port. */
  readonly url: string;
  /** Where it answers `/readyz`. */
  readonly healthUrl: string;
  readonly claw: () => ClawProcess;
  /** Starts it, with more in its environment; one that runs is killed first. One that ends by itself is started again, as by systemd. */
  readonly restart: (more?: Env) => Promise<ClawProcess>;
  /** Ends it for good, until `restart`. */
  readonly kill: () => Promise<void>;
  /** How often it ended by itself. */
  readonly ends: () => number;
  /** What it said each time before it did. */
  readonly lastWords: () => readonly string[];
}

export interface Machine {
  readonly name: string;
  readonly dataDir: string;
  readonly projector: Service;
  readonly gateway: Service;
  /** GET of a path of its gateway, as JSON. Throws on any status but 200. */
  readonly get: <Answer>(path: string) => Promise<Answer>;
}

export interface Fleet {
  readonly root: string;
  readonly keysDir: string;
  /** The one server; of a cluster, its first node. */
  readonly nats: NatsServer;
  readonly cluster: NatsCluster | null;
  readonly policies: readonly Service[];
  readonly ingests: readonly Service[];
  readonly machines: readonly Machine[];
  readonly env: Env;
  readonly adminToken: () => string;
  /** The fleet as `startConnector` wants it: commands go to the first gateway, uplinks to what CLAW_URL says. */
  readonly asHouse: () => Pick<TestHouse, "env" | "url" | "dataDir">;
  /** Starts all of it and waits until every gateway is ready. */
  readonly start: () => Promise<void>;
  readonly ready: (service: Service, timeoutMs?: number) => Promise<void>;
  readonly end: () => Promise<void>;
}

export interface FleetShape {
  readonly machines?: number;
  readonly ingests?: number;
  readonly policies?: number;
  readonly env?: Env;
  /** Inside nats-server's jetstream block. */
  readonly jetstream?: string;
  /** Three nodes that are one cluster, and every stream on all of them. */
  readonly cluster?: boolean;
  /** By which name threads call the house back, given its gateway's; by default that one. */
  readonly calledAt?: (gatewayUrl: string) => Promise<string>;
}

const letters = "abcdefgh";

/** Makes the keys and the server; starts no service yet. */
export async function makeFleet(shape: FleetShape = {}): Promise<Fleet> {
  const root = mkdtempSync(join(tmpdir(), "claw-fleet-"));
  const keysDir = join(root, "keys");
  const accounts = await makeKeys(root, keysDir);
  const config = `max_payload: 1MB\n${accounts}`;
  const options = { config, jetstream: shape.jetstream ?? "sync_interval: always" };
  const cluster = shape.cluster === true ? await startNatsCluster(options) : null;
  const nats = cluster?.servers[0] ?? (await startNatsServer(options));
  const env: Env = {
    HOME: root,
    CLAW_LOG_URL: cluster?.url ?? nats.url,
    ...(cluster !== null && { CLAW_LOG_REPLICAS: "3" }),
    CLAW_DIAGNOSTICS_LEVEL: "warn",
    CLAW_HEARTBEAT_MS: "500",
    ...shape.env,
  };
  const parts = { root, keysDir, env };
  const policies = await many(shape.policies ?? 1, (n) => policyOf(parts, `policy-${n + 1}`));
  const machines = await many(shape.machines ?? 1, (n) =>
    machineOf(parts, letters[n] ?? "x", n === 0, () => token(root)),
  );
  const first = machines[0] as Machine;
  const publicUrl = (await shape.calledAt?.(first.gateway.url)) ?? first.gateway.url;
  const ingests = await many(shape.ingests ?? 1, (n) => ingestOf(parts, `ingest-${n + 1}`, publicUrl));
  const services = [...policies, ...ingests, ...machines.flatMap((one) => [one.projector, one.gateway])];
  return {
    ...parts,
    nats,
    cluster,
    policies,
    ingests,
    machines,
    adminToken: () => token(root),
    asHouse: () => ({
      dataDir: root,
      url: first.gateway.url,
      env: { ...env, CLAW_URL: first.gateway.url, CLAW_TOKEN: token(root), CLAW_LOG_URL: "" },
    }),
    ready,
    start: async () => {
      for (const service of services) await service.restart();
      for (const { gateway } of machines) await ready(gateway, 60_000);
      for (const ingest of ingests) await ready(ingest, 60_000);
      for (const { get } of machines)
        await until("the admin token is known", async () => (await get("/api/hosts")) !== null, 30_000);
    },
    end: async () => {
      await Promise.all(services.map((service) => service.kill()));
      await (cluster ?? nats).remove();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const token = (root: string): string => readFileSync(join(root, "machine-a", "admin-token"), "utf8").trim();

/** The product's own keys and accounts, as an operator makes them. */
async function makeKeys(root: string, keysDir: string): Promise<string> {
  for (const args of [
    ["nats", "keys", keysDir],
    ["nats", "config", keysDir],
  ]) {
    const made = await runClaw(args, { HOME: root, CLAW_DATA_DIR: root });
    if (made.code !== 0) throw new Error(`claw ${args.join(" ")}: ${made.stderr}`);
    if (args[1] === "config") return made.stdout;
  }
  throw new Error("claw nats config printed nothing");
}

const many = <Value>(count: number, make: (n: number) => Promise<Value>): Promise<readonly Value[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)));

interface Parts {
  readonly root: string;
  readonly keysDir: string;
  readonly env: Env;
}

async function policyOf(parts: Parts, name: string): Promise<Service> {
  const health = await freePort();
  return serviceOf(parts, { name, kind: "policy", folder: name, health, env: {} });
}

/** Its readiness is asked at its health port; the uplink has a port of its own. Threads call back at `publicUrl`. */
async function ingestOf(parts: Parts, name: string, publicUrl: string): Promise<Service> {
  const [port, health] = [await freePort(), await freePort()];
  return serviceOf(parts, {
    name,
    kind: "ingest",
    folder: name,
    health,
    port,
    env: { CLAW_UPLINK_PORT: String(port), CLAW_PUBLIC_URL: publicUrl },
  });
}

async function machineOf(
  parts: Parts,
  letter: string,
  isFirst: boolean,
  bearer: () => string,
): Promise<Machine> {
  const folder = `machine-${letter}`;
  const [health, http] = [await freePort(), await freePort()];
  const projector = serviceOf(parts, {
    name: `projector-${letter}`,
    kind: "projector",
    folder,
    health,
    env: { CLAW_LEDGER: isFirst ? "record" : "replica" },
  });
  const gateway = serviceOf(parts, {
    name: `gateway-${letter}`,
    kind: "gateway",
    folder,
    health: http,
    env: { CLAW_HTTP_PORT: String(http) },
  });
  const get = async <Answer>(path: string): Promise<Answer> => {
    const response = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${bearer()}` } });
    if (response.status !== 200)
      throw new Error(`GET ${path}: ${response.status} ${(await response.text()).slice(0, 500)}`);
    return (await response.json()) as Answer;
  };
  return { name: letter, dataDir: projector.dataDir, projector, gateway, get };
}

const KEYS = {
  policy: ["policy"],
  ingest: ["ingest"],
  projector: ["projector", "keeper", "watcher"],
  gateway: ["gateway"],
} as const;

interface ServicePlan {
  readonly name: string;
  readonly kind: keyof typeof KEYS;
  readonly folder: string;
  readonly health: number;
  /** The port that others reach, if it is not the one of its health. */
  readonly port?: number;
  readonly env: Env;
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

/** How long a service that ended by itself rests before it is started again: as `claw fleet` has it, ever longer while it does not stay. */
const REST = { firstMs: 200, longestMs: 5_000, stayedMs: 30_000 } as const;

function serviceOf({ root, keysDir, env }: Parts, plan: ServicePlan): Service {
  const dataDir = join(root, plan.folder);
  mkdirSync(join(dataDir, "keys"), { recursive: true });
  for (const key of KEYS[plan.kind])
    copyFileSync(join(keysDir, `${key}.nk`), join(dataDir, "keys", `${key}.nk`));
  copyFileSync(join(keysDir, "policy.pub"), join(dataDir, "keys", "policy.pub"));
  const state = { claw: null as ClawProcess | null, isWanted: false, words: [] as string[], inARow: 0 };
  const start = (more: Env): ClawProcess => {
    const ports: Env = plan.kind === "gateway" ? {} : { CLAW_HEALTH_PORT: String(plan.health) };
    const claw = startClaw(["run", plan.kind], {
      ...env,
      CLAW_DATA_DIR: dataDir,
      ...ports,
      ...plan.env,
      ...more,
    });
    state.claw = claw;
    const startedAt = performance.now();
    void claw.exited.then((code) => {
      if (code === null || !state.isWanted || state.claw !== claw) return;
      state.words.push(claw.stderr().slice(-1_000));
      state.inARow = performance.now() - startedAt > REST.stayedMs ? 0 : state.inARow + 1;
      const restMs = Math.min(REST.longestMs, REST.firstMs * 2 ** Math.max(0, state.inARow - 1));
      setTimeout(() => state.isWanted && state.claw === claw && start(more), restMs);
    });
    return claw;
  };
  const kill = async (): Promise<void> => {
    state.isWanted = false;
    await state.claw?.stop("SIGKILL");
  };
  return {
    name: plan.name,
    dataDir,
    url: urlOf(plan.port ?? plan.health),
    healthUrl: urlOf(plan.health),
    claw: () => {
      if (state.claw === null) throw new Error(`${plan.name} was not started`);
      return state.claw;
    },
    kill,
    ends: () => state.words.length,
    lastWords: () => state.words,
    restart: async (more = {}) => {
      await kill();
      state.isWanted = true;
      state.inARow = 0;
      return start(more);
    },
  };
}

/** Waits until a service says that it is ready, at its own port or at its health port. */
async function ready(service: Service, timeoutMs = 30_000): Promise<void> {
  await until(
    `${service.name} is ready`,
    async () => {
      const { child, stderr } = service.claw();
      if (child.exitCode !== null) throw new Error(`${service.name} ended: ${stderr().slice(-2_000)}`);
      const answer = await fetch(`${service.healthUrl}/readyz`);
      if (!answer.ok) throw new Error(`${service.name}: ${(await answer.text()).slice(0, 1_000)}`);
      return true;
    },
    timeoutMs,
  );
}
