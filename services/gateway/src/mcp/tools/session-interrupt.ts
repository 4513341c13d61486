/** codex_session_interrupt (S1-068): ends the active turn of another session; of one's own children always, of others where policy opens it (S1-092, X1-002). */
import { DEFAULT_DEADLINE_MS } from "@claw/events";
import { z } from "zod";
import { act, acted, CommandData, commandData } from "../acting.ts";
import { commandIdOf, operationId, reason, sessionId, turnId, waitMs } from "./arguments.ts";
import { tool, WRITE } from "./tool.ts";

const NAME = "codex_session_interrupt";

export const sessionInterrupt = tool({
  name: NAME,
  title: "Interrupt a Codex session",
  description:
    "Ends the active turn of a session. Open for sessions that you spawned; for others only where a policy opens it for you.",
  hints: { ...WRITE, destructiveHint: true },
  input: z.strictObject({
    session_id: sessionId,
    expected_turn_id: turnId.optional(),
    reason: reason.optional(),
    operation_id: operationId.optional(),
    wait_ms: waitMs,
  }),
  output: CommandData,
  handle: async (ask) => {
    const { session_id: target, expected_turn_id: turn, operation_id: name, wait_ms: wait } = ask.args;
    const { reason: why } = ask.args;
    const { answer } = await act(
      ask,
      {
        type: "session.interrupt",
        commandId: commandIdOf(ask.asking, NAME, name),
        target: { sessionId: target },
        expectedTurnId: turn ?? null,
        ...(why === undefined ? {} : { reason: why }),
        deadlineMs: DEFAULT_DEADLINE_MS,
      },
      wait,
    );
    return acted(commandData(answer, target));
  },
});
