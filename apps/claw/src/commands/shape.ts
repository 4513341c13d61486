/** What every command module is: it adds its commands to a program, and runs them through `act`. */
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

export const settingOf = (io: Io): Setting => ({ io, target: () => targetOf(io.env) });

export const outputOption = (): Option =>
  new Option("-o, --output <format>", "how to write it").choices([...FORMATS]).default("table");

/** A whole number of at least one, as commander reads arguments. */
export function positiveNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("It is not a whole number above 0.");
}
