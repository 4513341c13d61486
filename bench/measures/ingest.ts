/** Durable ingest, end to end: facts on a WebSocket, admitted, appended and synced, acknowledged, folded, and the views committed. */
import type { Fact } from "@claw/wire";
import type { Bench } from "../bench.ts";
import { makeFacts } from "../mix.ts";
import { type BenchHouse, positionOf, reached, withHouse } from "../support/house.ts";
import { startSimulatedHost } from "../support/simulated-host.ts";
import { cpuUs } from "../support/usage.ts";
import type { Measure } from "../table.ts";
import { BARE_LOG } from "./log.ts";

async function measure(house: BenchHouse, facts: readonly Fact[]): Promise<readonly Measure[]> {
  const { pid } = house.claw();
  const host = await startSimulatedHost(house);
  const sendAll = host.prepare(facts);
  const before = await positionOf(house);
  const cpuBefore = cpuUs(pid);
  const startedAt = performance.now();
  await sendAll();
  await reached(house, before + facts.length);
  const rate = (facts.length * 1_000) / (performance.now() - startedAt);
  const cpuAfter = cpuUs(pid);
  await host.close();
  const throughput: Measure = {
    name: "ingest end to end, simulated host",
    value: rate,
    unit: "events/s",
    better: "more",
    ratioOf: BARE_LOG,
    aim: "≥ 8,000",
    note: "until the views are committed",
  };
  if (cpuBefore === null || cpuAfter === null) return [throughput];
  const value = (cpuAfter - cpuBefore) / facts.length;
  const note = "of `claw up`; hardly depends on who else uses the machine";
  return [throughput, { name: "CPU of the house per event", value, unit: "µs", better: "less", note }];
}

export const ingestBench: Bench = {
  name: "ingest",
  run: (isQuick) => withHouse((house) => measure(house, makeFacts(isQuick ? 15_000 : 60_000, 50))),
};
