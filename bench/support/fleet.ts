/** A fleet as processes of their own around a real nats-server, and how a measure joins it. */
import { HostId, sha256 } from "@claw/events";
import { newBearer, newId } from "@claw/runtime";
import { UPLINK_SUBPROTOCOL } from "@claw/wire";
import { WebSocket } from "ws";
import { type Fleet, makeFleet, type Service } from "../../test/acceptance/support/fleet.ts";
import { until } from "../../test/acceptance/support/until.ts";
import { positionOf, type Watched } from "./house.ts";
import { JETSTREAM, type Sync } from "./jetstream.ts";

export interface BenchFleet {
  readonly fleet: Fleet;
  readonly ingest: Service;
  /** Its gateway. */
  readonly house: Watched & { readonly dataDir: string };
  /** Every process of it, the server first. */
  readonly processes: readonly Part[];
}

/** One process of a fleet. Its pid is asked each time, because a process may be another one after a restart. */
export interface Part {
  readonly name: string;
  readonly pid: () => number;
  /** Where its figures are, and who may see them; null for the server. */
  readonly metrics: { readonly url: string; readonly token: (() => string) | null } | null;
  /** Null for the server, which goes on. */
  readonly service: Service | null;
}

/** Runs work against a fresh fleet of one process a service. */
export async function withFleet<Value>(
  sync: Sync,
  env: Readonly<Record<string, string>>,
  work: (bench: BenchFleet) => Promise<Value>,
): Promise<Value> {
  const fleet = await makeFleet({ jetstream: JETSTREAM[sync], env: { CLAW_HEARTBEAT_MS: "5000", ...env } });
  try {
    await fleet.start();
    const bench = joined(fleet);
    // A gateway is ready before policy has recorded its admin token.
    await until("the admin token is known", async () => (await positionOf(bench.house)) > 0, 60_000);
    return await work(bench);
  } finally {
    await fleet.end();
  }
}

function joined(fleet: Fleet): BenchFleet {
  const [machine] = fleet.machines;
  const [ingest] = fleet.ingests;
  const [policy] = fleet.policies;
  if (machine === undefined || ingest === undefined || policy === undefined)
    throw new Error("a fleet lacks a service");
  const { gateway, projector, get } = machine;
  const token = fleet.adminToken;
  return {
    fleet,
    ingest,
    house: { url: gateway.url, token, get, dataDir: machine.dataDir },
    processes: [
      { name: "nats-server", pid: () => fleet.nats.pid(), metrics: null, service: null },
      partOf("ingest", ingest),
      partOf("policy", policy),
      partOf("projector", projector),
      { ...partOf("gateway", gateway), metrics: { url: gateway.url, token } },
    ],
  };
}

const partOf = (name: string, service: Service): Part => ({
  name,
  pid: () => service.claw().pid,
  metrics: { url: service.healthUrl, token: null },
  service,
});

/** Ends every service and starts it again on what it has on disk; returns when all are ready. */
export async function restartAll({ fleet, processes }: BenchFleet): Promise<void> {
  const services = processes.flatMap(({ service }) => service ?? []);
  for (const service of services) await service.restart();
  for (const service of services) await fleet.ready(service, 120_000);
}

export interface Joined {
  readonly hostId: HostId;
  readonly hostToken: string;
}

/** How many commands are asked at once. */
const AT_ONCE = 32;

/** Adds hosts through the gateway, and returns once the ingest knows all of them. */
export async function addHosts(
  { house, ingest }: Pick<BenchFleet, "house" | "ingest">,
  hostIds: readonly HostId[],
): Promise<readonly Joined[]> {
  const hosts: Joined[] = [];
  const waiting = hostIds.slice(0, -1);
  const add = async (hostId: HostId): Promise<void> =>
    void hosts.push({ hostId, hostToken: await addHost(house, hostId) });
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await add(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // The last one alone: whoever knows it, knows all that were decided before.
  const last = hostIds.at(-1);
  if (last !== undefined) await add(last);
  const known = hosts.at(-1);
  if (known !== undefined)
    await until("the ingest knows the hosts", () => isLetIn(ingest.url, known.hostToken), 60_000);
  return hosts;
}

async function addHost(house: Watched, hostId: HostId): Promise<string> {
  const { tokenId, bearer } = newBearer("host");
  const command = {
    type: "host.add",
    hostId,
    tokenId,
    tokenDigest: sha256(bearer),
    until: null,
    commandId: newId("cmd"),
  };
  const response = await fetch(`${house.url}/api/commands`, {
    method: "POST",
    headers: { authorization: `Bearer ${house.token()}`, "content-type": "application/json" },
    body: JSON.stringify(command),
  });
  if (!response.ok) throw new Error(`host.add: ${response.status} ${(await response.text()).slice(0, 500)}`);
  await response.arrayBuffer();
  return bearer;
}

/** Knocks once: true if the door opens. */
const isLetIn = (url: string, token: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/uplink`, [UPLINK_SUBPROTOCOL], {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    socket.on("error", () => resolve(false));
    socket.on("open", () => {
      socket.terminate();
      resolve(true);
    });
  });

export const hostName = (n: number): HostId => HostId.parse(`h${n}`);
