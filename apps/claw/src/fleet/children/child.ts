/** One child process: started, heard, and ended. */
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import type { Environment } from "@claw/runtime";
import { Effect, type Scope } from "effect";
import { lineOf, splitLines } from "./lines.ts";

export interface ChildSpec {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Asked at each start. */
  readonly env: () => Environment;
  /** It is given an IPC channel: it says when it is ready, and ends when the channel does, because then we are gone. */
  readonly hasChannel: boolean;
  readonly onMessage?: (message: unknown) => void;
  /** Told at each start how to kill what was started. */
  readonly onStart?: (kill: () => void) => void;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How long a child may take to end before it is killed; a service ends itself after 8 s. */
const PATIENCE_MS = 9_000;

/** Runs a child until it ends. Interrupted, it ends the child first: SIGTERM, and after 9 s SIGKILL. */
export const runChild = (spec: ChildSpec, tell: (line: string) => void): Effect.Effect<Ended> =>
  Effect.scoped(Effect.flatMap(started(spec, tell), (child) => Effect.promise(() => endOf(child))));

const started = (
  spec: ChildSpec,
  tell: (line: string) => void,
): Effect.Effect<ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => start(spec, tell)),
    (child) => Effect.promise(() => endChild(child)),
  );

function start(
  { name, program, args, env, hasChannel, onMessage, onStart }: ChildSpec,
  tell: (line: string) => void,
): ChildProcess {
  // A group of its own, so that Ctrl-C reaches us alone and the children end in our order.
  const stdio: StdioOptions = hasChannel ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"];
  const child = spawn(program, args, { env: env(), stdio, detached: true });
  for (const stream of [child.stdout, child.stderr]) {
    let kept = "";
    stream?.setEncoding("utf8").on("data", (piece: string) => {
      const split = splitLines(kept, piece);
      kept = split.kept;
      for (const line of split.lines) tell(lineOf(name, line));
    });
  }
  if (onMessage !== undefined) child.on("message", onMessage);
  child.on("error", ({ message }) => tell(lineOf(name, message)));
  onStart?.(() => void child.kill("SIGKILL"));
  return child;
}

/** `exit`, because `close` waits for everybody who inherited its streams; a program that could not be started has neither. */
const endOf = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve) => {
    if (hasEnded(child)) return resolve({ code: child.exitCode, signal: child.signalCode });
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });

async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  child.kill("SIGTERM");
  await endOf(child);
  clearTimeout(late);
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
