/** `claw config`: every setting there is, what it is now, and where that comes from. What nobody reads is flagged. */
import { EXIT, type Environment, KNOWN_VARIABLES, unknownVariables } from "@claw/runtime";
import type { Thing } from "../client/pages.ts";
import { CommandFailed } from "../io.ts";
import { at } from "../render/columns.ts";
import { type Format, type Look, writeList } from "../render/output.ts";
import { MEANINGS } from "../settings-table.ts";
import { outputOption, type Register } from "./shape.ts";

const look: Look = {
  key: "settings",
  name: (thing) => String(at(thing, "setting")),
  columns: ["setting", "value", "from", "default", "meaning"].map((name) => ({
    title: name.toUpperCase(),
    value: (thing) => String(at(thing, name) ?? "-"),
    isWide: name === "meaning",
  })),
};

export const registerConfig: Register = (program, { io }) => {
  program
    .command("config")
    .description("every setting, its value, and where that comes from (-o wide says what it means)")
    .addOption(outputOption())
    .action(async ({ output }: { readonly output: Format }) => {
      await writeList(io, look, rows(io.env), output);
      const problems = unknownVariables(io.env);
      if (problems.length > 0)
        throw new CommandFailed(EXIT.usage, problems.map(({ sentence }) => sentence).join("\n"));
    });
};

async function* rows(env: Environment): AsyncGenerator<Thing> {
  for (const setting of KNOWN_VARIABLES) {
    const { default: fallback, meaning, show } = MEANINGS[setting];
    const given = env[setting] || undefined;
    const value = given === undefined ? fallback : (show?.(given) ?? given);
    yield {
      setting,
      value,
      from: given === undefined ? "default" : "environment",
      default: fallback,
      meaning,
    };
  }
}
