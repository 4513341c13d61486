/** A stopwatch for promises in seconds: it stands while this machine does, so that a limit says something of the product and not of who else is busy. */

const STEP_MS = 20;
/** What one step counts at most: a process that did not run for a second counts a few steps. */
const MOST_MS = 3 * STEP_MS;

/** Starts at once; `stop` says how many ms it counted. */
export function startStopwatch(): { readonly stop: () => number } {
  let [last, passed] = [performance.now(), 0];
  const count = (): void => {
    const now = performance.now();
    passed += Math.min(now - last, MOST_MS);
    last = now;
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
