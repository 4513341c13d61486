/**
 * A stopwatch for promises in seconds: it stands while this process has no processor, so that a limit says something of the product and not of who else is
 * busy. What this thread computes counts in full.
 */

const STEP_MS = 20;
/** What one step counts at most, beside what was computed in it. */
const MOST_MS = 3 * STEP_MS;

/** What of a time that passed is this thread's own: all of it where that is little or was spent computing. */
export function ownTime(mostMs: number): () => number {
  let [last, cpu] = [performance.now(), process.threadCpuUsage()];
  return () => {
    const now = performance.now();
    const used = process.threadCpuUsage(cpu);
    const ownMs = Math.min(now - last, Math.max(mostMs, (used.user + used.system) / 1_000));
    [last, cpu] = [now, process.threadCpuUsage()];
    return ownMs;
  };
}

/** Starts at once; `stop` says how many ms it counted. */
export function startStopwatch(): { readonly stop: () => number } {
  const own = ownTime(MOST_MS);
  let passed = 0;
  const count = (): void => {
    passed += own();
  };
  const timer = setInterval(count, STEP_MS).unref();
  return {
    stop: () => {
      clearInterval(timer);
      count();
      return passed;
    },
  };
}
