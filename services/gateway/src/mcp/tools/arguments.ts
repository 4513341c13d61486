/** Arguments that several tools take. */
import { CommandId, EndpointId, HostId, Reason, SessionId, sha256, TurnId } from "@claw/events";
import { newId } from "@claw/runtime";
import { z } from "zod";
import type { Asking } from "../who.ts";

/** UTF-8 text of one call: the usual `text_bytes` (RELIABILITY §8). */
const MAX_TEXT_BYTES = 16_384;
/** How long a tool waits for what becomes of a command, in ms: usually, and at most; Codex gives a tool 60 s. */
export const WAIT_MS = 20_000;
export const MAX_WAIT_MS = 50_000;

export const sessionId = SessionId.describe("The session: its id in codex_sessions_list.");
export const hostId = HostId.describe("The id of a host.");
export const endpointId = EndpointId.describe("The id of an endpoint of that host.");
export const turnId = TurnId.describe("The turn that has to be the active one; otherwise nothing is done.");

export const text = z
  .string()
  .min(1)
  .max(MAX_TEXT_BYTES)
  .refine((said) => Buffer.byteLength(said) <= MAX_TEXT_BYTES, { message: "too many bytes" })
  .describe(`Plain text, at most ${MAX_TEXT_BYTES} bytes.`);

export const operationId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/, "letters, digits and _.:- , at most 128")
  .describe("Your own name for this operation: asked again under it, the same is done once.");

export const reason = Reason.describe("Why: kept with the decision, and shown to whoever sees the session.");

export const waitMs = z
  .int()
  .min(0)
  .max(MAX_WAIT_MS)
  .default(WAIT_MS)
  .describe("How long to wait for what becomes of it, in ms.");

export const cursor = z.string().min(1).max(8_192).describe("`next_cursor` of the page before.");

/** The id of a command: a new one, or for a name of the caller's own the same whenever the same caller asks the same tool under it. */
export const commandIdOf = (
  { principal }: Asking,
  tool: string,
  name: string | undefined,
  prefix = "mcp",
): CommandId =>
  CommandId.parse(
    name === undefined
      ? newId(prefix)
      : `${prefix}-${sha256(JSON.stringify([principal.kind, principal.name, tool, name])).slice(0, 40)}`,
  );
