/** How long work waits for this process's event loop, as a figure for Prometheus. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { gauge, type Metrics } from "./metrics.ts";

/** How often the loop is sampled. Shorter would wake a process that has nothing to do more often than its own work does. */
const EVERY_MS = 20;

/**
 * Registers `claw_event_loop_p99_seconds`: of the samples since it was last read, the delay that 99 of 100 did not exceed, in seconds; 0 where there
 * was no sample. A sample is how much later than its turn a timer came, so one long stop counts once however long it was. The aim is at most 50 ms
 * (RELIABILITY R12). Once per process: the figure's name is taken.
 */
export function watchLoop(metrics: Metrics): void {
  const delays = monitorEventLoopDelay({ resolution: EVERY_MS });
  delays.enable();
  gauge(metrics, "claw_event_loop_p99_seconds", "Delay of the event loop since it was last read.", () => {
    // The histogram counts nanoseconds from one turn to the next, the interval included.
    const seconds = delays.count === 0 ? 0 : delays.percentile(99) / 1e9 - EVERY_MS / 1_000;
    delays.reset();
    return Math.max(0, seconds);
  });
}
