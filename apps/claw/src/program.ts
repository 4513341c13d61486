/** The `claw` command: its parts put together, and what becomes of errors. Nothing here runs at import. */
import { EXIT } from "@claw/runtime";
import { Command, CommanderError } from "commander";
import { registerConfig } from "./commands/config.ts";
import { registerDescribe } from "./commands/describe.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerGet } from "./commands/get.ts";
import { registerHost } from "./commands/host.ts";
import { registerQuarantine } from "./commands/quarantine.ts";
import { settingOf } from "./commands/shape.ts";
import { registerToken } from "./commands/token.ts";
import { registerTranscript } from "./commands/transcript.ts";
import { registerWatch } from "./commands/watch.ts";
import { CommandFailed, type ExitCode, type Io } from "./io.ts";

/** As in every package of this repository. */
const VERSION = "0.1.0";

const CLIENT_COMMANDS = [
  registerGet,
  registerDescribe,
  registerTranscript,
  registerWatch,
  registerToken,
  registerHost,
  registerQuarantine,
  registerDoctor,
  registerConfig,
];

const HELP = `
Where and who: CLAW_URL, CLAW_TOKEN_FILE or CLAW_TOKEN. In the folder where claw up runs, its address and
its admin token are found by themselves, elsewhere with CLAW_DATA_DIR. Default: http://127.0.0.1:7420.

Exit codes: 0 ok, 1 fault, 2 usage, 3 not found, 4 refused, 5 conflict, 6 outcome unknown, 7 unreachable.

Examples:
  $ claw get sessions
  $ claw watch approvals
  $ claw transcript <session> -f
  $ claw doctor
`;

/** The program. `registerHouse` adds the commands that run a house in this process. */
export function makeProgram(io: Io, registerHouse: (program: Command) => void): Command {
  const program = new Command("claw")
    .description("An event-sourced supervisor for fleets of Codex sessions")
    .version(VERSION)
    .addHelpText("after", HELP)
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: (text) => io.say(text.trimEnd()) });
  registerHouse(program);
  const setting = settingOf(io);
  for (const register of CLIENT_COMMANDS) register(program, setting);
  return inherit(program);
}

/** Commander hands these down to commands made with `.command()` only at the time they are made. */
function inherit(program: Command): Command {
  for (const command of program.commands) inherit(command.copyInheritedSettings(program));
  return program;
}

/** Runs one command line, without the program's own name, to its exit code. */
export async function runClaw(program: Command, argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (io.stop.aborted) return EXIT.ok;
    if (!(error instanceof CommandFailed)) throw error;
    io.say(error.message);
    return error.exitCode;
  }
}
