/** Handing this process's terminal to another program. */
import { spawn } from "node:child_process";

/** As shells count an end by a signal. */
const BY_SIGNAL = 128;

/** Runs it until it ends, and gives its exit code; null where there is no such program. What stops us stops it. */
export function handOver(argv: readonly string[], stop: AbortSignal): Promise<number | null> {
  const [program = "", ...args] = argv;
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  const child = spawn(program, args, { stdio: "inherit" });
  const end = (): void => void child.kill("SIGTERM");
  stop.addEventListener("abort", end, { once: true });
  child.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "EACCES") resolve(null);
    else reject(error);
  });
  child.once("exit", (code) => resolve(code ?? BY_SIGNAL));
  return promise.finally(() => stop.removeEventListener("abort", end));
}
