/**
 * How nats-server is started so that it never outlives us: a server that was left behind would hold its port and write its store while the next one
 * starts on it. Where the kernel can end a child with its parent (Linux, `setpriv`), it does; elsewhere a small process of ours watches.
 */
import { accessSync, constants } from "node:fs";
import { fileURLToPath } from "node:url";

export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  /** It has to be given an IPC channel: its end tells the watcher that the parent is gone. */
  readonly isWatched: boolean;
}

const SETPRIV = ["/usr/bin/setpriv", "/bin/setpriv"];
const WATCHER = fileURLToPath(new URL("watch-parent.ts", import.meta.url));

/** SIGKILL, because a hung server ignores SIGTERM (RELIABILITY E12) and loses nothing by a kill: what it acknowledged is synced. */
export function commandLine(binary: string, configFile: string, setpriv = findSetpriv()): CommandLine {
  const server = [binary, "-c", configFile];
  return setpriv === null
    ? { program: process.execPath, args: [WATCHER, ...server], isWatched: true }
    : { program: setpriv, args: ["--pdeathsig", "KILL", ...server], isWatched: false };
}

const findSetpriv = (): string | null =>
  process.platform === "linux" ? (SETPRIV.find((file) => isProgram(file)) ?? null) : null;

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
