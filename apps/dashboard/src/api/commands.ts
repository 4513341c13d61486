/** Asking policy for something. Everything that changes anything goes this way, and a dry run says what would be decided (DESIGN 14.19). */
import { request } from "./client.ts";
import type { Answer, ApprovalView, CommandAnswer, CommandInput } from "./types.ts";

export interface SubmitOptions {
  readonly dryRun?: boolean;
  readonly wait?: "decision" | "outcome" | "turn";
  /** Ms, at most 120,000. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** Hands a command to policy. Rejects with `ApiProblem` where it is refused. */
export const submit = (command: CommandInput, options: SubmitOptions = {}): Promise<CommandAnswer> =>
  request<CommandAnswer>("/api/commands", {
    method: "POST",
    body: command,
    query: {
      wait: options.wait,
      waitMs: options.waitMs,
      dryRun: options.dryRun === true ? true : undefined,
    },
    timeoutMs: (options.waitMs ?? 30_000) + 10_000,
    ...(options.signal !== undefined && { signal: options.signal }),
  });

/** An id for a command that may have to be repeated: the same id is the same command, whatever becomes of the connection. */
export const newCommandId = (): string => `cmd-${crypto.randomUUID().replaceAll("-", "")}`;

/** Answers a question of Codex as it was shown: where another one is asked by now, nothing is answered. */
export const decideApproval = (
  { sessionId, requestId, subjectDigest }: Pick<ApprovalView, "sessionId" | "requestId" | "subjectDigest">,
  answer: Answer,
  reason: string,
): Promise<CommandAnswer> =>
  submit(
    {
      type: "approval.decide",
      target: { sessionId, requestId },
      answer,
      text: reason.trim() === "" ? null : reason.trim(),
      subjectDigest,
    },
    { wait: "outcome", waitMs: 15_000 },
  );

/** `reason` is kept with the decision; empty is none. */
export const interruptSession = (
  sessionId: string,
  expectedTurnId: string | null,
  reason = "",
): Promise<CommandAnswer> =>
  submit(
    { type: "session.interrupt", target: { sessionId }, expectedTurnId, ...(reason !== "" && { reason }) },
    { wait: "outcome", waitMs: 15_000 },
  );

/** `until` in epoch ms; null shows the item again. */
export const snooze = (key: string, until: number | null, reason: string): Promise<CommandAnswer> =>
  submit({ type: "attention.snooze", key, until, reason });

/** `to` null is nobody's. */
export const assign = (key: string, to: string | null): Promise<CommandAnswer> =>
  submit({ type: "attention.assign", key, to });
