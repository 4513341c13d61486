/** Reads and writes uplink frames. Reading refuses what is too large, too deep, or of no known shape, without a part of it in the reason. */
import { failure, parseJson, type Result, success, walk, type WalkLimits } from "@claw/events";
import type { z } from "zod";
import { FromHost, FromIngest, MAX_FRAME_BYTES } from "./frames.ts";

/** Why a frame was not understood. */
export interface BadFrame {
  readonly code: "too_large" | "not_text" | "not_json" | "too_much" | "wrong_shape";
  readonly detail: string;
}

const LIMITS: WalkLimits = {
  depth: 24,
  nodes: 60_000,
  stringBytes: 262_144,
  totalBytes: MAX_FRAME_BYTES * 2,
};

export const writeFrame = (frame: FromHost | FromIngest): string => JSON.stringify(frame);
export const readFromHost = (data: string): Result<FromHost, BadFrame> => read(FromHost, data);
export const readFromIngest = (data: string): Result<FromIngest, BadFrame> => read(FromIngest, data);

function read<Schema extends z.ZodType>(schema: Schema, data: string): Result<z.infer<Schema>, BadFrame> {
  if (Buffer.byteLength(data) > MAX_FRAME_BYTES)
    return failure({ code: "too_large", detail: `over ${MAX_FRAME_BYTES}` });
  const json = parseJson(data);
  if (!json.ok) return failure({ code: "not_json", detail: json.problem.detail });
  const tooMuch = walk(json.value, LIMITS);
  if (tooMuch !== null) return failure({ code: "too_much", detail: tooMuch.code });
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return success(parsed.data);
  const issue = parsed.error.issues[0];
  return failure({
    code: "wrong_shape",
    detail: `${issue?.path.map(String).join(".") ?? ""}: ${issue?.code ?? "invalid"}`,
  });
}
