/** `claw halt` and `claw resume`: the kill switches. Setting one stops every write in its scope at once; reading goes on. */
import { EXIT } from "@claw/runtime";
import { Argument } from "commander";
import { nobodyKnows } from "../client/unknown-scope.ts";
import { CommandFailed } from "../io.ts";
import type { Register } from "./shape.ts";
import { submit } from "./submit.ts";

const SCOPES = ["session", "root", "group", "host"] as const;

interface Flags {
  readonly all?: boolean;
  readonly reason: string;
}

interface Scope {
  readonly scope: string;
  /** Null for the whole house. */
  readonly id: string | null;
}

export const registerHalt: Register = (program, setting) => {
  const add = (name: string, state: "halted" | "running", description: string, after: string): void => {
    program
      .command(name)
      .description(description)
      .addArgument(new Argument("[scope]", "what it is for").choices(SCOPES))
      .argument("[id]", "its id; a root is a command's id, or turn:<session>/<turn>")
      .option("--all", "the whole house")
      .requiredOption("--reason <text>", "why")
      .addHelpText("after", after)
      .action(async (scope: string | undefined, id: string | undefined, flags: Flags) => {
        const where = scopeOf(scope, id, flags);
        const target = setting.target();
        const { facts } = await submit(target, { type: "switch.set", ...where, state, reason: flags.reason });
        setting.io.say(DONE[state](where));
        if (facts?.["known"] === 0) setting.io.say(await nobodyKnows(target, where));
      });
  };
  add("halt", "halted", "stop all writes to a session, root, group, host, or the whole house", HALT_HELP);
  add("resume", "running", "take a halt back", RESUME_HELP);
};

/** Refuses what is neither one thing nor all of them: a switch is not guessed. */
function scopeOf(scope: string | undefined, id: string | undefined, { all }: Flags): Scope {
  if (all === true && scope === undefined) return { scope: "global", id: null };
  if (all !== true && scope !== undefined && id !== undefined) return { scope, id };
  throw new CommandFailed(
    EXIT.usage,
    `Say what: ${SCOPES.join(", ")} with its id, or --all and nothing else.`,
  );
}

const nameOf = ({ scope, id }: Scope): string => (id === null ? "the whole house" : `${scope} ${id}`);
const argumentsOf = ({ scope, id }: Scope): string => (id === null ? "--all" : `${scope} ${id}`);

const DONE: Readonly<Record<"halted" | "running", (where: Scope) => string>> = {
  halted: (where) =>
    `${nameOf(where)} is halted: nothing more is written there. \`claw resume ${argumentsOf(where)} --reason …\` takes it back; a turn that runs already is ended by \`claw interrupt\`.`,
  running: (where) => `${nameOf(where)} is no longer halted; \`claw policy show\` lists other halts`,
};

const HALT_HELP = `
Examples:
  $ claw halt session 0199c0de-0000-7000-8000-000000000001 --reason "edits the wrong branch"
  $ claw halt root turn:0199c0de-0000-7000-8000-000000000001/0199c0de-0000-7000-8000-0000000000aa \\
      --reason "sessions talk in circles"
  $ claw halt --all --reason "the model provider is down"
`;

const RESUME_HELP = `
Examples:
  $ claw resume host build-1 --reason "the disk is replaced"
  $ claw resume --all --reason "all clear"
`;
