/** Processes of the product as a person would start them: through its own entry point, with an environment of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../apps/claw/bin/claw.mjs", import.meta.url));

export interface ClawProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** All of stdout and stderr so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<number | null>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

const dieInside = fileURLToPath(new URL("./die-inside.mjs", import.meta.url));

/** Starts `claw …`. Only PATH and what is given is in its environment. With `DIE_INSIDE` it kills itself in a transaction (see die-inside.mjs). */
export function startClaw(args: readonly string[], env: Readonly<Record<string, string>>): ClawProcess {
  const preload = env["DIE_INSIDE"] === undefined ? [] : ["--import", dieInside];
  const child = spawn(process.execPath, [...preload, main, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const heard = { stdout: "", stderr: "" };
  child.stdout
    .setEncoding("utf8")
    .on("data", (chunk: string) => (heard.stdout = (heard.stdout + chunk).slice(-400_000)));
  child.stderr
    .setEncoding("utf8")
    .on("data", (chunk: string) => (heard.stderr = (heard.stderr + chunk).slice(-400_000)));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => heard.stdout,
    stderr: () => heard.stderr,
    exited,
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
    },
  };
}

/** Runs `claw …` to its end. */
export async function runClaw(args: readonly string[], env: Readonly<Record<string, string>>) {
  const claw = startClaw(args, env);
  const code = await claw.exited;
  return { code, stdout: claw.stdout(), stderr: claw.stderr() };
}
