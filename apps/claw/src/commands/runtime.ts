/** `claw runtime`: runtimes that no connector reports, kept in the fleet's registry by hand or by a script (ADR 0014). */
import { Lifecycle, RuntimeWord } from "@claw/events";
import { EXIT } from "@claw/runtime";
import { type Command, Option } from "commander";
import { z } from "zod";
import { get } from "../client/http.ts";
import { idsLike, orLike } from "../client/nearest.ts";
import type { Thing } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed, type Io } from "../io.ts";
import { oneLine } from "../render/terminal.ts";
import { duration, positiveNumber, type Register, type Setting } from "./shape.ts";
import { readSpec, refuseMisshapen } from "./spec-file.ts";
import { submit } from "./submit.ts";

interface Facts {
  readonly file?: string;
  readonly runtime?: string;
  readonly backing?: string;
  readonly status?: string;
  readonly repo?: string;
  readonly branch?: string;
  readonly owner?: string;
  readonly attachUrl?: string;
  readonly vnc?: boolean;
  readonly leaseId?: string;
  readonly leaseFor?: number;
  readonly sandbox?: string;
  readonly host?: string;
  readonly clear?: string;
}

/** What a runtime says; `expired` it becomes by its lease alone. */
const SAID = Lifecycle.options.filter((word) => word !== "expired");

const withFacts = (command: Command): Command =>
  command
    .option("-f, --file <file>", "these fields as JSON, - for standard input; options go before them")
    .addOption(new Option("--runtime <word>", "what it counts as").choices([...RuntimeWord.options]))
    .option("--backing <word>", "what backs it, such as vnc or github-actions")
    .addOption(new Option("--status <status>", "what it says of itself").choices(SAID))
    .option("--repo <owner/name>", "the repository that it works in")
    .option("--branch <name>", "its branch")
    .option("--owner <name>", "whose it is")
    .option("--attach-url <url>", "where to attach: https, ssh or codex+ssh, without userinfo or query")
    .option("--vnc", "it shows a desktop")
    .option("--no-vnc", "it shows none")
    .option("--lease-id <id>", "the lease that it runs under")
    .option("--lease-for <time>", "how long that lease still is, such as 2h; then it is expired", duration)
    .option("--sandbox <id>", "the sandbox whose egress policy is its own")
    .option("--host <id>", "the host that it runs on");

export const registerRuntime: Register = (program, setting) => {
  const group = program
    .command("runtime")
    .description("register runtimes that no connector reports, and say how they are");
  withFacts(
    group
      .command("register")
      .description("add one to the fleet, or begin its life anew where it came to its end")
      .argument("<runtime>", "its id: lower-case letters, digits, _ and -"),
  )
    .addHelpText("after", REGISTER_HELP)
    .action(async (runtimeId: string, flags: Facts) => {
      const command = { ...(await fieldsOf(setting.io, flags)), type: "runtime.register", runtimeId };
      refuseMisshapen(command);
      await submit(setting.target(), command);
      setting.io.say(oneLine(`${runtimeId} is registered: \`claw get runtimes\` shows it`));
    });
  addUpdate(group, setting);
};

interface UpdateFlags extends Facts {
  readonly revision?: number;
}

function addUpdate(group: Command, setting: Setting): void {
  withFacts(
    group
      .command("update")
      .description("change what is said of one; what is left out stays")
      .argument("<runtime>", "its id"),
  )
    .option("--clear <fields>", "say of these fields, with a comma between, that they are not known")
    .option(
      "--revision <n>",
      "refuse if it has changed since this one (default: the newest there is)",
      positiveNumber,
    )
    .addHelpText("after", UPDATE_HELP)
    .action(async (runtimeId: string, flags: UpdateFlags) => {
      const changes = { ...(await fieldsOf(setting.io, flags)), ...cleared(flags) };
      if (Object.keys(changes).length === 0)
        throw new CommandFailed(EXIT.usage, "Nothing is to be changed: say a field, or --clear one.");
      const target = setting.target();
      const revision = flags.revision ?? (await revisionOf(target, runtimeId));
      const command = { type: "runtime.update", runtimeId, revision, changes };
      refuseMisshapen(command);
      await submit(target, command);
      setting.io.say(oneLine(`${runtimeId} is changed: ${Object.keys(changes).join(", ")}`));
    });
}

/** The fields of the file, and before them those of the options. */
async function fieldsOf(io: Io, flags: Facts): Promise<Thing> {
  const { file, clear: _, leaseFor, sandbox, host, runtime, ...same } = flags;
  const own = {
    runtime,
    sandboxId: sandbox,
    hostId: host,
    leaseUntil: leaseFor === undefined ? undefined : io.nowMs() + leaseFor,
    ...namesOnly(same),
  };
  const said = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...(file === undefined ? {} : await readSpec(io, file)), ...Object.fromEntries(said) };
}

/** Options that bear the name of their field. */
const namesOnly = ({ backing, status, repo, branch, owner, attachUrl, vnc, leaseId }: Facts) => ({
  backing,
  status,
  repo,
  branch,
  owner,
  attachUrl,
  vnc,
  leaseId,
});

const cleared = ({ clear = "" }: Facts): Thing =>
  Object.fromEntries(
    clear
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => [name, null]),
  );

/** A change that somebody else makes between this look and the command is refused by the house (`runtime_changed`). */
async function revisionOf(target: Target, runtimeId: string): Promise<number> {
  const ask = () => get(target, `/api/runtimes/${encodeURIComponent(runtimeId)}`);
  const body = await orLike(ask, () => idsLike(target, "runtime", runtimeId));
  const read = z.object({ runtime: z.looseObject({ revision: z.number() }) }).safeParse(body);
  if (read.success) return read.data.runtime.revision;
  throw new CommandFailed(EXIT.fault, "The server's answer is no runtime: is CLAW_URL a Claw Supervisor?");
}

const REGISTER_HELP = `
Examples:
  $ claw runtime register desk-7 --runtime container --backing vnc --status ready --vnc \\
      --attach-url https://desks.example.org/desk-7 --owner ann --lease-for 8h
  $ claw runtime register ci-1234 -f runtime.json
`;

const UPDATE_HELP = `
Examples:
  $ claw runtime update desk-7 --status stopped
  $ claw runtime update desk-7 --lease-for 2h --revision 3
  $ claw runtime update desk-7 --clear branch,owner
`;
