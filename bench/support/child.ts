import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Runs a script of `bench/children` in a process of its own, to its end. Answers the number that it prints. */
export async function runChild(script: string, args: readonly string[]): Promise<number> {
  const url = new URL(`../children/${script}`, import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [url.pathname, ...args]);
  return Number(stdout.trim());
}
