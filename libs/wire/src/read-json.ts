/** Reads text from outside as JSON of a known shape. Refuses what is too large, too deep or of no such shape, without a part of it in the reason. */
import { failure, parseJson, type Result, success, walk, type WalkLimits } from "@claw/events";
import type { z } from "zod";

/** Why a text was not understood. */
export interface Misread {
  readonly code: "too_large" | "not_text" | "not_json" | "too_much" | "wrong_shape";
  readonly detail: string;
}

/** `maxBytes` is of the text; the rest of the parsed value (`walk`). */
export interface ReadLimits extends Omit<WalkLimits, "totalBytes"> {
  readonly maxBytes: number;
}

export function readJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  limits: ReadLimits,
): Result<z.infer<Schema>, Misread> {
  const { maxBytes } = limits;
  if (Buffer.byteLength(text) > maxBytes) return failure({ code: "too_large", detail: `over ${maxBytes}` });
  const json = parseJson(text);
  if (!json.ok) return failure({ code: "not_json", detail: json.problem.detail });
  // Escapes make a value's own count larger than its text may be.
  const tooMuch = walk(json.value, { ...limits, totalBytes: maxBytes * 2 });
  if (tooMuch !== null) return failure({ code: "too_much", detail: tooMuch.code });
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return success(parsed.data);
  const issue = parsed.error.issues[0];
  return failure({
    code: "wrong_shape",
    detail: `${issue?.path.map(String).join(".") ?? ""}: ${issue?.code ?? "invalid"}`,
  });
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The same for bytes, which have to be UTF-8. */
export function readBytes<Schema extends z.ZodType>(
  schema: Schema,
  data: Uint8Array,
  limits: ReadLimits,
): Result<z.infer<Schema>, Misread> {
  if (data.byteLength > limits.maxBytes)
    return failure({ code: "too_large", detail: `over ${limits.maxBytes}` });
  try {
    return readJson(schema, UTF8.decode(data), limits);
  } catch {
    return failure({ code: "not_text", detail: "not UTF-8" });
  }
}
