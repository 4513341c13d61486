import { beginsWord, charClass, type CharClass, isIn, runEnd } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";

/**
 * A token with a fixed beginning: `prefix`, then a run of `chars` at least `min` long. With `max` a longer run is
 * another thing and no match; without it the whole run goes.
 */
export interface TokenShape {
  readonly kind: string;
  readonly prefixes: readonly string[];
  readonly chars: CharClass;
  readonly min: number;
  readonly max?: number;
  /** The prefix is a common beginning or ending of words: it must begin one, and a digit or capital must follow. */
  readonly weak?: boolean;
}

const MINTED = charClass("0-9A-Z");
/** How far into a run a digit or capital is looked for; keeps a refusal cheap on `sk-sk-sk-…`. */
const MINTED_WITHIN = 64;

const looksMinted = (text: string, from: number, chars: CharClass): boolean => {
  const end = runEnd(text, from, chars, from + MINTED_WITHIN);
  for (let at = from; at < end; at += 1) if (isIn(MINTED, text.charCodeAt(at))) return true;
  return false;
};

const matchToken = (shape: TokenShape, text: string, at: number): Span | undefined => {
  const prefix = shape.prefixes.find((candidate) => text.startsWith(candidate, at));
  if (prefix === undefined) return undefined;
  // The first character of the prefix must not continue a run of its own alphabet when the length is exact.
  if ((shape.weak || shape.max !== undefined) && !beginsWord(text, at)) return undefined;
  const from = at + prefix.length;
  if (shape.weak && !looksMinted(text, from, shape.chars)) return undefined;
  // A run past `max` is refused as soon as it is seen; a failing attempt so costs at most `max` (or `min`) steps.
  const end = runEnd(text, from, shape.chars, shape.max === undefined ? undefined : from + shape.max + 1);
  const length = end - from;
  if (length < shape.min || (shape.max !== undefined && length > shape.max)) return undefined;
  return { start: at, end, kind: shape.kind };
};

/** Bind a shape to a rule. Cost per trigger: linear in `max`, or in what is then taken out. */
export const tokenRule = (shape: TokenShape): Rule => ({
  reach: "word",
  triggers: shape.prefixes,
  match: (text, at) => matchToken(shape, text, at),
});

/** A row of a shape table: kind, prefixes separated by spaces, alphabet, least and (exact formats) greatest length. */
export const shape = (
  kind: string,
  prefixes: string,
  chars: CharClass,
  min: number,
  max?: number,
): TokenShape => ({
  kind,
  prefixes: prefixes.split(" "),
  chars,
  min,
  ...(max === undefined ? {} : { max }),
});

export const weak = (
  kind: string,
  prefixes: string,
  chars: CharClass,
  min: number,
  max?: number,
): TokenShape => ({
  ...shape(kind, prefixes, chars, min, max),
  weak: true,
});
