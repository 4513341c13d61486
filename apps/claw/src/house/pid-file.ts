/**
 * Which process is the house, and where it listens: a file with its pid and when the kernel started it, so that `claw down` never ends another
 * process that got the same number later; and its address, so that a command in the same folder finds it.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Word = z.object({
  pid: z.int().min(1),
  startedAt: z.string().max(64),
  url: z.string().max(4_096),
  /** Where connectors come in, if that is another address: in a fleet. */
  uplinkUrl: z.string().max(4_096).optional(),
});
type Word = z.infer<typeof Word>;
const fileOf = (dataDir: string): string => join(dataDir, "house.pid");

/** When the kernel started a process, in its own clock ticks; null when there is no such process, or the system has no /proc. */
export function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

export function writePidFile(dataDir: string, url: string, uplinkUrl?: string): void {
  const word: Word = {
    pid: process.pid,
    startedAt: startOf(process.pid) ?? "unknown",
    url,
    ...(uplinkUrl !== undefined && { uplinkUrl }),
  };
  writeFileSync(fileOf(dataDir), `${JSON.stringify(word)}\n`, { mode: 0o600 });
}

export const removePidFile = (dataDir: string): void => rmSync(fileOf(dataDir), { force: true });

/** The pid of the house that runs on this data, or null. A file that a killed house left behind is not believed. */
export function runningHouse(dataDir: string): number | null {
  const word = readWord(dataDir);
  if (word === null) return null;
  const { pid, startedAt } = word;
  if (startedAt === "unknown") return isAlive(pid) ? pid : null;
  return startOf(pid) === startedAt ? pid : null;
}

/** Where the house on this data listens, or listened when it was killed; null when it never ran or ended well. */
export const houseAddress = (dataDir: string): string | null => readWord(dataDir)?.url ?? null;

/** Where connectors come in to the house at `url`; null where that is the same address, or another house's. */
export function uplinkAddress(dataDir: string, url: URL): string | null {
  const word = readWord(dataDir);
  return word !== null && URL.parse(word.url)?.href === url.href ? (word.uplinkUrl ?? null) : null;
}

function readWord(dataDir: string): Word | null {
  try {
    return Word.parse(JSON.parse(readFileSync(fileOf(dataDir), "utf8")));
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
