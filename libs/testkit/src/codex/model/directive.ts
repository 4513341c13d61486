import { z } from "zod";

const Content = z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]);
const InputItem = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: Content.optional(),
  output: z.unknown().optional(),
});

/** The part of a Responses API request that a script looks at. */
export const ModelRequestBody = z.looseObject({
  model: z.string().default("fake-model"),
  input: z.array(InputItem).default([]),
  tools: z.array(z.looseObject({ type: z.string().optional(), name: z.string().optional() })).default([]),
  prompt_cache_key: z.string().optional(),
  text: z.unknown().optional(),
});
export type ModelRequestBody = z.output<typeof ModelRequestBody>;

/** What the model shall do: a word in capitals and the rest of the message. `SAY` is the default. */
export interface Directive {
  readonly verb: string;
  readonly rest: string;
}

/** What the model does when a user says this; undefined where the message itself is the directive. */
export type Script = (text: string) => string | undefined;

/** What Codex puts among the user messages by itself. */
const surroundings = /^\s*(<[a-z_]+|# AGENTS\.md)/;

/**
 * Reads the directive of a request: the last message of the user, or the answer to a tool's output, or a title where one is
 * asked for (a terminal names its threads with the model, through an extra ephemeral thread).
 */
export function readDirective(body: ModelRequestBody, script: Script = () => undefined): Directive {
  if (JSON.stringify(body.text ?? null).includes('"title"'))
    return { verb: "SAY", rest: '{"title":"A fake title"}' };
  const last = body.input.at(-1);
  if (last?.type?.endsWith("_call_output")) {
    return { verb: "SAY", rest: `tool-result: ${textOf(last.output).slice(0, 400)}` };
  }
  const said = lastUserText(body).trim();
  const text = script(said) ?? said;
  const [, verb, rest] = /^([A-Z]{3,8})\b\s*([\s\S]*)$/.exec(text) ?? [];
  return verb === undefined
    ? { verb: "SAY", rest: `echo: ${text.slice(0, 300)}` }
    : { verb, rest: rest ?? "" };
}

/** The last thing that a user said in a request, without what Codex adds. */
export function lastUserText(body: ModelRequestBody): string {
  const texts = body.input.filter((item) => item.role === "user").map((item) => textOf(item.content));
  return texts.findLast((text) => !surroundings.test(text)) ?? "";
}

function textOf(content: unknown): string {
  const read = Content.safeParse(content);
  if (!read.success) return JSON.stringify(content ?? null);
  return typeof read.data === "string" ? read.data : read.data.map((part) => part.text ?? "").join("");
}
