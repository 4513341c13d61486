/** claw_report_progress (S1-070, S1-166): what a session says of its own work. It becomes the session's summary. */
import { WorkState } from "@claw/events";
import { z } from "zod";
import { verdictAnswer } from "../../routes/command-answer.ts";
import { submitUntilSeen } from "../../routes/submit.ts";
import { commandIdOf, operationId, text } from "./arguments.ts";
import { tool, WRITE } from "./tool.ts";

const NAME = "claw_report_progress";
const label = z.string().min(1).max(1_024);

export const reportProgress = tool({
  name: NAME,
  title: "Report progress",
  description:
    "Tells the supervisor, and the people who watch, how far your work is. Only sessions can say it, of themselves.",
  hints: { ...WRITE, openWorldHint: false },
  input: z.strictObject({
    state: WorkState.describe("working, waiting, blocked, done, or failed."),
    text: text.describe("What there is to say, in a sentence or two."),
    phase: label.optional().describe("The step you are at."),
    percent: z.int().min(0).max(100).optional(),
    purpose: label.optional().describe("What the session is for, where that changed."),
    operation_id: operationId.optional(),
  }),
  output: z.object({
    command_id: z.string(),
    session_id: z.string().nullable(),
    decision: z.literal("accepted"),
    position: z.int().nullable(),
  }),
  handle: async ({ house, asking, args }) => {
    const commandId = commandIdOf(asking, NAME, args.operation_id);
    const verdict = await submitUntilSeen(house, {
      command: {
        type: "progress.report",
        commandId,
        state: args.state,
        text: args.text,
        phase: args.phase ?? null,
        percent: args.percent ?? null,
        purpose: args.purpose ?? null,
      },
      principal: asking.principal,
      options: { via: asking.via },
    });
    const { position = null } = verdictAnswer(commandId, verdict, false);
    const session = asking.via?.sessionId ?? null;
    return {
      structured: { command_id: commandId, session_id: session, decision: "accepted" as const, position },
      text: `Recorded (${commandId})${session === null ? "" : ` for session_id ${session}`}.`,
    };
  },
});
