/** Queries: each parameter is known, comes once, and has its shape; anything else is refused with the name of the first that is wrong. */
import { z } from "zod";
import { factsOfIssue, placeOf } from "./issue.ts";
import { Refused } from "./problem.ts";

/** How many things one page of a list may hold, and holds unless asked otherwise. */
export const MAX_LIMIT = 500;
export const DEFAULT_LIMIT = 100;

export const wholeNumber = z.string().regex(/^\d{1,15}$/, "a whole number");

export const limit = wholeNumber
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_LIMIT))
  .default(DEFAULT_LIMIT)
  .describe(`How many, 1 to ${MAX_LIMIT}.`);

export const cursor = z
  .string()
  .min(1)
  .max(8_192)
  .nullable()
  .default(null)
  .describe("`nextCursor` of the page before.");

export const after = wholeNumber
  .transform(Number)
  .default(0)
  .describe("Only what comes after this position.");

/** A word to filter by; compared as a whole. */
export const word = z.string().min(1).max(128).optional();
export const flag = z
  .enum(["0", "1", "false", "true"])
  .transform((value) => value === "1" || value === "true")
  .default(false);

export const PageQuery = z.strictObject({ limit, cursor });

/** The parsed query. Throws `Refused` naming the parameter, the rule and what it takes, never the value. */
export function parseQuery<Query extends z.ZodType>(schema: Query, query: URLSearchParams): z.output<Query> {
  const values = new Map<string, string>();
  for (const [name, value] of query) {
    if (values.has(name))
      throw new Refused("bad_request", { where: placeOf("query", [name]), why: "repeated" });
    values.set(name, value);
  }
  return parsed(schema, Object.fromEntries(values), "query");
}

/** The value as the schema reads it. Throws `Refused` naming the first place that is wrong. */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: "query" | "body",
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Refused("bad_request", factsOfIssue(part, value, result.error.issues[0]));
}
