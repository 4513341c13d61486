/** Reads and writes uplink frames. Reading refuses what is too large, too deep, or of no known shape, without a part of it in the reason. */
import type { Result } from "@claw/events";
import { type Misread, readJson, type ReadLimits } from "../read-json.ts";
import { FromHost, FromIngest, MAX_FRAME_BYTES } from "./frames.ts";

/** Why a frame was not understood. */
export type BadFrame = Misread;

const LIMITS: ReadLimits = { maxBytes: MAX_FRAME_BYTES, depth: 24, nodes: 60_000, stringBytes: 262_144 };

export const writeFrame = (frame: FromHost | FromIngest): string => JSON.stringify(frame);
export const readFromHost = (data: string): Result<FromHost, BadFrame> => readJson(FromHost, data, LIMITS);
export const readFromIngest = (data: string): Result<FromIngest, BadFrame> =>
  readJson(FromIngest, data, LIMITS);
