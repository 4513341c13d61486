/** codex_spawn (S1-072): a session that works by itself and that people can attach to. Closed to sessions unless policy opens it (S1-131). */
import { requestedSession, ThreadSettings } from "@claw/events";
import { z } from "zod";
import type { House } from "../../ports.ts";
import { presenterFor } from "../../present.ts";
import { act, acted, CommandData, commandData } from "../acting.ts";
import type { Asking } from "../who.ts";
import { commandIdOf, endpointId, hostId, operationId, text, waitMs } from "./arguments.ts";
import { tool, WRITE } from "./tool.ts";

const NAME = "codex_spawn";
/** As long as a spawn has by default: a thread is begun and its first turn started. */
const DEADLINE_MS = 60_000;

export const spawn = tool({
  name: NAME,
  title: "Spawn a Codex session",
  description:
    "Starts a new session that works by itself on a task. The supervisor chooses the host. Closed unless a policy opens it for you; never with `danger-full-access` for a session. Repeated under the same `task_key` it is one session.",
  hints: WRITE,
  input: z.strictObject({
    workspace: z
      .string()
      .max(1_024)
      .regex(/^\/[^\0]*$/, "an absolute path")
      .describe(
        "The folder on the host, which has to lie under one that the host gives to spawned sessions.",
      ),
    text: text.describe("The task: the first message of the session."),
    purpose: z.string().min(1).max(1_024).optional().describe("What it is for, in a line."),
    host_id: hostId.optional(),
    endpoint_id: endpointId.optional(),
    model: z.string().min(1).max(128).optional(),
    sandbox: ThreadSettings.shape.sandbox.unwrap().unwrap().optional(),
    approval_policy: ThreadSettings.shape.approvalPolicy.unwrap().unwrap().optional(),
    task_key: operationId
      .optional()
      .describe("Your own name for the task: asked again under it, it is one session."),
    wait_ms: waitMs,
  }),
  output: CommandData.extend({
    requested_session_id: z.string().describe("answers for the session before and after it has its thread"),
    attach_command: z.string().nullable().describe("for a person's terminal on that host, where it is known"),
  }),
  handle: async (ask) => {
    const { house, asking, args } = ask;
    const commandId = commandIdOf(asking, NAME, args.task_key, "spawn");
    const { answer } = await act(
      ask,
      {
        type: "session.spawn",
        commandId,
        hostId: args.host_id ?? null,
        endpointId: args.endpoint_id ?? null,
        workspace: args.workspace,
        text: args.text,
        purpose: args.purpose ?? null,
        settings: {
          model: args.model ?? null,
          sandbox: args.sandbox ?? null,
          approvalPolicy: args.approval_policy ?? null,
        },
        deadlineMs: DEADLINE_MS,
      },
      args.wait_ms,
    );
    const requested = requestedSession(commandId);
    const spawned = spawnedAs(house, asking, requested);
    return acted(
      {
        ...commandData(answer, spawned.sessionId),
        requested_session_id: requested,
        attach_command: spawned.attachCommand,
      },
      spawned.attachCommand === null ? [] : [`attach: ${spawned.attachCommand}`],
    );
  },
});

/** The session as the views know it: under the name of its thread once it has one. */
function spawnedAs(
  house: House,
  asking: Asking,
  requested: string,
): { readonly sessionId: string; readonly attachCommand: string | null } {
  const row = house.reader().session(requested);
  if (row === null) return { sessionId: requested, attachCommand: null };
  const { attach } = presenterFor(house, asking).session(row);
  return { sessionId: row.sessionId, attachCommand: attach.command };
}
