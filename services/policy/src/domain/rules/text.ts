/**
 * Rules of what is said: to a session, of one, and why. Secrets have a rule of their own (`intake.ts`); names and reasons with control characters are no
 * commands at all.
 */
import { type Command, controlAt } from "@claw/events";
import { limitOf } from "../limit.ts";
import type { Rule } from "./rule.ts";

export const shortText: Rule = (house, { command }) => {
  const text = textIn(command);
  if (text === null) return null;
  const limit = limitOf(house, "text_bytes");
  const bytes = Buffer.byteLength(text, "utf8");
  return bytes <= limit ? null : { code: "text_too_long", facts: { bytes, limit } };
};

export const plainText: Rule = (_house, { command }) => {
  const text = textIn(command);
  const offset = text === null ? null : controlAt(text);
  return offset === null ? null : { code: "control_characters", facts: { offset } };
};

const textIn = (command: Command): string | null => ("text" in command ? command.text : null);
