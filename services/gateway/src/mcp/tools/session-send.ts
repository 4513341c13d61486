/** codex_session_send (S1-067): text for another session, where policy opens it (S1-092). */
import { DEFAULT_DEADLINE_MS, SendMode } from "@claw/events";
import { z } from "zod";
import { act, acted, CommandData, commandData } from "../acting.ts";
import { commandIdOf, operationId, sessionId, text, turnId, waitMs } from "./arguments.ts";
import { tool, WRITE } from "./tool.ts";

const NAME = "codex_session_send";

export const sessionSend = tool({
  name: NAME,
  title: "Send to a Codex session",
  description:
    "Sends text to a session: it starts a turn in an idle one, and goes into the expected turn of an active one. Closed unless a policy opens it for you.",
  hints: WRITE,
  input: z.strictObject({
    session_id: sessionId,
    text,
    mode: SendMode.default("auto").describe(
      "auto, start (only an idle one), or steer (only the expected turn).",
    ),
    expected_turn_id: turnId.optional(),
    operation_id: operationId.optional(),
    wait_ms: waitMs,
  }),
  output: CommandData,
  handle: async (ask) => {
    const { session_id: target, text: said, mode, expected_turn_id: turn, wait_ms: wait } = ask.args;
    const { answer } = await act(
      ask,
      {
        type: "session.send",
        commandId: commandIdOf(ask.asking, NAME, ask.args.operation_id),
        target: { sessionId: target },
        text: said,
        mode,
        expectedTurnId: turn ?? null,
        deadlineMs: DEFAULT_DEADLINE_MS,
      },
      wait,
    );
    return acted(commandData(answer, target));
  },
});
