/** `claw policy`: the rules that the house lives by, why it said no, and what other limits would have meant. */
import { limitNames } from "@claw/events";
import { type Command, InvalidArgumentError } from "commander";
import { nearestOf, orLike } from "../client/nearest.ts";
import type { Thing } from "../client/pages.ts";
import { readCommand, readRules } from "../client/rules.ts";
import { explanation } from "../render/command.ts";
import { commands, grantRows, limitRows, mutedRows, rulingRows, switchRows } from "../render/looks.ts";
import { type Format, type Look, writeList, writeOne } from "../render/output.ts";
import { addApprovals, addGrant } from "./policy-rights.ts";
import { addPolicyTest } from "./policy-test.ts";
import { outputOption, type Register, type Setting } from "./shape.ts";
import { submit } from "./submit.ts";

interface Output {
  readonly output: Format;
}

export const registerPolicy: Register = (program, setting) => {
  const group = program
    .command("policy")
    .description(
      "the house's rules: limits, what sessions may do, how questions are answered, and why it said no",
    );
  const { io, target } = setting;
  group
    .command("show")
    .description(
      "every limit with its default, what is halted, who is muted, what sessions may do, and how questions are answered",
    )
    .addOption(outputOption())
    .action(({ output }: Output) => show(setting, output));
  addSet(group, setting);
  addGrant(group, setting);
  addApprovals(group, setting);
  group
    .command("explain")
    .description("why a command was decided as it was: the rule, the value that was seen, and the way out")
    .argument("<command>", "the command's id")
    .addOption(outputOption())
    .action(async (commandId: string, { output }: Output) => {
      const command = await readCommand(target(), commandId);
      if (output === "table" || output === "wide") io.out(explanation(command, io.nowMs()));
      else writeOne(io, commands, command, output);
    });
  addPolicyTest(group, setting);
};

/** One thing for programs; for people five tables. `-o name` writes the limits' names. */
async function show({ io, target }: Setting, output: Format): Promise<void> {
  const rules = await readRules(target());
  if (output === "json" || output === "yaml" || output === "jsonl")
    return writeOne(io, limitRows, rules, output);
  const write = (look: Look, things: readonly Thing[]): Promise<void> =>
    writeList(io, look, each(things), output);
  await write(limitRows, rules.limits);
  if (output === "name") return;
  for (const [look, things] of [
    [switchRows, rules.switches],
    [mutedRows, rules.muted],
    [grantRows, rules.grants ?? []],
    [rulingRows, rules.approvals ?? []],
  ] as const) {
    if (things.length > 0) io.out("\n");
    await write(look, things);
  }
}

async function* each(things: readonly Thing[]): AsyncGenerator<Thing> {
  yield* things;
}

function addSet(group: Command, { io, target }: Setting): void {
  group
    .command("set")
    .description("change a limit, or take it back to its default")
    .argument("<limit>", "its name, as `claw policy show` lists it")
    .argument("<value>", "a whole number in the limit's unit, or default", limitValue)
    .requiredOption("--reason <text>", "why")
    .addHelpText("after", SET_HELP)
    .action(async (limit: string, value: number | null, { reason }: { readonly reason: string }) => {
      const set = () => submit(target(), { type: "policy.set", limit, value, reason });
      await orLike(set, () => nearestOf(limit, limitNames));
      io.say(value === null ? `${limit} is at its default again` : `${limit} is ${value} now`);
    });
}

/** Null for the default. */
export function limitValue(text: string): number | null {
  if (text === "default") return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It takes a whole number, or default.");
}

const SET_HELP = `
Try it on the past first: \`claw policy test --set <limit>=<value>\`.

Examples:
  $ claw policy set pair_rate 2 --reason "two sessions talk too much"
  $ claw policy set pair_rate default --reason "they learnt"
`;
