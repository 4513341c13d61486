/** Starts and kills the processes of the tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface Child {
  readonly process: ChildProcess;
  /** The lines that it has said, whole ones only. */
  readonly said: () => readonly string[];
  /** Waits until a number of lines were said, or the process ended. */
  readonly until: (count: number) => Promise<void>;
  /** Kills it as a power button would, and waits until it is gone and all that it said was read. */
  readonly kill: () => Promise<void>;
}

/** A process that appends to the log at a path. */
export const startChildLog = (path: string, run: string): Child => startChild("child-log.ts", [path, run]);

/** A script of this folder as a process. Killed at the end of the test if it still lives. */
export function startChild(script: string, args: readonly string[]): Child {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  let text = "";
  const watchers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (const watcher of watchers) watcher();
  });
  const said = (): readonly string[] => text.split("\n").slice(0, -1);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  const until = async (count: number): Promise<void> => {
    const enough = new Promise<void>((resolve) => {
      const look = (): void => {
        if (said().length >= count) resolve();
      };
      watchers.add(look);
      look();
    });
    await Promise.race([enough, ended]);
  };
  onTestFinished(kill);
  return { process: child, said, until, kill };
}
