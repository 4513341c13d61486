/** What every command module is: it adds its commands to a program, and runs them through `act`. */
import { CommandId, GroupId } from "@claw/events";
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

/** The id of a group, as commander reads arguments. */
export function groupId(text: string): GroupId {
  const read = GroupId.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError("It takes lower-case letters, digits, _ and -, at most 63.");
}

/** The id of a command that the caller chooses. */
export function commandId(text: string): CommandId {
  const read = CommandId.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError("It takes lower-case letters, digits, _ and -, at most 63.");
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time such as `30s`, `500ms`, `24h` or `7d`, in ms. */
export function duration(text: string): number {
  const [, amount, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit ?? ""] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new InvalidArgumentError("It takes a number with its unit, such as 30s, 5m, 24h or 7d.");
}

/** A time that the house takes from `least` to `most`: said here in the caller's own words, before the house is asked. */
export const durationBetween =
  (least: string, most: string) =>
  (text: string): number => {
    const ms = duration(text);
    if (ms >= duration(least) && ms <= duration(most)) return ms;
    throw new InvalidArgumentError(`It takes ${least} to ${most}.`);
  };
