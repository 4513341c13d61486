/** The commands that run a house or a fleet, or a part of one, in this process, or that look after its files. */
import { runMain } from "@claw/runtime";
import type { Command } from "commander";
import { registerFleetCommands } from "../fleet/commands.ts";
import { registerStorageCommands } from "../storage/commands.ts";
import { bench } from "./bench.ts";
import { connect, type ConnectFlags } from "./connect.ts";
import { down } from "./down.ts";
import { up } from "./up.ts";

export function registerHouseCommands(program: Command): void {
  program
    .command("up")
    .description("run the house on this machine: log, views, API, and this machine's connector")
    .option("--no-connector", "watch no Codex on this machine; other hosts may join")
    .action(({ connector }: { readonly connector: boolean }) => runMain(up({ connector })));

  program
    .command("down")
    .description("stop what `claw up` or `claw fleet` started, the app-server included")
    .action(() => runMain(down()));

  registerFleetCommands(program);
  registerStorageCommands(program);

  program
    .command("connect")
    .description("watch this machine's Codex for a house elsewhere")
    .option("--url <url>", "the house (default: CLAW_URL)")
    .option("--host <id>", "this machine's id, as it was added (default: CLAW_HOST_ID, else its name)")
    .option("--token-file <file>", "the host's token, - for standard input (default: CLAW_TOKEN_FILE)")
    .option("--ca-file <file>", "trust this certificate, or those that it signed, and no other (https)")
    .action((flags: ConnectFlags) => runMain(connect(flags)));

  program
    .command("demo")
    .description("real Codex sessions at work with a scripted model: no account, nothing to set up")
    .action(async () => {
      const { demo } = await import("./demo/demo.ts");
      runMain(demo());
    });

  program
    .command("bench")
    .description("measure the house on this machine and print a table (--quick, --only <name>)")
    .allowUnknownOption()
    .argument("[flags...]", "passed on to the measures")
    .action((flags: readonly string[]) => runMain(bench(flags)));
}
