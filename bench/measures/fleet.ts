/** A fleet end to end: facts on an ingest's uplink, through the stream into the ledger of record, folded, and the views committed, each step a process. */
import type { Fact } from "@claw/wire";
import { type Bench, progress } from "../bench.ts";
import { BENCH_HOST, makeFacts } from "../mix.ts";
import { addHosts, type BenchFleet, withFleet } from "../support/fleet.ts";
import { NEVER_SILENT, positionOf, reached } from "../support/house.ts";
import { type Sync, SYNCS } from "../support/jetstream.ts";
import { type SimulatedHost, startSimulatedHost } from "../support/simulated-host.ts";
import { cpuOf, sharesOf } from "../support/usage.ts";
import type { Measure } from "../table.ts";
import { measureLatency } from "./latency.ts";
import { bareJetStream } from "./log.ts";

const AIMS: Readonly<Record<Sync, string>> = { default: "≥ 8,000", always: "≥ 3,000" };

const nameOf = (sync: Sync): string => `fleet, ${sync === "always" ? "every write synced" : "default sync"}`;

async function join(bench: BenchFleet): Promise<SimulatedHost> {
  const [host] = await addHosts(bench, [BENCH_HOST]);
  return startSimulatedHost({ url: bench.ingest.url, hostToken: host?.hostToken ?? "" });
}

async function measureRate(
  bench: BenchFleet,
  sync: Sync,
  facts: readonly Fact[],
): Promise<readonly Measure[]> {
  const { house, processes } = bench;
  const host = await join(bench);
  const sendAll = host.prepare(facts);
  const before = await positionOf(house);
  const used = cpuOf(processes);
  const startedAt = performance.now();
  await sendAll();
  const acked = performance.now();
  await reached(house, before + facts.length);
  const ended = performance.now();
  const shares = used();
  await host.close();
  const acknowledged = Math.round((facts.length * 1_000) / (acked - startedAt)).toLocaleString("en");
  const throughput: Measure = {
    name: `${nameOf(sync)}: end to end, simulated host`,
    value: (facts.length * 1_000) / (ended - startedAt),
    unit: "events/s",
    better: "more",
    ratioOf: bareJetStream(sync),
    aim: AIMS[sync],
    note: `until the views are committed; acknowledged at ${acknowledged}/s`,
  };
  if (shares === null) return [throughput];
  const perEvent = shares.map(({ name, us }) => ({ name, us: us / facts.length }));
  const cpu: Measure = {
    name: `${nameOf(sync)}: CPU per event`,
    value: perEvent.reduce((sum, { us }) => sum + us, 0),
    unit: "µs",
    better: "less",
    note: sharesOf(perEvent, "µs"),
  };
  return [throughput, cpu];
}

async function runWith(sync: Sync, isQuick: boolean): Promise<readonly Measure[]> {
  progress(`${nameOf(sync)}: events a second`);
  const facts = makeFacts(isQuick ? 15_000 : 60_000, 50);
  const rate = await withFleet(sync, NEVER_SILENT, (bench) => measureRate(bench, sync, facts));
  progress(`${nameOf(sync)}: latency`);
  const latency = await withFleet(sync, NEVER_SILENT, async (bench) => {
    const host = await join(bench);
    const lines = await measureLatency(bench.house, host, isQuick, `${nameOf(sync)}: `);
    await host.close();
    return lines;
  });
  return [...rate, ...latency];
}

export const fleetBench: Bench = {
  name: "fleet",
  run: async (isQuick) => {
    const lines: Measure[] = [];
    for (const sync of SYNCS) lines.push(...(await runWith(sync, isQuick)));
    return lines;
  },
};
