import { isBoundary, runEnd, SLUG } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";
import { looksRandom } from "./judge.ts";
import { operatorEnd, quoteAt, skipGap } from "./syntax.ts";

/** The private exponent of the smallest curve, 32 bytes, in base64url. */
const PRIVATE_MIN = 43;

/** The private member `"d"` of a JSON Web Key (RFC 7518 §6.2.2, §6.3.2), at any depth of escaping. */
const matchPrivate = (text: string, at: number): Span | undefined => {
  const name = quoteAt(text, at + 1)?.end;
  const operator = name === undefined ? -1 : operatorEnd(text, skipGap(text, name));
  const value = operator < 0 ? undefined : quoteAt(text, skipGap(text, operator));
  if (value === undefined) return undefined;
  const end = runEnd(text, value.end, SLUG);
  const isWhole = end - value.end >= PRIVATE_MIN && quoteAt(text, end) !== undefined;
  return isWhole && looksRandom(text.slice(value.end, end))
    ? { start: value.end, end, kind: "private-key" }
    : undefined;
};

export const jwkRule: Rule = {
  reach: "line",
  triggers: ['d"', 'd\\"', 'd\\\\\\"', "d%22"],
  match: (text, at) => (isNameAlone(text, at) ? matchPrivate(text, at) : undefined),
};

/** The name is this one letter. A stream may have cut at the quote before it, so any such boundary counts. */
const isNameAlone = (text: string, at: number): boolean =>
  text[at] === "d" && (at === 0 || isBoundary(text.charCodeAt(at - 1)) || text.startsWith("%22", at - 3));
