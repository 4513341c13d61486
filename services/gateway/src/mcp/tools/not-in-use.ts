/** Tools whose names are fixed and whose part of the house is not in use yet: they say so, and what to do instead. */
import { SessionId } from "@claw/events";
import { z } from "zod";
import { Refused } from "../../http/problem.ts";
import { operationId, sessionId, text, waitMs } from "./arguments.ts";
import { tool, WRITE } from "./tool.ts";

const notInUse = (what: string): never => {
  throw new Refused("not_enabled", { what });
};
const nothing = z.object({ command_id: z.string(), session_id: SessionId.nullable() });

export const clawAsk = tool({
  name: "claw_ask",
  title: "Ask the Claw",
  description: "Asks the Claw that looks after your session. Not in use here: it answers so at once.",
  hints: WRITE,
  input: z.strictObject({
    text,
    operation_id: operationId.optional(),
    wait_ms: waitMs,
  }),
  output: nothing,
  handle: () => notInUse("claw_ask"),
});

export const handoff = tool({
  name: "codex_handoff",
  title: "Hand work over",
  description: "Hands your work over to another session. Not in use here: it answers so at once.",
  hints: WRITE,
  input: z.strictObject({
    session_id: sessionId.optional(),
    text: text.optional(),
    operation_id: operationId.optional(),
    wait_ms: waitMs,
  }),
  output: nothing,
  handle: () => notInUse("codex_handoff"),
});
