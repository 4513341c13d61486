import { beginsWord, isIn, runEnd, SLUG } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";

const PART_MIN = 10;
const MAX_PARTS = 5;
const DOT = 46;

/** JWS (three parts, the last may be empty) and JWE (five parts), compact form (RFC 7515 §3.1, RFC 7516 §3.1). */
const matchJwt = (text: string, at: number): Span | undefined => {
  // A run is read from its beginning only, so that `eyJeyJeyJ…` costs one reading.
  if (!text.startsWith("eyJ", at) || !beginsJwt(text, at)) return undefined;
  let end = runEnd(text, at, SLUG);
  if (end - at < PART_MIN || text.charCodeAt(end) !== DOT) return undefined;
  for (let part = 1; part < MAX_PARTS && text.charCodeAt(end) === DOT; part += 1) {
    const next = runEnd(text, end + 1, SLUG);
    if (part === 1 && next - end - 1 < PART_MIN) return undefined;
    end = next;
  }
  return { start: at, end, kind: "jwt" };
};

const beginsJwt = (text: string, at: number): boolean =>
  beginsWord(text, at) && (at === 0 || text[at - 1] !== "-" || !isIn(SLUG, text.charCodeAt(at - 2)));

export const jwtRule: Rule = { reach: "word", triggers: ["eyJ"], match: matchJwt };
