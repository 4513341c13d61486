/** Being told to stop. */

/**
 * One Ctrl-C or `timeout` may reach a process more than once: by its process group, and from whoever started it and hands signals on
 * (`scripts/ensure-node.mjs`). What comes this soon after the first is the same one.
 */
const ECHO_MS = 300;

/** Calls `first` at the first SIGINT, SIGTERM or SIGHUP, and `again` at each that is not its echo. */
export function onStopSignals(first: () => void, again: () => void): void {
  let firstMono: number | null = null;
  const heard = (): void => {
    const mono = performance.now();
    if (firstMono !== null) return mono - firstMono > ECHO_MS ? again() : undefined;
    firstMono = mono;
    first();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, heard);
}
