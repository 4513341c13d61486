/**
 * The one error shape of the HTTP surface (RFC 9457, X1-057), built from the table of refusals, so that every "no" names its rule, what
 * was seen, and the way out (N1-042). `facts` are ids and figures; text of people and secrets never get here.
 */
import { type Facts, isRefusalCode, type RefusalCode, refusalOf } from "@claw/events";
import { z } from "zod";

export const FactsShape = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    /** The row of the table of refusals, or `defect` when we failed ourselves. */
    code: z.string(),
    detail: z.string(),
    remedy: z.string().nullable(),
    facts: FactsShape,
    /** What to quote when asking about this one answer. */
    instance: z.string(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;

/** Says no. Thrown inside the gateway's shell only, and turned into a problem at its edge. `members` stand beside the problem's own. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: RefusalCode;
  readonly facts: Facts;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: RefusalCode, facts: Facts = {}, members: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
    this.members = members;
  }
}

/** A refusal as it goes outside. */
export function problemOf(code: RefusalCode, facts: Facts, instance: string): Problem {
  const { status, reason, remedy } = refusalOf(code);
  return {
    type: `urn:claw:refusal:${code}`,
    title: reason,
    status,
    code,
    detail: detailOf(reason, facts),
    remedy,
    facts: { ...facts },
    instance,
  };
}

/** Our own failure: a correlation id and nothing else. */
export const defectProblem = (instance: string): Problem => ({
  type: "urn:claw:defect",
  title: "The server failed.",
  status: 500,
  code: "defect",
  detail: "The server failed. Its diagnostics have the reason under this instance.",
  remedy: null,
  facts: {},
  instance,
});

function detailOf(reason: string, facts: Facts): string {
  const seen = Object.entries(facts).map(([name, value]) => `${name} ${value ?? "none"}`);
  return seen.length === 0 ? reason : `${reason} Seen: ${seen.join(", ")}.`;
}

/** The seconds of a Retry-After header: what the facts say, else five for a fault, else none. */
export function retryAfterSeconds(problem: Problem): number | null {
  const { retryAfterMs } = problem.facts;
  if (typeof retryAfterMs === "number") return Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return isRefusalCode(problem.code) && problem.status === 503 ? 5 : null;
}
