/** `claw quarantine`: entries that a view could not fold. They are evidence: retried or waived with a reason, never deleted. */
import { EXIT } from "@claw/runtime";
import { readRows, type Thing } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed } from "../io.ts";
import { at } from "../render/columns.ts";
import { quarantine } from "../render/looks.ts";
import { type Format, writeList, writeOne } from "../render/output.ts";
import { outputOption, positiveNumber, type Register } from "./shape.ts";
import { submit } from "./submit.ts";

const list = { path: "/api/quarantine", key: "quarantine", params: {} };
interface Output {
  readonly output: Format;
}

export const registerQuarantine: Register = (program, { io, target }) => {
  const group = program.command("quarantine").description("look after entries that could not be folded");
  group
    .command("ls")
    .description("the entries, newest first")
    .addOption(outputOption())
    .action(({ output }: Output) => writeList(io, quarantine, readRows(target(), list), output));
  group
    .command("show")
    .description("one of them")
    .argument("<position>", "its position", positiveNumber)
    .addOption(outputOption())
    .action(async (position: number, { output }: Output) =>
      writeOne(io, quarantine, await find(target(), position), output),
    );
  group
    .command("retry")
    .description("fold it again, after the reason was mended")
    .argument("<position>", "its position", positiveNumber)
    .action(async (position: number) => {
      const house = target();
      await find(house, position);
      await submit(house, { type: "quarantine.retry", position });
      io.say(`the entry at ${position} will be folded again`);
    });
  group
    .command("waive")
    .description("live without it; it stays as evidence")
    .argument("<position>", "its position", positiveNumber)
    .requiredOption("--reason <text>", "why that is right")
    .action(async (position: number, { reason }: { readonly reason: string }) => {
      const house = target();
      await find(house, position);
      await submit(house, { type: "quarantine.waive", position, reason });
      io.say(`the entry at ${position} is waived`);
    });
};

/** Asked before a command as well: policy reads no view, and would record a word about an entry that is not there. */
async function find(target: Target, position: number): Promise<Thing> {
  for await (const thing of readRows(target, list)) if (at(thing, "position") === position) return thing;
  throw new CommandFailed(
    EXIT.notFound,
    `No quarantined entry is at ${position}: \`claw quarantine ls\` lists them.`,
  );
}
