/** The command line: this process's streams and signals, and its exit code. */
import { onStopSignals } from "@claw/runtime";
import { handOver } from "./hand-over.ts";
import { HOUSE_COMMANDS } from "./house-names.ts";
import type { Io } from "./io.ts";
import { makeProgram, runClaw } from "./program.ts";

/** They look after signals and their exit themselves. */
const houseCommands: ReadonlySet<string> = new Set(HOUSE_COMMANDS);

const stopping = new AbortController();
const { stdout, stderr, env } = process;
/** How long a command that was told to stop may take to end by itself; the exit code after it is the shell's for Ctrl-C. */
let graceMs = 250;
const INTERRUPTED = 130;

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
  input: () => process.stdin,
  ...(stderr.isTTY && { progress: (line: string) => void stderr.write(`\r\u001b[K${line}`) }),
  nowMs: () => Date.now(),
  stop: stopping.signal,
  run: (argv) => handOver(argv, stopping.signal),
  endWithin: (ms) => {
    graceMs = ms;
  },
};

function stopGently(): void {
  stopping.abort();
  setTimeout(() => process.exit(INTERRUPTED), graceMs).unref();
}

const argv = process.argv.slice(2);
const runsHouse = houseCommands.has(argv[0] ?? "");
if (!runsHouse) onStopSignals(stopGently, () => process.exit(INTERRUPTED));

/** The house is loaded only for its own commands and for help: a client command in a loop should not wait for it. */
const client = makeProgram(io, () => {});
const isClientCommand = client.commands.some((command) =>
  [command.name(), ...command.aliases()].includes(argv[0] ?? ""),
);
const { registerHouseCommands } = isClientCommand
  ? { registerHouseCommands: null }
  : await import("./house/commands.ts");
const program = registerHouseCommands === null ? client : makeProgram(io, registerHouseCommands);

const exitCode = await runClaw(program, argv, io);
if (!runsHouse || exitCode !== 0) process.exitCode = exitCode;
