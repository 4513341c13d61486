/**
 * `npm run bench [-- --quick] [-- --only name]…`: measures the house on this machine and prints a table.
 *
 * Each bench runs twice (one that holds a state for minutes, once) and the better run counts, because other work on a shared machine can only make a figure
 * worse. The table goes to stdout and to `bench/results/`, progress to stderr.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Bench, progress } from "./bench.ts";
import { commandsBench } from "./measures/commands.ts";
import { decisionsBench } from "./measures/decisions.ts";
import { fleetBench } from "./measures/fleet.ts";
import { idleBench } from "./measures/idle.ts";
import { ingestBench } from "./measures/ingest.ts";
import { latencyBench } from "./measures/latency.ts";
import { logBench } from "./measures/log.ts";
import { lookBench } from "./measures/look.ts";
import { mcpBench } from "./measures/mcp.ts";
import { mixBench } from "./measures/mix.ts";
import { outboxBench } from "./measures/outbox.ts";
import { pageBench } from "./measures/page.ts";
import { rebuildBench } from "./measures/rebuild.ts";
import { redactionBench } from "./measures/redaction.ts";
import { sessionsBench } from "./measures/sessions.ts";
import { stormBench } from "./measures/storm.ts";
import { subscribersBench } from "./measures/subscribers.ts";
import { transcriptBench } from "./measures/transcript.ts";
import { turnsBench } from "./measures/turns.ts";
import { bestOf, type Measure, toMarkdown } from "./table.ts";

const BENCHES: readonly Bench[] = [
  mixBench,
  logBench,
  ingestBench,
  outboxBench,
  latencyBench,
  rebuildBench,
  sessionsBench,
  redactionBench,
  turnsBench,
  decisionsBench,
  commandsBench,
  mcpBench,
  fleetBench,
  stormBench,
  idleBench,
  lookBench,
  pageBench,
  subscribersBench,
  transcriptBench,
];
const RUNS = 2;
const USAGE = 2;
const RESULTS = join(import.meta.dirname, "results");

const { values: flags } = parseArgs({
  options: { only: { type: "string", multiple: true }, quick: { type: "boolean", default: false } },
});

/** The benches that were asked for, or null if one of the names is none of ours. */
function chosen(names: readonly string[] | undefined): readonly Bench[] | null {
  if (names === undefined) return BENCHES;
  const known = new Set(BENCHES.map(({ name }) => name));
  return names.every((name) => known.has(name)) ? BENCHES.filter(({ name }) => names.includes(name)) : null;
}

async function runAll(benches: readonly Bench[], isQuick: boolean): Promise<readonly Measure[]> {
  const measures: Measure[] = [];
  for (const bench of benches) {
    const runs: (readonly Measure[])[] = [];
    for (let run = 1; run <= (isQuick ? 1 : (bench.runs ?? RUNS)); run += 1) {
      progress(`${bench.name}: run ${run}`);
      runs.push(await bench.run(isQuick));
    }
    measures.push(...bestOf(runs));
  }
  return measures;
}

const machine = {
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
};

function save(measures: readonly Measure[], isQuick: boolean): string {
  mkdirSync(RESULTS, { recursive: true });
  const at = new Date().toISOString();
  const file = join(RESULTS, `${at.replaceAll(":", "-")}.json`);
  writeFileSync(file, `${JSON.stringify({ at, machine, isQuick, measures }, null, 2)}\n`);
  return file;
}

const benches = chosen(flags.only);
if (benches === null) {
  process.stderr.write(`--only takes: ${BENCHES.map(({ name }) => name).join(", ")}\n`);
  process.exitCode = USAGE;
} else {
  const measures = await runAll(benches, flags.quick);
  const heading = `${machine.cores} cores of ${machine.cpu}, ${machine.platform}, Node ${machine.node}.`;
  const caution = flags.quick
    ? "One short run each: rough figures."
    : "Each twice, the better run counts. The machine may be shared: the ratios say more than the figures.";
  process.stdout.write(`\n${heading} ${caution}\n\n${toMarkdown(measures)}\n`);
  progress(`written to ${save(measures, flags.quick)}`);
}
