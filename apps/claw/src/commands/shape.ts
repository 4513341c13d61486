/** What every command module is: it adds its commands to a program, and runs them through `act`. */
import { unknownVariables } from "@claw/runtime";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Io } from "../io.ts";
import { type Target, targetOf } from "../client/target.ts";
import { FORMATS } from "../render/output.ts";

/** What a command is given beside its own arguments. */
export interface Setting {
  readonly io: Io;
  readonly target: () => Target;
}

export type Register = (program: Command, setting: Setting) => void;

/** A `CLAW_*` name that nobody reads is told, because a setting that is silently ignored is worse than none. */
export const settingOf = (io: Io): Setting => ({
  io,
  target: () => {
    for (const { sentence } of unknownVariables(io.env)) io.say(sentence);
    return targetOf(io.env);
  },
});

export const outputOption = (): Option =>
  new Option("-o, --output <format>", "how to write it").choices([...FORMATS]).default("table");

/** A whole number from 0, as commander reads arguments. */
export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is not a whole number.");
}

/** A whole number of at least one. */
export function positiveNumber(text: string): number {
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError("It is not a whole number above 0.");
}
