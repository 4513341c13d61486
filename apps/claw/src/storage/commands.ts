/** `claw backup`, `claw restore` and `claw storage`: the files of a data directory on this machine. */
import { resolve } from "node:path";
import { runMain } from "@claw/runtime";
import { type Command, Option } from "commander";
import { Effect } from "effect";
import { fromEnvironment, placeSettings } from "../house/settings.ts";
import { backup, restore } from "./backup.ts";
import { storage } from "./storage.ts";

export function registerStorageCommands(program: Command): void {
  program
    .command("backup")
    .description("copy the log, or a fleet's ledger, while it runs")
    .argument("<folder>", "a new or empty folder")
    .action((folder: string) => runMain(backup(folder)));
  program
    .command("restore")
    .description("put a backup into an empty data directory (CLAW_DATA_DIR)")
    .argument("<folder>", "the folder that `claw backup` made")
    .action((folder: string) => runMain(restore(folder)));
  program
    .command("storage")
    .description("how much room the parts of the data directory take")
    .addOption(
      new Option("-o, --output <format>", "how to write it").choices(["table", "json"]).default("table"),
    )
    .action(({ output }: { readonly output: "table" | "json" }) =>
      runMain(
        Effect.flatMap(fromEnvironment(placeSettings), ({ dataDir }) => storage(resolve(dataDir), output)),
      ),
    );
}
