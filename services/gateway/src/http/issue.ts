/** What is wrong with a query or a body, from the first thing that its schema says: where, why, and what may stand there. */
import type { Facts } from "@claw/events";
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** Letters of a list of what may stand somewhere. */
const MAX_LIST = 800;
/** Letters, and digits among them, of a word of the caller's that is told back: with more it may be a token that was put in a wrong place. */
const MAX_WORD = 32;
const MAX_DIGITS = 6;

/**
 * Names come from the caller, so they are cut down to what a name is made of. Of values nothing is told but the word that was to say which kind of thing
 * this is, cut down likewise: without it nobody finds their own slip in a list of twenty.
 */
export function factsOfIssue(part: "query" | "body", value: unknown, issue: Issue | undefined): Facts {
  if (issue === undefined) return { where: part, why: "invalid" };
  const extra = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const found = valueAt(value, issue.path);
  const isMissing = found === undefined && extra.length === 0;
  return {
    where: placeOf(part, [...issue.path, ...extra]),
    why: isMissing ? "missing" : whyOf(issue),
    ...(isKindMissed(issue) && !isMissing && { was: wordOf(found) }),
    ...allowedBy(issue),
  };
}

/** Where something stands: `body.target.sessionId`. */
export const placeOf = (part: string, path: readonly PropertyKey[]): string =>
  [part, ...path.map((name) => plain(String(name)))].join(".").slice(0, 80);

/** A word without what no word is made of; of one that may be a secret nothing. */
function plain(word: string): string {
  const isShort = word.length <= MAX_WORD && word.replace(/\D/g, "").length <= MAX_DIGITS;
  return isShort ? word.replace(/[^A-Za-z0-9_.-]/g, "") : "-";
}

/** The messages of our own conditions are ours, and say more than their code. */
function whyOf(issue: Issue): string {
  if (issue.code === "custom") return issue.message;
  return isKindMissed(issue) ? "invalid_value" : issue.code;
}

/** True where no kind of thing has the name that the value gives itself. */
const isKindMissed = (issue: Issue): boolean => issue.code === "invalid_union" && optionsOf(issue) !== null;

const optionsOf = (issue: Issue): readonly unknown[] | null =>
  "options" in issue && Array.isArray(issue.options) ? issue.options : null;

function allowedBy(issue: Issue): Facts {
  switch (issue.code) {
    case "invalid_union": {
      const options = optionsOf(issue);
      return options === null ? {} : { oneOf: listOf(options) };
    }
    case "invalid_value":
      return { oneOf: listOf(issue.values) };
    case "invalid_type":
      return { expected: issue.expected };
    case "invalid_format":
      return issue.pattern === undefined ? {} : { expected: issue.pattern.slice(0, MAX_LIST) };
    case "too_small":
      return { min: Number(issue.minimum) };
    case "too_big":
      return { max: Number(issue.maximum) };
    default:
      return {};
  }
}

const listOf = (values: readonly unknown[]): string => values.map(String).join(", ").slice(0, MAX_LIST);

/** A word of the caller's without what no word is made of; of anything else only what it is. */
function wordOf(value: unknown): string {
  if (typeof value === "string") return plain(value);
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found: unknown = value;
  for (const key of path)
    found =
      typeof found === "object" && found !== null && Object.hasOwn(found, key)
        ? (found as Readonly<Record<PropertyKey, unknown>>)[key]
        : undefined;
  return found;
}
