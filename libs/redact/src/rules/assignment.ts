import { charClass, isIn, LETTER, runEnd, runStart, SLUG } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";
import { hasLetterAndDigit, isCode, isPublicName, isReference, looksRandom } from "./judge.ts";
import { isAbout, STRONG_NAMES, WEAK_NAMES } from "./names.ts";
import { isEscapedQuote, operatorEnd, quoteAt, quotedEnd, skipGap } from "./syntax.ts";

export const ASSIGNED = "assigned-secret";

const NAME_REST_MAX = 40;
const LOWER = charClass("a-z");
const OPEN_STOP = charClass("\t\n\v\f\r \"'`\\");
const CODE_STOP = charClass("\t\n\v\f\r \"'`,;&<>{}|\\");
/** How much of a value is judged; a refusal costs no more, an accepted value is then read to its end. */
const JUDGED_MAX = 128;

/** How a name was written, which tells how much its value may look like: environment, JSON key, flag, code, or a list. */
type Style = "env" | "quoted" | "flag" | "code" | "listed";

interface Slot {
  readonly style: Style;
  readonly isQuoted: boolean;
  readonly start: number;
  /** The end of the value, or of the part of it that is judged. */
  readonly end: number;
}

/** The rest of the name behind the telling word, or -1 when the word only begins another (`tokenizer`, `secretary`). */
const nameEnd = (text: string, from: number): number => {
  const end = runEnd(text, from, SLUG, from + NAME_REST_MAX);
  const rest = text.slice(from, end);
  if (rest === "" || rest === "s" || rest === "S") return end;
  if (isAbout(rest)) return -1;
  const continues =
    isIn(LOWER, rest.charCodeAt(0)) || (rest === rest.toUpperCase() && isIn(LETTER, rest.charCodeAt(0)));
  return continues ? -1 : end;
};

const ESC = "\u001B";

/** Where the name around `at` begins; an escape written before it (`\n`, a colour) is none of it. */
const nameStart = (text: string, at: number): number => {
  const start = runStart(text, at, SLUG, NAME_REST_MAX);
  if (text[start - 1] === "\\") return Math.min(at, start + 1);
  if (text[start - 1] === "[" && text[start - 2] === ESC)
    return Math.max(start, text.lastIndexOf("m", at) + 1);
  return start;
};

const styleOf = (text: string, at: number, end: number, isKeyQuoted: boolean, operator: number): Style => {
  if (isKeyQuoted) return "quoted";
  const name = text.slice(nameStart(text, at), end);
  if (name.startsWith("-")) return "flag";
  return name === name.toUpperCase() && text[operator - 1] === "=" && operator === end + 1 ? "env" : "code";
};

const unquotedEnd = (text: string, from: number, style: Style, limit: number): number => {
  const stop = style === "env" ? OPEN_STOP : CODE_STOP;
  let at = from;
  while (at < limit && !isIn(stop, text.charCodeAt(at)) && !isEscapedQuote(text, at)) at += 1;
  return at;
};

/** `//x-access-token:…@host`: the user of a URL is no name of a value; its own rule knows where the secret ends. */
const isUrlUser = (text: string, at: number): boolean => text.startsWith("//", nameStart(text, at) - 2);

const commaEnd = (text: string, at: number): number =>
  text[at] === "," ? at + 1 : text.startsWith("%2C", at) ? at + 3 : -1;

/** `define('DB_PASSWORD', '…')`, `headers.set("X-Api-Key", "…")`: the value is the next quoted word. */
const listedSlot = (text: string, from: number): Slot | undefined => {
  const quote = quoteAt(text, skipGap(text, from));
  if (!quote) return undefined;
  return { style: "listed", isQuoted: true, start: quote.end, end: quotedEnd(text, quote) };
};

/** Where the value stands, if this is an assignment at all. */
const slotAt = (text: string, at: number, wordEnd: number): Slot | undefined => {
  const end = nameEnd(text, wordEnd);
  if (end < 0 || isUrlUser(text, at)) return undefined;
  const keyQuote = quoteAt(text, end);
  const afterKey = keyQuote ? keyQuote.end + (text[keyQuote.end] === "]" ? 1 : 0) : end;
  const gap = skipGap(text, afterKey);
  const operator = operatorEnd(text, gap);
  const comma = operator < 0 && keyQuote ? commaEnd(text, gap) : -1;
  if (comma > 0) return listedSlot(text, comma);
  const isFlag = operator < 0 && gap > end && !keyQuote && text[nameStart(text, at)] === "-";
  if (operator < 0 && !isFlag) return undefined;
  const style = isFlag ? "flag" : styleOf(text, at, end, keyQuote !== undefined, operator);
  const from = isFlag ? gap : skipGap(text, operator);
  const quote = quoteAt(text, from);
  if (quote) return { style, isQuoted: true, start: quote.end, end: quotedEnd(text, quote) };
  return {
    style,
    isQuoted: false,
    start: from,
    end: unquotedEnd(text, from, style, Math.min(text.length, from + JUDGED_MAX)),
  };
};

const LEAST = 6;
const LEAST_IN_CODE = 8;

const isHeld = (value: string, slot: Slot, isStrong: boolean): boolean => {
  if (value.length < LEAST || isReference(value)) return false;
  if (slot.style === "env") return isStrong || hasLetterAndDigit(value) || looksRandom(value);
  if (slot.style === "quoted" && isStrong) return slot.isQuoted || hasLetterAndDigit(value);
  if (value.length < LEAST_IN_CODE || value.includes(" ") || isCode(value)) return false;
  if (slot.style === "listed") return isStrong ? hasLetterAndDigit(value) : looksRandom(value);
  if (isStrong) return slot.isQuoted || slot.style === "flag" || hasLetterAndDigit(value);
  return looksRandom(value) && !isPublicName(value);
};

const matchAssignment = (text: string, at: number, word: string, isStrong: boolean): Span | undefined => {
  const slot = slotAt(text, at, at + word.length);
  if (!slot) return undefined;
  const value = text.slice(slot.start, Math.min(slot.end, slot.start + JUDGED_MAX));
  if (!isHeld(value, slot, isStrong)) return undefined;
  const end = slot.isQuoted ? slot.end : unquotedEnd(text, slot.start, slot.style, text.length);
  return { start: slot.start, end, kind: ASSIGNED };
};

const rule = (word: string, isStrong: boolean): Rule => ({
  reach: "line",
  triggers: [word],
  match: (text, at) => matchAssignment(text, at, word, isStrong),
});

/**
 * `NAME = value` in its many dresses: environment files, JSON at any depth of escaping, YAML, code, flags, query
 * strings. Takes out the value only.
 */
export const assignmentRules: readonly Rule[] = [
  ...STRONG_NAMES.map((word) => rule(word, true)),
  ...WEAK_NAMES.map((word) => rule(word, false)),
];
