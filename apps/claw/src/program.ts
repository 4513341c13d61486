/** The `claw` command: its parts put together, and what becomes of errors. Nothing here runs at import. */
import { EXIT, VERSION } from "@claw/runtime";
import { Command, CommanderError } from "commander";
import { registerApprove, registerDeny } from "./commands/approve.ts";
import { registerAttach } from "./commands/attach.ts";
import { registerAttention } from "./commands/attention.ts";
import { registerCompletion } from "./commands/completion.ts";
import { registerConfig } from "./commands/config.ts";
import { registerDescribe } from "./commands/describe.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerEgress } from "./commands/egress.ts";
import { registerArchive } from "./commands/archive.ts";
import { registerGet, registerLists } from "./commands/get.ts";
import { registerHalt } from "./commands/halt.ts";
import { registerHost } from "./commands/host.ts";
import { registerLease } from "./commands/lease.ts";
import { registerLedger, registerLog } from "./commands/log.ts";
import { registerLogin } from "./commands/login.ts";
import { registerMcp } from "./commands/mcp.ts";
import { registerPolicy } from "./commands/policy.ts";
import { registerQuarantine } from "./commands/quarantine.ts";
import { registerRuntime } from "./commands/runtime.ts";
import { registerInterrupt, registerSend } from "./commands/send.ts";
import { type Register, settingOf } from "./commands/shape.ts";
import { registerOwner, registerShare } from "./commands/share.ts";
import { registerFork, registerSpawn } from "./commands/spawn.ts";
import { registerStop } from "./commands/stop.ts";
import { registerToken } from "./commands/token.ts";
import { registerTranscript } from "./commands/transcript.ts";
import { registerWatch } from "./commands/watch.ts";
import { registerWhoAmI } from "./commands/whoami.ts";
import { CommandFailed, type ExitCode, type Io } from "./io.ts";

/** The commands that talk to a house, as the help groups them. */
const CLIENT_COMMANDS: readonly (readonly [heading: string, registers: readonly Register[]])[] = [
  [
    "Read:",
    [registerGet, registerLists, registerDescribe, registerTranscript, registerArchive, registerWatch],
  ],
  ["Act:", [registerSend, registerInterrupt, registerSpawn, registerFork, registerStop, registerLease]],
  ["Attend:", [registerAttach, registerApprove, registerDeny, registerAttention]],
  ["Register and share:", [registerRuntime, registerEgress, registerOwner, registerShare]],
  ["Rules:", [registerHalt, registerPolicy]],
  ["Keep the house:", [registerToken, registerHost, registerQuarantine, registerLedger, registerLog]],
  [
    "This machine:",
    [registerLogin, registerWhoAmI, registerMcp, registerDoctor, registerConfig, registerCompletion],
  ],
];

const HELP = `
Where and who: CLAW_URL, CLAW_TOKEN_FILE or CLAW_TOKEN. In the folder where claw up runs, its address and
its admin token are found by themselves, elsewhere with CLAW_DATA_DIR. Default: http://127.0.0.1:7420.

Exit codes: 0 ok, 1 fault, 2 usage, 3 not found, 4 refused, 5 conflict or lease, 6 outcome unknown in time,
7 unreachable.

Examples:
  $ claw get fleet
  $ claw get attention
  $ claw watch approvals
  $ claw transcript <session> -f
  $ claw send <session> "run the tests again"
  $ claw spawn /srv/app "make the tests pass"
  $ claw attach <session>
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
  program.commandsGroup("Run:");
  registerHouse(program);
  const setting = settingOf(io);
  for (const [heading, registers] of CLIENT_COMMANDS) {
    program.commandsGroup(heading);
    for (const register of registers) register(program, setting);
  }
  // Handed down as well: below a group it has to stand among that group's own commands.
  program.commandsGroup("Commands:");
  return inherit(program.helpCommand(true));
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
