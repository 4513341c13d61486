/**
 * Answers of tools in MCP's words. A refusal is an answer too (`isError`), with the code, the rule, and the way out, so that a model can stop instead of trying
 * again (DESIGN §9).
 */
import { type Facts, isRefusalCode, refusalOf } from "@claw/events";
import type { CallToolResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import { FactsShape, type Refused } from "../http/problem.ts";
import { lineOf } from "./domain/words.ts";
import type { Answered } from "./tools/tool.ts";

const ErrorData = z.object({
  error: z.object({
    code: z.string(),
    reason: z.string(),
    remedy: z.string().nullable(),
    facts: FactsShape,
    retry_after_ms: z.number().nullable(),
    rule: z.string().nullable(),
    command_id: z.string().nullable(),
  }),
});
type ErrorData = z.infer<typeof ErrorData>;

/** What a tool answers: its own shape, or why not. An object at the root, which the 2025 revisions ask for. */
export const outputSchemaOf = (output: z.ZodType) => ({
  type: "object" as const,
  anyOf: [jsonSchemaOf(output, "output"), jsonSchemaOf(ErrorData, "output")],
});

/** Without `$schema`: not every client knows the dialect's name, and none of its words is used that older ones lack. */
export function jsonSchemaOf(
  schema: z.ZodType,
  io: "input" | "output",
): { type: "object" } & Record<string, unknown> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io });
  return { ...json, type: "object" };
}

export const succeeded = ({ structured, text, isFailure }: Answered<object>): CallToolResult => ({
  content: [{ type: "text", text }],
  structuredContent: structured as Record<string, unknown>,
  ...(isFailure === true && { isError: true }),
});

export const refused = (error: Refused): CallToolResult => failed(errorData(error));

/** A refusal as it goes to a model. */
export function errorData({ code, facts, members }: Refused): ErrorData["error"] {
  const { reason, remedy } = refusalOf(code);
  const { rule, commandId } = members;
  return {
    code,
    reason,
    remedy,
    facts: cleanFacts(facts),
    retry_after_ms: typeof facts["retryAfterMs"] === "number" ? facts["retryAfterMs"] : null,
    rule: typeof rule === "string" ? rule : null,
    command_id: typeof commandId === "string" ? commandId : null,
  };
}

/** Our own failure: what to quote when asking about it, and nothing else. */
export const defect = (instance: string): CallToolResult =>
  failed({
    code: "defect",
    reason: "The server failed. Its diagnostics have the reason under this instance.",
    remedy: null,
    facts: { instance },
    retry_after_ms: null,
    rule: null,
    command_id: null,
  });

function failed(error: ErrorData["error"]): CallToolResult {
  return {
    content: [{ type: "text", text: sentenceOf(error) }],
    structuredContent: { error },
    isError: true,
  };
}

/** The same for errors of JSON-RPC, which have a sentence and data. */
export function sentenceOf({ code, reason, remedy, facts, command_id: id }: ErrorData["error"]): string {
  const seen = Object.entries(facts).map(([name, value]) => `${name} ${value ?? "none"}`);
  return [
    `${isRefusalCode(code) ? "Refused" : "Failed"} (${code}): ${reason}`,
    ...(remedy === null ? [] : [remedy]),
    ...(seen.length === 0 ? [] : [`Seen: ${seen.join(", ")}.`]),
    ...(id === null ? [] : [`command_id ${id}`]),
  ].join(" ");
}

const cleanFacts = (facts: Facts): Record<string, string | number | null> =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === "string" ? lineOf(value) : value]),
  );
