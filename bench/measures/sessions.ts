/** Many idle sessions: what they cost in memory, and how fast the first page of them is. */
import { setTimeout as pause } from "node:timers/promises";
import { type Bench, progress } from "../bench.ts";
import { makeFacts } from "../mix.ts";
import { type BenchHouse, positionOf, reached, withHouse } from "../support/house.ts";
import { startSimulatedHost } from "../support/simulated-host.ts";
import { residentBytes } from "../support/usage.ts";
import { type Measure, percentile } from "../table.ts";

const FEW = 1_000;
const MANY = 10_000;
/** How long the house is left alone before its memory is read. */
const IDLE_MS = 5_000;
const MIB = 1_048_576;

async function firstPages(house: BenchHouse, sessions: number, count: number): Promise<readonly Measure[]> {
  const samples: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const startedAt = performance.now();
    await house.get("/api/sessions");
    samples.push(performance.now() - startedAt);
  }
  const warm = samples.slice(Math.floor(count / 10));
  return [0.5, 0.99].map((share) => ({
    name: `first page of ${sessions.toLocaleString("en")} sessions, p${share * 100}`,
    value: percentile(warm, share),
    unit: "ms",
    better: "less",
  }));
}

async function restingBytes(house: BenchHouse): Promise<number> {
  await pause(IDLE_MS);
  return residentBytes(house.claw().pid);
}

async function measure(house: BenchHouse, pages: number): Promise<readonly Measure[]> {
  const empty = await restingBytes(house);
  const host = await startSimulatedHost(house);
  const facts = makeFacts(MANY, MANY);
  const before = await positionOf(house);
  await host.prepare(facts.slice(0, FEW))();
  await reached(house, before + FEW);
  const few = await restingBytes(house);
  const pagesOfFew = await firstPages(house, FEW, pages);
  progress(`sessions: ${MANY}`);
  const startedAt = performance.now();
  await host.prepare(facts.slice(FEW))();
  await reached(house, before + MANY);
  const newRate = ((MANY - FEW) * 1_000) / (performance.now() - startedAt);
  const many = await restingBytes(house);
  const pagesOfMany = await firstPages(house, MANY, pages);
  await host.close();
  const memory = { unit: "MiB", better: "less" } as const;
  return [
    { name: "memory of `claw up`, no session", value: empty / MIB, ...memory },
    { name: "memory of `claw up`, 1,000 idle sessions", value: few / MIB, ...memory, aim: "≤ 300" },
    { name: "memory of `claw up`, 10,000 idle sessions", value: many / MIB, ...memory },
    {
      name: "memory per idle session",
      value: (many - few) / (MANY - FEW) / 1_024,
      unit: "KiB",
      better: "less",
      note: "from 1,000 to 10,000; its rows, its registry row, garbage",
    },
    {
      name: "new sessions of one host",
      value: newRate,
      unit: "sessions/s",
      better: "more",
      note: "each claim is a synced commit of its own",
    },
    ...pagesOfFew,
    ...pagesOfMany,
  ];
}

export const sessionsBench: Bench = {
  name: "sessions",
  run: (isQuick) => withHouse((house) => measure(house, isQuick ? 100 : 400)),
};
