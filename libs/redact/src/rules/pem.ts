import { charClass, runEnd } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";

/** A block longer than this is not waited for: 16 KiB holds an RSA key of 16,384 bits. */
export const BLOCK_MAX = 16 * 1024;
/** Kind of a block whose end was not seen within {@link BLOCK_MAX}. */
export const UNTERMINATED = "unterminated";

const LABEL = charClass("0-9A-Z %+");
const DASH = charClass("-");
const LABEL_MAX = 60;
const SECRET_LABEL = ["PRIVATE KEY", "NKEY SEED", "USER JWT"];
const BEGIN = "BEGIN";

const plain = (label: string): string => label.replaceAll("%20", " ").replaceAll("+", " ");

/** Where an unended block is given up: at its greatest length, and then at the end of that line. */
const giveUp = (text: string, at: number): number => {
  if (text.length <= at + BLOCK_MAX) return text.length;
  const newline = text.indexOf("\n", at + BLOCK_MAX);
  return newline < 0 ? text.length : newline;
};

/**
 * Armoured private parts: private keys of any make (RFC 7468 and its relatives), NATS user JWTs and seeds as in creds
 * files. Certificates and public keys stay. Lines may be prefixed (a diff) or joined by written escapes.
 */
const matchBlock = (text: string, at: number): Span | undefined => {
  const from = runEnd(text, at + 4, DASH);
  if (!text.startsWith(BEGIN, from)) return undefined;
  const labelEnd = runEnd(text, from + BEGIN.length, LABEL, from + LABEL_MAX);
  const label = plain(text.slice(from + BEGIN.length, labelEnd));
  if (!SECRET_LABEL.some((secret) => label.includes(secret)) || !text.startsWith("----", labelEnd))
    return undefined;
  const within = text.slice(at, at + BLOCK_MAX);
  const close = within.indexOf("-----END", labelEnd - at);
  const closeEnd = close < 0 ? -1 : within.indexOf("-----", close + 8);
  if (closeEnd < 0) return { start: at, end: giveUp(text, at), kind: UNTERMINATED };
  return { start: at, end: runEnd(text, at + closeEnd, DASH), kind: "private-key" };
};

/** The private part of a PuTTY key: what follows `Private-Lines: <n>`, up to its check. */
const matchPutty = (text: string, at: number): Span | undefined => {
  const within = text.slice(at, at + BLOCK_MAX);
  const end = within.indexOf("Private-MAC");
  return end < 0
    ? { start: at, end: giveUp(text, at), kind: UNTERMINATED }
    : { start: at, end: at + end, kind: "private-key" };
};

export const puttyRule: Rule = { reach: "block", triggers: ["private-lines: "], match: matchPutty };
export const pemRule: Rule = { reach: "block", triggers: ["-----begin"], match: matchBlock };
