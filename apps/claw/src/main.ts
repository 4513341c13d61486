/** The command line: this process's streams and signals, and its exit code. */
import type { Io } from "./io.ts";
import { makeProgram, runClaw } from "./program.ts";

/** Commands that run a house look after signals and their exit themselves. */
const HOUSE_COMMANDS: ReadonlySet<string> = new Set(["up", "down", "connect", "demo", "bench", "run"]);

const stopping = new AbortController();
const { stdout, stderr, env } = process;

/** Who closed the pipe has what they wanted: `claw get sessions | head -1` is no fault. */
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
stderr.on("error", () => {});

const io: Io = {
  env,
  out: (text) => void stdout.write(text),
  say: (line) => void stderr.write(`${line}\n`),
  hasColour: stdout.isTTY && !env["NO_COLOR"],
  nowMs: () => Date.now(),
  stop: stopping.signal,
};

/** How long a command that was told to stop may take to end by itself; the exit code after it is the shell's for Ctrl-C. */
const GRACE_MS = 250;
const INTERRUPTED = 130;

function stopGently(): void {
  stopping.abort();
  setTimeout(() => process.exit(INTERRUPTED), GRACE_MS).unref();
}

const argv = process.argv.slice(2);
const runsHouse = HOUSE_COMMANDS.has(argv[0] ?? "");
if (!runsHouse)
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stopGently);

/** The house is loaded only for its own commands and for help: a client command in a loop should not wait for it. */
const client = makeProgram(io, () => {});
const isClientCommand = client.commands.some((command) => command.name() === argv[0]);
const { registerHouseCommands } = isClientCommand
  ? { registerHouseCommands: null }
  : await import("./house/commands.ts");
const program = registerHouseCommands === null ? client : makeProgram(io, registerHouseCommands);

const exitCode = await runClaw(program, argv, io);
if (!runsHouse || exitCode !== 0) process.exitCode = exitCode;
