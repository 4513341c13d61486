/** `claw policy test`: what a command would be answered, and what other limits would have done to the commands of the past. */
import { isLimitName, type LimitName, limitNames, limits as kinds, QuestionKind } from "@claw/events";
import { backTest as tryOn, memoryMs } from "@claw/policy/backtest";
import { EXIT } from "@claw/runtime";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readPast } from "../backtest/read.ts";
import { type Limits, reportOf, type TriedLimit } from "../backtest/report.ts";
import type { Thing } from "../client/pages.ts";
import { readRules } from "../client/rules.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed } from "../io.ts";
import { at } from "../render/columns.ts";
import { commands, tried } from "../render/looks.ts";
import { type Format, writeList, writeOne } from "../render/output.ts";
import { ruledSentence } from "../render/ruled.ts";
import { whileWaiting } from "../render/spinner.ts";
import { act } from "./act.ts";
import { sendCommand, textOf } from "./send.ts";
import { duration, outputOption, type Setting } from "./shape.ts";

const DAY_MS = 86_400_000;

type Change = readonly [LimitName, number | null];
interface Flags {
  readonly set: readonly Change[];
  readonly since: number;
  readonly output: Format;
}

export function addPolicyTest(group: Command, setting: Setting): void {
  const test = group
    .command("test")
    .description("a dry run (test send …, test approval …), or other limits tried on past commands (--set)")
    .addOption(
      new Option("--set <limit=value>", "try this limit; may be given several times")
        .argParser(change)
        .default([], "none"),
    )
    .addOption(
      new Option("--since <time>", "how far back, such as 24h or 7d")
        .argParser(duration)
        .default(DAY_MS, "24h"),
    )
    .addOption(outputOption())
    .addHelpText("after", TEST_HELP)
    .action((flags: Flags) => backTest(setting, flags));
  test
    .command("send")
    .description("say what would be decided about a send, without doing it; the exit code is the decision's")
    .argument("<session>", "the session's id")
    .argument("<text...>", "what to say; - reads it from standard input")
    .option("--turn <id>", "the turn that has to be the active one")
    .addOption(outputOption())
    .action(async (session: string, words: readonly string[], flags: SendFlags, command: Command) => {
      const { turn, output, set } = { ...flags, ...command.optsWithGlobals<SendFlags & Flags>() };
      if (set.length > 0) throw new CommandFailed(EXIT.usage, NO_LIMITS);
      const asked = await sendCommand(setting.io, session, words, turn === undefined ? {} : { turn });
      await act(setting, asked, { output, wait: "decision", dryRun: true });
    });
  addTestApproval(test, setting);
}

interface ApprovalFlags {
  readonly kind: string;
  readonly output: Format;
}

function addTestApproval(test: Command, setting: Setting): void {
  test
    .command("approval")
    .description(
      "say what the house would answer to a question of Codex in a turn of ours, and by which rule",
    )
    .argument("<session>", "the session's id")
    .argument("<subject...>", "what would be asked, such as a command line; - reads it from standard input")
    .addOption(
      new Option("--kind <kind>", "the kind of question").choices(QuestionKind.options).default("command"),
    )
    .addOption(outputOption())
    .action(async (session: string, words: readonly string[], flags: ApprovalFlags, command: Command) => {
      const { kind, output, set } = { ...flags, ...command.optsWithGlobals<ApprovalFlags & Flags>() };
      if (set.length > 0) throw new CommandFailed(EXIT.usage, NO_LIMITS);
      const text = await textOf(setting.io, words);
      const asked = { type: "approval.test", target: { sessionId: session }, kind, text };
      await act(
        setting,
        asked,
        { output, wait: "decision", dryRun: true },
        { tried: ({ facts }) => ruledSentence(facts ?? {}) },
      );
    });
}

const NO_LIMITS =
  "A dry run is decided by the limits as they are, and --set tries others on the past: leave out one of the two.";

interface SendFlags {
  readonly turn?: string;
  readonly output: Format;
}

/** `name=value`, as often as it is given; a name that this version does not know is refused here, because nothing could be counted. */
function change(text: string, before: readonly Change[]): readonly Change[] {
  const [name = "", value = "", ...more] = text.split("=");
  if (!isLimitName(name)) throw new InvalidArgumentError(`There is no such limit: ${limitNames.join(", ")}.`);
  if (more.length > 0 || !/^(default|\d{1,15})$/.test(value))
    throw new InvalidArgumentError("It takes <limit>=<whole number>, or <limit>=default.");
  const { min, max } = kinds[name];
  if (value !== "default" && (Number(value) < min || Number(value) > max))
    throw new InvalidArgumentError(`${name} lies between ${min} and ${max}.`);
  return [...before, [name, value === "default" ? null : Number(value)]];
}

async function backTest({ io, target: targetOf }: Setting, { set, since, output }: Flags): Promise<void> {
  if (set.length === 0)
    throw new CommandFailed(
      EXIT.usage,
      "Say which limit to try: --set <limit>=<value>, or `test send` for a dry run.",
    );
  const target = targetOf();
  const now = await limitsOf(target);
  const then: Limits = {
    ...now,
    ...Object.fromEntries(set.map(([name, value]) => [name, value ?? kinds[name].default])),
  };
  const sinceAt = io.nowMs() - since;
  const changed = new Map(set.map(([name]) => [name, then[name]]));
  const beginsAt = sinceAt - Math.max(...[now, then].map((limits) => memoryMs(mapOf(limits))));
  const reading = readPast(target, beginsAt, changed.has("root_tokens"));
  const { recorded, groups, ...given } = await whileWaiting(io, "reading the past", reading);
  const counted = tryOn(recorded, changed, { limits: mapOf(now), groups }, sinceAt);
  const report = reportOf(counted, now, then, given);
  if (output === "name") for (const { commandId } of counted.nowRefused) io.out(`${commandId}\n`);
  else if (output === "table" || output === "wide") await writeList(io, tried, rowsOf(report.limits), output);
  else writeOne(io, commands, { since: new Date(sinceAt).toISOString(), ...report }, output);
  io.say(report.sentence);
  for (const sentence of report.leftOut) io.say(sentence);
}

const mapOf = (limits: Limits): ReadonlyMap<LimitName, number> =>
  new Map(limitNames.map((name) => [name, limits[name]]));

async function* rowsOf(limits: readonly TriedLimit[]): AsyncGenerator<Thing> {
  for (const limit of limits) yield { ...limit };
}

/** The limits as they hold now, by name; the default for one that the house does not tell. */
async function limitsOf(target: Target): Promise<Limits> {
  const rows = (await readRules(target)).limits;
  const valueOf = (name: LimitName): number => {
    const value = at(rows.find((row) => row["name"] === name) ?? {}, "value");
    return typeof value === "number" ? value : kinds[name].default;
  };
  return Object.fromEntries(limitNames.map((name) => [name, valueOf(name)])) as Record<LimitName, number>;
}

const TEST_HELP = `
The back-test asks policy's own rules of hops, repeats, causes, rates and mutes about the sends and leases of
the past. It does not know what anybody would have done instead, nor what other rules would have said of what
a limit refused; what it could not read or explain it says. -o name writes the commands that would be refused.

Examples:
  $ claw policy test send 0199c0de-0000-7000-8000-000000000001 "run the tests"
  $ claw policy test approval 0199c0de-0000-7000-8000-000000000001 "npm test"
  $ claw policy test --set pair_rate=2 --set pair_burst=1 --since 7d
  $ claw policy test --set hops=2 -o name | xargs -n1 claw policy explain
`;
