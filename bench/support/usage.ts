/** What processes have used so far. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import type { Part } from "./fleet.ts";

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

interface Used {
  readonly name: string;
  /** CPU time in µs. */
  readonly us: number;
}

type Running = Pick<Part, "name" | "pid">;

/** Starts counting; the function that it answers says what each process has used since, or null where there is no /proc. */
export function cpuOf(parts: readonly Running[]): () => readonly Used[] | null {
  const before = parts.map(({ pid }) => cpuUs(pid()));
  return () => {
    const used = parts.map(({ name, pid }, n) => {
      const [from, to] = [before[n] ?? null, cpuUs(pid())];
      return from === null || to === null ? null : { name, us: to - from };
    });
    return used.every((one) => one !== null) ? used : null;
  };
}

/** `ingest 41, projector 52 µs`. */
export const sharesOf = (used: readonly Used[], unit: string): string =>
  `${used.map(({ name, us }) => `${name} ${us.toPrecision(2)}`).join(", ")} ${unit}`;

/** `load 2.1`: how many processes wanted a core on average over the last minute, the measure's own among them. */
export const loadNow = (): string => `load ${(loadavg()[0] ?? Number.NaN).toFixed(1)}`;

/** Resident bytes of a process at their most since `resetPeak`, or null where the kernel does not say. */
export function peakBytes(pid: number): number | null {
  const path = `/proc/${pid}/status`;
  const kib = existsSync(path) ? /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(path, "utf8"))?.[1] : undefined;
  return kib === undefined ? null : Number(kib) * 1_024;
}

/** From now on the peak is what is resident now (`proc_pid_clear_refs(5)`). */
export function resetPeak(pid: number): void {
  const path = `/proc/${pid}/clear_refs`;
  if (existsSync(path)) writeFileSync(path, "5");
}
