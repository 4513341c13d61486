import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readlinkSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { StdioTarget, Target } from "@claw/codex-rpc";
import { codexBinaryPath } from "./codex-binary.ts";
import type { CodexHome } from "./codex-home.ts";
import { endProcess } from "./end-process.ts";

/** A real `codex app-server`. */
export interface CodexServer {
  readonly target: Target;
  readonly pid: number;
  /** Completes when the process is gone, however it ended. */
  readonly exited: Promise<void>;
  /** Ends it by its process id. `SIGKILL` is a crash: its socket file stays behind. */
  readonly stop: (signal?: "SIGTERM" | "SIGKILL") => Promise<void>;
}

export interface CodexServerOptions {
  readonly home: CodexHome;
  /** `unix` listens beside the home's files, at `socketPath` if given. `websocket` asks for `bearer`, if given. */
  readonly listen: "unix" | "websocket";
  readonly socketPath?: string;
  readonly bearer?: string;
  readonly cwd?: string;
}

const bootMs = 15_000;

/** Starts the server and resolves when it accepts connections. */
export async function startCodexServer(options: CodexServerOptions): Promise<CodexServer> {
  const { home } = options;
  const path = options.socketPath ?? join(home.path, "codex.sock");
  const child = spawn(codexBinaryPath(), ["app-server", ...listenArgs(options, path)], {
    env: home.env,
    cwd: options.cwd ?? home.path,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  try {
    const target =
      options.listen === "unix" ? await socketReady(child, path) : await portReady(child, options);
    const stop = async (signal?: "SIGTERM" | "SIGKILL") => {
      const leftovers = options.listen === "unix" ? daemonFiles(path) : [];
      await endProcess(child, signal);
      for (const file of leftovers) rmSync(file, { force: true });
    };
    return { target, pid: child.pid ?? 0, exited, stop };
  } catch (error) {
    await endProcess(child, "SIGKILL");
    throw error;
  }
}

/** A real app-server that its client starts and ends, over stdin and stdout. */
export function codexStdioTarget(home: CodexHome): StdioTarget {
  return { kind: "stdio", command: codexBinaryPath(), args: ["app-server"], env: home.env, cwd: home.path };
}

function listenArgs({ listen, bearer }: CodexServerOptions, path: string): readonly string[] {
  if (listen === "unix") return ["--listen", `unix://${path}`];
  const auth =
    bearer === undefined ? [] : ["--ws-auth", "capability-token", "--ws-token-sha256", sha256(bearer)];
  return ["--listen", "ws://127.0.0.1:0", ...auth];
}

async function socketReady(child: ChildProcess, path: string): Promise<Target> {
  child.stderr?.resume();
  for (const deadline = Date.now() + bootMs; !(await accepts(path)); await delay(10)) {
    if (child.exitCode !== null) throw new Error(`codex app-server ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error("codex app-server did not open its socket in time");
  }
  return { kind: "unix", path };
}

function accepts(path: string): Promise<boolean> {
  if (!existsSync(path)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ path: resolveLink(path) });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** The chosen port is told nowhere but on stderr. */
function portReady(child: ChildProcess, { bearer }: CodexServerOptions): Promise<Target> {
  return new Promise((resolve, reject) => {
    let heard = "";
    const late = setTimeout(() => reject(new Error("codex app-server named no port in time")), bootMs);
    child.once("exit", (code) => reject(new Error(`codex app-server ended with ${code}`)));
    child.stderr?.on("data", (chunk: Buffer) => {
      heard = (heard + chunk.toString("utf8")).slice(-8_192);
      const [url] = /ws:\/\/127\.0\.0\.1:\d+/.exec(heard) ?? [];
      if (url === undefined) return;
      clearTimeout(late);
      resolve({ kind: "websocket", url, ...(bearer !== undefined && { bearer: () => bearer }) });
    });
  });
}

/** The path is a link into a directory that outlives the server, lock file included. */
function daemonFiles(path: string): readonly string[] {
  const real = resolveLink(path);
  return real === path ? [] : [real, `${real}.lock`];
}

function resolveLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return path;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
