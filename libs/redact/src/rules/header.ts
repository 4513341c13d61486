import { beginsWord, charClass, DOTTED, isIn, runEnd, SLUG } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";
import { hasLetterAndDigit, isReference } from "./judge.ts";
import { isEscapedQuote, operatorEnd, type Quote, quoteAt, quotedEnd, skipGap } from "./syntax.ts";

const CREDENTIAL_MIN = 6;
const BARE_MIN = 16;
const CREDENTIAL = charClass("0-9A-Za-z._~+/=:%-");
const SCHEMES = [
  "bearer",
  "basic",
  "token",
  "apikey",
  "digest",
  "negotiate",
  "aws4-hmac-sha256",
  "ntlm",
  "bot",
  "hawk",
];
const LINE_STOP = charClass("\n\"'`\\");

/** How much of a value is judged; a refusal costs no more, an accepted value is then read to its end. */
const JUDGED_MAX = 128;

interface Value {
  readonly from: number;
  readonly quote: Quote | undefined;
}

/** Where the value of the header begins whose name ends at `nameEnd`; some print it as a list (`Cookie:[a=b]`). */
const valueOf = (text: string, nameEnd: number): Value | undefined => {
  const keyQuote = quoteAt(text, nameEnd);
  const operator = operatorEnd(text, skipGap(text, keyQuote?.end ?? nameEnd));
  if (operator < 0) return undefined;
  const gap = skipGap(text, operator);
  const from = text[gap] === "[" ? gap + 1 : gap;
  const quote = quoteAt(text, from);
  return { from: quote?.end ?? from, quote };
};

/** Where it ends: at its quote, or with the line, but never beyond `limit`. */
const endOf = (text: string, value: Value, limit: number): number => {
  if (value.quote) return quotedEnd(text, value.quote);
  let end = value.from;
  while (end < limit && !isIn(LINE_STOP, text.charCodeAt(end)) && !isEscapedQuote(text, end)) end += 1;
  return text[end - 1] === "\r" ? end - 1 : end;
};

const judgedEnd = (text: string, value: Value): number =>
  Math.min(endOf(text, value, Math.min(text.length, value.from + JUDGED_MAX)), value.from + JUDGED_MAX);

/** Past `Bearer`, `Basic` and their kin, which may stay; -1 when the value names no scheme. */
const schemeEnd = (text: string, from: number): number => {
  const end = runEnd(text, from, SLUG, from + 20);
  const gap = skipGap(text, end);
  return gap > end && SCHEMES.includes(text.slice(from, end).toLowerCase()) ? gap : -1;
};

const matchAuthorization = (text: string, at: number): Span | undefined => {
  const value = valueOf(text, at + "authorization".length);
  if (!value) return undefined;
  const scheme = schemeEnd(text, value.from);
  const start = scheme < 0 ? value.from : scheme;
  const end = judgedEnd(text, value);
  const isWord = runEnd(text, start, CREDENTIAL, end) >= end;
  const credential = text.slice(start, end);
  if (credential.length < CREDENTIAL_MIN || isReference(credential)) return undefined;
  if (scheme < 0 && !(isWord && hasLetterAndDigit(credential))) return undefined;
  return { start, end: endOf(text, value, text.length), kind: "authorization" };
};

/** `name=value`, the equals sign possibly percent-encoded, at the beginning of a cookie header. */
const matchCookie = (text: string, at: number): Span | undefined => {
  const value = valueOf(text, at + "cookie".length);
  if (!value) return undefined;
  const nameEnd = runEnd(text, value.from, DOTTED, value.from + JUDGED_MAX);
  const isPair = nameEnd > value.from && operatorEnd(text, nameEnd) > 0 && text[nameEnd] !== ":";
  if (!isPair) return undefined;
  const end = endOf(text, value, text.length);
  return end - value.from < CREDENTIAL_MIN ? undefined : { start: value.from, end, kind: "cookie" };
};

/** `Bearer <credential>` without its header, as in prose and in error texts. */
const matchBearer = (text: string, at: number): Span | undefined => {
  const nameEnd = at + "bearer".length;
  const start = skipGap(text, nameEnd);
  if (start === nameEnd || !beginsWord(text, at)) return undefined;
  const credential = text.slice(start, runEnd(text, start, CREDENTIAL, start + JUDGED_MAX));
  if (credential.length < BARE_MIN || !hasLetterAndDigit(credential)) return undefined;
  return { start, end: runEnd(text, start, CREDENTIAL), kind: "authorization" };
};

/** Credentials in HTTP headers, wherever they are quoted: raw, in a curl line, in JSON, percent-encoded. */
export const headerRules: readonly Rule[] = [
  { reach: "line", triggers: ["authorization"], match: matchAuthorization },
  { reach: "line", triggers: ["cookie"], match: matchCookie },
  { reach: "line", triggers: ["bearer"], match: matchBearer },
];
