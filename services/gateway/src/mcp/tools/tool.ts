/**
 * A tool is a value: its name, how its arguments are read, what it answers, and the function that does. One table of them is listed, called, and walked through
 * by tests.
 */
import { z } from "zod";
import { Refused } from "../../http/problem.ts";
import type { House } from "../../ports.ts";
import type { Asking } from "../who.ts";
import type { McpSight } from "../ports.ts";

/** What a tool is given. */
export interface ToolAsk<Args> {
  readonly house: House;
  readonly sight: McpSight;
  readonly asking: Asking;
  readonly args: Args;
  /** Tells when the client cancels, or has gone away. */
  readonly left: AbortSignal;
}

/** An answer for programs, and a line or a few that name the same ids (W-38). */
export interface Answered<Structured> {
  readonly structured: Structured;
  readonly text: string;
  /** What was asked for was not done. */
  readonly isFailure?: boolean;
}

/** Hints for clients, never what we rely on (RELIABILITY §8). */
export interface Hints {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

export const READ: Hints = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};
export const WRITE: Hints = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
};

interface Spec<Input extends z.ZodType, Output extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly hints: Hints;
  readonly input: Input;
  readonly output: Output;
  readonly handle: (
    ask: ToolAsk<z.output<Input>>,
  ) => Answered<z.input<Output>> | Promise<Answered<z.input<Output>>>;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly hints: Hints;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly call: (ask: ToolAsk<unknown>) => Promise<Answered<object>>;
}

/** Makes a tool of its description; reading the arguments is part of it, so that no handler can forget. */
export function tool<Input extends z.ZodType, Output extends z.ZodType>(spec: Spec<Input, Output>): Tool {
  const { handle, ...described } = spec;
  return {
    ...described,
    call: async (ask) =>
      (await handle({ ...ask, args: argumentsOf(spec.input, ask.args) })) as Answered<object>,
  };
}

/** Names the first argument that is wrong and the rule, never the value. */
function argumentsOf<Input extends z.ZodType>(input: Input, args: unknown): z.output<Input> {
  const read = input.safeParse(args ?? {});
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  const extra = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const where = ["arguments", ...(issue?.path ?? []), ...extra]
    .map(String)
    .join(".")
    .replace(/[^A-Za-z0-9_.-]/g, "")
    .slice(0, 80);
  throw new Refused("bad_request", { where, why: issue?.code ?? "invalid" });
}
