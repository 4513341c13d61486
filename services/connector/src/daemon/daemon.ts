/**
 * Makes sure that the default endpoint has an app-server: uses the one that answers, else the one we started before, else starts one (S1-021).
 *
 * It listens where a plain `codex` looks for a server, so people attach to it without knowing (S1-115). It is detached: it and the people's work in
 * it outlive the connector, and only `stopOwnAppServer` ends it.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import type { Diagnostics } from "@claw/runtime";
import { Effect } from "effect";
import { findCodex } from "./codex-binary.ts";
import { forgetOwn, ownProcess, remember } from "./own-process.ts";

export interface DaemonOptions {
  /** The connector's own directory. */
  readonly dataDir: string;
  /** Where a plain `codex` looks. */
  readonly socketPath: string;
  readonly codex: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly diagnostics: Diagnostics;
}

export interface Daemon {
  /** Starts a server if none answers. Never fails: without a codex it says what to do, and the watch waits for a socket to appear. */
  readonly ensure: Effect.Effect<void>;
  /** Whether the server that runs was started by us. */
  readonly isOurs: () => boolean;
}

const ANSWER_MS = 2_000;
const BOOT_MS = 15_000;

export function makeDaemon(options: DaemonOptions): Daemon {
  let said = "";
  // Also a success is said at the level that everybody sees: a process stays behind.
  const say = (sentence: string): void => {
    if (sentence !== said) options.diagnostics.warn({ part: "app-server" }, sentence);
    said = sentence;
  };
  return { ensure: ensure(options, say), isOurs: () => ownProcess(options.dataDir) !== null };
}

const ensure = Effect.fnUntraced(function* (options: DaemonOptions, say: (sentence: string) => void) {
  if (yield* answers(options.socketPath)) return;
  if (ownProcess(options.dataDir) === null) {
    const program = findCodex(options.codex, options.env);
    const problem = program === null ? NO_CODEX : yield* start(options, program);
    if (problem !== null) return say(problem);
    say(
      "No app-server was running, so one was started; it keeps running when the supervisor stops. `claw down` ends it.",
    );
  }
  yield* Effect.sleep("50 millis").pipe(
    Effect.andThen(answers(options.socketPath)),
    Effect.repeat({ until: (isUp: boolean) => isUp }),
    Effect.timeoutOption(BOOT_MS),
  );
});

const NO_CODEX =
  "No codex was found: install it with `npm install -g @openai/codex`, or set CLAW_CODEX to its path. Until then only servers that others start are watched.";

/** Null, or one sentence about what went wrong. */
const start = (options: DaemonOptions, program: string): Effect.Effect<string | null> =>
  Effect.callback<string | null>((resume) => {
    try {
      mkdirSync(dirname(options.socketPath), { recursive: true, mode: 0o700 });
      const log = openSync(join(options.dataDir, "app-server.log"), "a", 0o600);
      const child = spawn(program, ["app-server", "--listen", "unix://"], {
        detached: true,
        stdio: ["ignore", log, log],
        env: options.env,
        cwd: options.env["HOME"] ?? "/",
      });
      closeSync(log);
      child.once("error", () => resume(Effect.succeed(cannotStart(program))));
      child.once("spawn", () => {
        if (child.pid !== undefined) remember(options.dataDir, child.pid);
        child.unref();
        resume(Effect.succeed(null));
      });
    } catch {
      resume(Effect.succeed(cannotStart(program)));
    }
  });

const cannotStart = (program: string): string =>
  `The app-server could not be started from ${program}: check that it is a codex program, or set CLAW_CODEX.`;

/** Whether somebody accepts connections there. A link is followed first, because a socket's address must be short. */
const answers = (path: string): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const socket = connect({ path: realPath(path) });
    const finish = (isUp: boolean) => {
      socket.destroy();
      resume(Effect.succeed(isUp));
    };
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
    return Effect.sync(() => socket.destroy());
  }).pipe(Effect.timeoutOrElse({ duration: ANSWER_MS, orElse: () => Effect.succeed(false) }));

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

const DRAIN_MS = 8_000;

/**
 * Ends the app-server that we started, and no other process: first as it wants, which lets turns end, then at once. Its pid, or null.
 */
export const stopOwn = Effect.fnUntraced(function* (dataDir: string) {
  const own = ownProcess(dataDir);
  if (own === null) {
    forgetOwn(dataDir);
    return null;
  }
  // The second signal ends a server that still drains; the third, one that does not listen.
  for (const signal of ["SIGTERM", "SIGTERM", "SIGKILL"] as const) {
    if (ownProcess(dataDir) === null) break;
    send(own.pid, signal);
    yield* Effect.sleep("50 millis").pipe(
      Effect.repeat({ until: () => ownProcess(dataDir) === null }),
      Effect.timeoutOption(DRAIN_MS),
    );
  }
  forgetOwn(dataDir);
  return own.pid;
});

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in this very moment.
  }
}
