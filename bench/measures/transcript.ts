/** The first page of a transcript of one GiB, as the dashboard asks for it: how soon it is there, and what it costs in memory (N1-046). */
import { setTimeout as pause } from "node:timers/promises";
import { type Bench, progress } from "../bench.ts";
import { benchSession, longItems, makeFacts, sealFact } from "../mix.ts";
import { type BenchHouse, positionOf, reached, withHouse } from "../support/house.ts";
import { startSimulatedHost } from "../support/simulated-host.ts";
import { loadNow, peakBytes, resetPeak, residentBytes } from "../support/usage.ts";
import { type Measure, percentile } from "../table.ts";

/** As long as a connector lets a text be (`services/connector/src/domain/scrub.ts`), and as many facts as are under 1 MiB in one frame. */
const TEXT_BYTES = 49_152;
const AT_ONCE = 16;
const PAGES = 40;
/** How long the house is left alone after its start. */
const REST_MS = 5_000;
const MIB = 1_048_576;

/** Tells one session so many messages; answers once the views hold them. */
async function tell(house: BenchHouse, items: number): Promise<void> {
  const host = await startSimulatedHost(house);
  const before = await positionOf(house);
  await host.prepare(makeFacts(1, 1))();
  for (let from = 0; from < items; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, items - from);
    const facts = longItems(from, count, TEXT_BYTES).map((open, n) => sealFact(2 + from + n, 0, open));
    await host.prepare(facts)();
    if (from % 4_096 === 0) progress(`transcript: ${Math.round((from * TEXT_BYTES) / MIB)} MiB`);
  }
  await reached(house, before + 1 + items);
  await host.close();
}

async function measure(house: BenchHouse, bytes: number): Promise<readonly Measure[]> {
  const items = Math.ceil(bytes / TEXT_BYTES);
  await tell(house, items);
  // Anew on what is on disk, as somebody finds it who comes the next day.
  await house.claw().stop("SIGTERM");
  await house.start(["--no-connector"]);
  const path = `/api/sessions/${benchSession(0)}/transcript?order=newest&limit=100`;
  await house.get(`/api/sessions/${benchSession(0)}`);
  await pause(REST_MS);
  const { pid } = house.claw();
  const atRest = residentBytes(pid);
  resetPeak(pid);
  const first = await page(house, path);
  const grown = (peakBytes(pid) ?? Number.NaN) - atRest;
  const samples: number[] = [];
  for (let n = 0; n < PAGES; n += 1) samples.push((await page(house, path)).ms);
  const name = "first page of a transcript of 1 GiB";
  const unit = { unit: "ms", better: "less" } as const;
  return [
    {
      name: `${name}, the first time`,
      value: first.ms,
      ...unit,
      aim: "≤ 300",
      note: `${(first.bytes / MIB).toFixed(1)} MiB of ${items.toLocaleString("en")} messages as long as they may be; ${loadNow()}`,
    },
    { name: `${name}, p99`, value: percentile(samples, 0.99), ...unit, aim: "≤ 300" },
    {
      name: `${name}: memory`,
      value: grown / MIB,
      unit: "MiB",
      better: "less",
      aim: "≤ 50",
      note: "the most that the house held resident while it answered once, less what it held before",
    },
  ];
}

/** How long one page took until its last byte was here. */
async function page(
  house: BenchHouse,
  path: string,
): Promise<{ readonly ms: number; readonly bytes: number }> {
  const startedAt = performance.now();
  const response = await fetch(house.url + path, { headers: { authorization: `Bearer ${house.token()}` } });
  const { byteLength } = await response.arrayBuffer();
  return { ms: performance.now() - startedAt, bytes: byteLength };
}

export const transcriptBench: Bench = {
  name: "transcript",
  runs: 1,
  run: (isQuick) => withHouse((house) => measure(house, isQuick ? 128 * MIB : 1_024 * MIB)),
};
