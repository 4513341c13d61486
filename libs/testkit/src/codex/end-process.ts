import type { ChildProcess } from "node:child_process";

const graceMs = 3_000;

/** Ends one child by its process id: SIGTERM, then SIGKILL after three seconds. Resolves when it is gone. */
export function endProcess(child: ChildProcess, signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const lastWord = setTimeout(() => child.kill("SIGKILL"), graceMs);
    child.once("exit", () => {
      clearTimeout(lastWord);
      resolve();
    });
    child.kill(signal);
  });
}
