/** A set of ASCII characters as a table: `table[code] === 1` when the character belongs. */
export type CharClass = Uint8Array;

/** Build a class from characters and `a-z` ranges; a `-` that should be literal goes first or last. */
export const charClass = (spec: string): CharClass => {
  const table = new Uint8Array(128);
  for (let at = 0; at < spec.length; at += 1) {
    const isRange = spec[at + 1] === "-" && at + 2 < spec.length;
    const last = spec.charCodeAt(isRange ? at + 2 : at);
    for (let code = spec.charCodeAt(at); code <= last; code += 1) table[code] = 1;
    if (isRange) at += 2;
  }
  return table;
};

export const ALNUM = charClass("0-9A-Za-z");
export const WORD = charClass("0-9A-Za-z_");
/** base64url, and most modern tokens. */
export const SLUG = charClass("0-9A-Za-z_-");
export const DOTTED = charClass("0-9A-Za-z_.-");
export const BASE64 = charClass("0-9A-Za-z+/=_-");
export const HEX = charClass("0-9a-f");
export const BASE32 = charClass("A-Z2-7");
export const UPPER_ALNUM = charClass("0-9A-Z");
export const LOWER_ALNUM = charClass("0-9a-z");
export const DIGIT = charClass("0-9");
export const LETTER = charClass("A-Za-z");
export const SPACE = charClass("\t\n\v\f\r ");
export const QUOTE = charClass("\"'`");

export const isIn = (set: CharClass, code: number): boolean => code < 128 && set[code] === 1;

/** The end of the run of `set` that starts at `from`, looking no further than `limit`. */
export const runEnd = (text: string, from: number, set: CharClass, limit = text.length): number => {
  let at = from;
  const stop = Math.min(limit, text.length);
  while (at < stop && isIn(set, text.charCodeAt(at))) at += 1;
  return at;
};

/** The start of the run of `set` that ends just before `to`, looking back no further than `reach` characters. */
export const runStart = (text: string, to: number, set: CharClass, reach: number): number => {
  let at = to;
  const stop = Math.max(0, to - reach);
  while (at > stop && isIn(set, text.charCodeAt(at - 1))) at -= 1;
  return at;
};

/** Whether the stream may cut behind this character: whitespace or a quote, which no one-word rule crosses. */
export const isBoundary = (code: number): boolean => isIn(SPACE, code) || isIn(QUOTE, code);

const SGR_REACH = 12;

/**
 * Whether a word may begin at `at`. Besides the plain case (nothing, or no letter or digit, before it) a word begins
 * behind a written escape: `\n`, `\u0022`, `%20`, or a terminal colour such as `ESC[32m`.
 */
export const beginsWord = (text: string, at: number): boolean => {
  if (at === 0 || !isIn(WORD, text.charCodeAt(at - 1))) return true;
  const before = text.slice(Math.max(0, at - SGR_REACH), at);
  if (before.at(-2) === "\\" && "nrtbf".includes(before.at(-1) ?? "")) return true;
  if (before.at(-3) === "%" && isHex(before.slice(-2))) return true;
  if (before.slice(-6, -4) === "\\u" && isHex(before.slice(-4))) return true;
  return before.endsWith("m") && before.lastIndexOf("\u001B[") >= 0 && isColour(before);
};

const isHex = (digits: string): boolean => runEnd(digits.toLowerCase(), 0, HEX) === digits.length;

const SGR_BODY = charClass("0-9;:");
const isColour = (before: string): boolean => {
  const from = before.lastIndexOf("\u001B[") + 2;
  return runEnd(before, from, SGR_BODY) === before.length - 1;
};
