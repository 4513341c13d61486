/** `claw attention`: what people do about what needs attention. What does is computed; see `claw get attention`. */
import { type Command, Option } from "commander";
import { oneLine } from "../render/terminal.ts";
import { asList } from "./get.ts";
import { duration, type Register, type Setting } from "./shape.ts";
import { submit } from "./submit.ts";

export const registerAttention: Register = (program, setting) => {
  const group = program
    .command("attention")
    .description("what needs attention, the most urgent first; put it off, or say who looks after it");
  asList(group, "attention", setting);
  addSnooze(group, setting);
  addAssign(group, setting);
};

interface SnoozeFlags {
  readonly until?: number;
  readonly show?: boolean;
  readonly reason: string;
}

function addSnooze(group: Command, { io, target }: Setting): void {
  group
    .command("snooze")
    .description("put an item off for everybody; another cause is another item and shows all the same")
    .argument("<key>", "as `claw get attention -o name` writes it")
    .addOption(
      new Option("--until <time>", "for so long, such as 2h (default: 1h)")
        .argParser(duration)
        .conflicts("show"),
    )
    .option("--show", "show it again")
    .requiredOption("--reason <text>", "why")
    .addHelpText("after", HELP)
    .action(async (key: string, { until = HOUR_MS, show, reason }: SnoozeFlags) => {
      const ends = show === true ? null : io.nowMs() + until;
      await submit(target(), { type: "attention.snooze", key, until: ends, reason });
      io.say(
        oneLine(
          ends === null ? `${key} is shown again` : `${key} is put off until ${new Date(ends).toISOString()}`,
        ),
      );
    });
}
const HOUR_MS = 3_600_000;

function addAssign(group: Command, { io, target }: Setting): void {
  group
    .command("assign")
    .description("say who looks after an item")
    .argument("<key>", "as `claw get attention -o name` writes it")
    .argument("[who]", "a name; nobody without it")
    .action(async (key: string, who: string | undefined) => {
      await submit(target(), { type: "attention.assign", key, to: who ?? null });
      io.say(oneLine(who === undefined ? `${key} is nobody's` : `${key} is ${who}'s`));
    });
}

const HELP = `
Examples:
  $ claw attention snooze waiting/0199c0de-0000-7000-8000-000000000001/req-7 --until 2h --reason "after lunch"
  $ claw attention assign waiting/0199c0de-0000-7000-8000-000000000001/req-7 ann
`;
