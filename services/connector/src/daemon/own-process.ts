/**
 * The app-server that we started, remembered across our own lives: its pid and the moment it began, because a pid alone may belong to a stranger by
 * now.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@claw/events";
import { z } from "zod";

export const OwnProcess = z.object({ pid: z.int().min(2), startedAt: z.string().min(1).max(64) });
export type OwnProcess = z.infer<typeof OwnProcess>;

const fileIn = (dataDir: string): string => join(dataDir, "app-server.json");

export function remember(dataDir: string, pid: number): void {
  const startedAt = startOf(pid);
  if (startedAt === null) return;
  const path = fileIn(dataDir);
  writeFileSync(`${path}.new`, JSON.stringify({ pid, startedAt } satisfies OwnProcess), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export const forgetOwn = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

/** The process that we started, if that very one still lives. */
export function ownProcess(dataDir: string): OwnProcess | null {
  const read = parseJson(readOr(fileIn(dataDir), ""));
  const own = read.ok ? OwnProcess.safeParse(read.value).data : undefined;
  return own !== undefined && startOf(own.pid) === own.startedAt ? own : null;
}

const STAT_START = 19;

/** When a process began: kernel ticks since boot on Linux, a date elsewhere; null when it is gone, or only a zombie. */
function startOf(pid: number): string | null {
  if (process.platform !== "linux") {
    const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      timeout: 5_000,
    });
    return stdout.trim() || null;
  }
  const stat = readOr(`/proc/${pid}/stat`, "");
  // The command stands in parentheses and may hold anything; the fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? null : (fields[STAT_START] ?? null);
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return fallback;
  }
}
