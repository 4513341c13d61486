/**
 * Prints how much a full run may do on this machine: 5, the counts of a release, where those end in time, else 2 or 1. CI ends a run after 90 minutes. Measured at 1:
 * 27 minutes on two calm cores; at 2: 42, and at 5: 61, on cores that took 1.5 times as long.
 */
import { createHash } from "node:crypto";

/** What the work below takes on a calm core of the machine that these minutes were measured on. */
const CALM_MS = 75;
/** Counts, and how many times as slow a machine may be for them. */
const SCALES = [
  { scale: 5, most: 1.4 },
  { scale: 2, most: 2.1 },
  { scale: 1, most: Number.POSITIVE_INFINITY },
];
const ROUNDS = 15;

/** Much like what the tests do: objects, their JSON, and digests. */
function work() {
  const startedAt = performance.now();
  for (let n = 0; n < 12_000; n += 1) {
    const rows = Array.from({ length: 20 }, (_, index) => ({ index, at: n * index, name: `row-${n}` }));
    createHash("sha256").update(JSON.stringify(rows)).digest("hex");
  }
  return performance.now() - startedAt;
}

const times = Array.from({ length: ROUNDS }, work).toSorted((one, other) => one - other);
const median = times[Math.floor(ROUNDS / 2)];
const slower = median / CALM_MS;
const { scale } = SCALES.find(({ most }) => slower < most);
process.stderr.write(`scale ${scale}: this machine takes ${slower.toFixed(1)} times as long as a calm one\n`);
process.stdout.write(String(scale));
