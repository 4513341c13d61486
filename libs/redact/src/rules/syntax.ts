import { charClass, isIn, QUOTE, runEnd } from "../scan/chars.ts";

/** The small grammar that assignments, headers and their escaped forms share. Every step here is bounded. */

const BLANK = charClass(" \t");
const GAP_MAX = 16;
const BACKSLASH = charClass("\\");
const ESCAPES_MAX = 8;

/** Past blanks, written plainly or percent-encoded. */
export const skipGap = (text: string, from: number): number => {
  let at = runEnd(text, from, BLANK, from + GAP_MAX);
  while (text.startsWith("%20", at) && at < from + GAP_MAX) at += 3;
  return at;
};

export interface Quote {
  readonly mark: string;
  readonly isEscaped: boolean;
  readonly end: number;
}

/** A quote at `at`: plain, behind backslashes (JSON in JSON), or percent-encoded. */
export const quoteAt = (text: string, at: number): Quote | undefined => {
  if (text.startsWith("%22", at)) return { mark: "%22", isEscaped: false, end: at + 3 };
  const slashes = runEnd(text, at, BACKSLASH, at + ESCAPES_MAX);
  if (!isIn(QUOTE, text.charCodeAt(slashes))) return undefined;
  return { mark: text[slashes] ?? "", isEscaped: slashes > at, end: slashes + 1 };
};

const PERCENT = 37;
/** A percent-encoded double quote. */
export const isEscapedQuote = (text: string, at: number): boolean =>
  text.charCodeAt(at) === PERCENT && text.startsWith("%22", at);

/** An assignment operator at `at` (`=`, `:`, `=>`, `:=`, `%3D`, `%3A`): its end, or -1. Comparisons are not one. */
export const operatorEnd = (text: string, at: number): number => {
  if (text.startsWith("%3", at)) return "DdAa".includes(text[at + 2] ?? "?") ? at + 3 : -1;
  const two = text.slice(at, at + 2);
  if (two === "=>" || two === ":=") return at + 2;
  if (two === "==" || two === "::" || two === "=~") return -1;
  return two[0] === "=" || two[0] === ":" ? at + 1 : -1;
};

const isEscapedAt = (text: string, at: number): boolean => {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\" && slashes < ESCAPES_MAX) slashes += 1;
  return slashes % 2 === 1;
};

/** Where a quoted value ends: before its closing quote (and that quote's backslashes), or at the end of the line. */
export const quotedEnd = (text: string, quote: Quote): number => {
  for (let at = quote.end; at < text.length; at += 1) {
    const char = text[at];
    if (char === "\n") return at;
    if (char === quote.mark[0] && text.startsWith(quote.mark, at)) {
      if (quote.mark === "%22") return at;
      if (quote.isEscaped) return trimSlashes(text, quote.end, at);
      if (!isEscapedAt(text, at)) return at;
    }
  }
  return text.length;
};

const trimSlashes = (text: string, from: number, to: number): number => {
  let at = to;
  while (at > from && text[at - 1] === "\\") at -= 1;
  return at;
};
