/** The commands of a fleet: all of it on this machine, one service of it, and the keys and configuration of its server. */
import { runMain } from "@claw/runtime";
import { Argument, type Command } from "commander";
import { fleet } from "./fleet.ts";
import { natsConfig, natsKeys } from "./nats-commands.ts";
import { runService } from "./run/commands.ts";
import { FLEET_SERVICES, type FleetService } from "./services.ts";

export function registerFleetCommands(program: Command): void {
  program
    .command("fleet")
    .description(
      "run a whole fleet on this machine: a nats-server, every service a process, and this machine's connector",
    )
    .option("--no-connector", "watch no Codex on this machine; other hosts may join")
    .action((flags: { readonly connector: boolean }) => runMain(fleet(flags)));

  program
    .command("run")
    .description("run one service of a fleet; CLAW_LOG_URL says where the log is")
    .addArgument(new Argument("<service>", "which one").choices(FLEET_SERVICES))
    .action((service: FleetService) => runMain(runService(service)));

  const nats = program.command("nats").description("keys and configuration of a fleet's nats-server");
  nats
    .command("keys")
    .description("make the services' keys that are missing; shows public keys only")
    .argument("<dir>", "the folder of the keys, such as .claw/keys")
    .action((dir: string) => runMain(natsKeys(dir)));
  nats
    .command("config")
    .description("write the server's accounts.conf, with the public keys of a folder, to stdout")
    .argument("<dir>", "the folder of the keys")
    .action((dir: string) => runMain(natsConfig(dir)));
}
