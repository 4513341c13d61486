/** 500 live clients of a fleet of 10,000 sessions at 200 changes a second; then the same with every tenth of them reading nothing any more (N1-046). */
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { until } from "../../test/acceptance/support/until.ts";
import { type Bench, progress } from "../bench.ts";
import type { BenchFleet } from "../support/fleet.ts";
import { type FullFleet, withFullFleet } from "../support/full-fleet.ts";
import { positionOf } from "../support/house.ts";
import { cpuOf, loadNow, residentBytes } from "../support/usage.ts";
import { type Measure, percentile } from "../table.ts";

const CLIENTS = 500;
const FROZEN = CLIENTS / 10;
const RATE = 200;
const WARM_MS = 3_000;
const MIB = 1_048_576;
/** When the host told it, by this machine's clock; a session's own row has it once. */
const AT = /"activity":\{[^}]*"sinceAt":"([^"]+)"/;

/** What was heard since it was emptied: ms from the host to each client, and how many changes there were. */
interface Heard {
  readonly lags: number[];
  readonly changes: Set<string>;
}

/** Clients that follow from now on. */
async function connect({ house }: BenchFleet, heard: Heard): Promise<readonly WebSocket[]> {
  const after = await positionOf(house);
  const headers = { authorization: `Bearer ${house.token()}` };
  const url = `${house.url.replace("http", "ws")}/api/live?views=sessions&after=${after}`;
  const sockets = Array.from(
    { length: CLIENTS },
    () => new WebSocket(url, ["claw.v1"], { headers, perMessageDeflate: false }),
  );
  for (const socket of sockets) socket.on("message", (data: Buffer) => hear(heard, data));
  const isOpen = ({ readyState }: WebSocket): boolean => readyState === WebSocket.OPEN;
  await until("all are connected", () => sockets.every(isOpen), 60_000);
  return sockets;
}

/** Nothing is parsed: 100,000 frames a second are read by the same two cores that write them. */
function hear({ lags, changes }: Heard, data: Buffer): void {
  const at = AT.exec(data.toString("latin1"))?.[1];
  if (at === undefined) return;
  changes.add(at);
  lags.push(Date.now() - Date.parse(at));
}

interface Phase {
  readonly p50: number;
  readonly p99: number;
  /** Changes a second that reached the clients. */
  readonly rate: number;
  readonly cpuShare: number;
  readonly bytes: number;
}

async function phase({ bench, work }: FullFleet, heard: Heard, ms: number): Promise<Phase> {
  const gateway = bench.processes.filter(({ name }) => name === "gateway");
  const working = work(RATE);
  await pause(WARM_MS);
  heard.changes.clear();
  heard.lags.length = 0;
  const used = cpuOf(gateway);
  const startedAt = performance.now();
  await pause(ms);
  const seconds = (performance.now() - startedAt) / 1_000;
  const [p50, p99] = [percentile(heard.lags, 0.5), percentile(heard.lags, 0.99)];
  const rate = heard.changes.size / seconds;
  const cpuShare = (used()?.[0]?.us ?? Number.NaN) / 1e6 / seconds;
  working.stop();
  const bytes = residentBytes(gateway[0]?.pid() ?? 0);
  await pause(WARM_MS);
  return { p50, p99, rate, cpuShare, bytes };
}

async function measure(fleet: FullFleet, ms: number): Promise<readonly Measure[]> {
  const { bench } = fleet;
  const heard: Heard = { lags: [], changes: new Set() };
  const clients = await connect(bench, heard);
  try {
    const all = await phase(fleet, heard, ms);
    progress(`subscribers: all read: p99 ${all.p99.toFixed(1)} ms, ${all.rate.toFixed(0)} changes/s`);
    for (const socket of clients.slice(0, FROZEN)) socket.pause();
    const some = await phase(fleet, heard, ms);
    return linesOf(all, some);
  } finally {
    for (const socket of clients) socket.terminate();
  }
}

function linesOf(all: Phase, some: Phase): readonly Measure[] {
  const unit = { unit: "ms", better: "less" } as const;
  const name = "change to 500 live clients";
  return [
    { name: `${name}, p50`, value: all.p50, ...unit, note: "from the host, in whole ms" },
    {
      name: `${name}, p99`,
      value: all.p99,
      ...unit,
      note: `${all.rate.toFixed(0)} changes/s reached them; the gateway took ${all.cpuShare.toFixed(2)} of a core; ${loadNow()}`,
    },
    { name: `${name}, 50 of them frozen, p50`, value: some.p50, ...unit, ratioOf: `${name}, p50` },
    {
      name: `${name}, 50 of them frozen, p99`,
      value: some.p99,
      ...unit,
      ratioOf: `${name}, p99`,
      aim: "within 10 %",
      note: `the other 450; ${some.rate.toFixed(0)} changes/s; ${loadNow()}`,
    },
    {
      name: "memory of the gateway for 50 frozen clients",
      value: Math.max(0, some.bytes - all.bytes) / MIB,
      unit: "MiB",
      better: "less",
      aim: "≤ 100",
      note: "at most 1 MiB waits in a socket and the rest stays in the views",
    },
  ];
}

export const subscribersBench: Bench = {
  name: "subscribers",
  run: (isQuick) => withFullFleet((fleet) => measure(fleet, isQuick ? 8_000 : 30_000)),
};
