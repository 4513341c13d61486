/** What a process has used so far. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** The kernel's tick in /proc, in µs: 100 a second on every Linux that Node runs on. */
const TICK_US = 10_000;

/** CPU time of a process and its threads in µs, or null where there is no /proc. Unlike time, it hardly depends on who else uses the machine. */
export function cpuUs(pid: number): number | null {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return null;
  // The second field is the name in parentheses; user and system time are the 14th and 15th.
  const fields = readFileSync(path, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Resident bytes of a process, as `ps` counts them. */
export const residentBytes = (pid: number): number =>
  Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1_024;
