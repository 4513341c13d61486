import { ALNUM, beginsWord, DIGIT, DOTTED, HEX, runEnd, runStart, SLUG } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";

const DISCORD = "discord-token";

/** Tokens that are known by a mark in their middle: the trigger stands inside, and both sides are measured. */
interface InnerShape {
  readonly kind: string;
  readonly trigger: string;
  readonly before: readonly [set: Uint8Array, min: number, max: number];
  readonly after: readonly [set: Uint8Array, min: number, max: number];
}

const innerShapes: readonly InnerShape[] = [
  { kind: "telegram-token", trigger: ":AA", before: [DIGIT, 8, 10], after: [SLUG, 32, 35] },
  { kind: "telegram-token", trigger: "%3AAA", before: [DIGIT, 8, 10], after: [SLUG, 32, 35] },
  { kind: "azure-devops-token", trigger: "AZDO", before: [ALNUM, 76, 76], after: [ALNUM, 4, 4] },
  { kind: "salesforce-token", trigger: "!", before: [ALNUM, 15, 18], after: [DOTTED, 80, 120] },
  { kind: "azure-client-secret", trigger: "Q~", before: [SLUG, 4, 4], after: [SLUG, 31, 34] },
  { kind: "terraform-token", trigger: ".atlasv1.", before: [ALNUM, 14, 14], after: [SLUG, 60, 70] },
  { kind: "mailchimp-key", trigger: "-us", before: [HEX, 32, 32], after: [DIGIT, 1, 2] },
];

const SNOWFLAKE_LENGTHS = [26, 25, 24];
const STAMP = 6;
const HMAC_MIN = 27;
const HMAC_MAX = 38;
const DOT = 46;

const beginsSnowflake = (text: string, from: number, at: number): boolean =>
  from >= 0 &&
  "MNO".includes(text[from] ?? "?") &&
  runEnd(text, from, SLUG, at) === at &&
  beginsWord(text, from);

/** A Discord bot token: a base64 user id, six digits of time, an HMAC, joined by dots. The trigger is the first dot. */
const matchDiscord = (text: string, at: number): Span | undefined => {
  const second = at + 1 + STAMP;
  if (text.charCodeAt(second) !== DOT || runEnd(text, at + 1, SLUG, second) !== second) return undefined;
  const end = runEnd(text, second + 1, SLUG, second + 1 + HMAC_MAX);
  if (end - second <= HMAC_MIN) return undefined;
  const start = SNOWFLAKE_LENGTHS.map((length) => at - length).find((from) =>
    beginsSnowflake(text, from, at),
  );
  return start === undefined ? undefined : { start, end, kind: DISCORD };
};

const matchInner = (shape: InnerShape, text: string, at: number): Span | undefined => {
  if (!text.startsWith(shape.trigger, at)) return undefined;
  const [beforeSet, beforeMin, beforeMax] = shape.before;
  const [afterSet, afterMin, afterMax] = shape.after;
  const start = runStart(text, at, beforeSet, beforeMax);
  const from = at + shape.trigger.length;
  const end = runEnd(text, from, afterSet, from + afterMax);
  const fits = at - start >= beforeMin && end - from >= afterMin && beginsWord(text, start);
  return fits ? { start, end, kind: shape.kind } : undefined;
};

/** Cost per trigger: the greatest lengths of its parts. */
export const innerRules: readonly Rule[] = [
  ...innerShapes.map((shape): Rule => ({
    reach: "word",
    triggers: [shape.trigger],
    match: (text, at) => matchInner(shape, text, at),
  })),
  { reach: "word", triggers: ["."], match: matchDiscord },
];

export const innerKinds: readonly string[] = [...innerShapes.map(({ kind }) => kind), DISCORD];
