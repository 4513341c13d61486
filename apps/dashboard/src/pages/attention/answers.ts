/** How a question may be answered, and how its card says it. Pure. The house decides; this only leaves out what Codex does not take (`answersTo` of libs/events). */
import type { Answer, ApprovalView } from "../../api/types/approval.ts";

const ALL: readonly Answer[] = ["accept", "accept_for_session", "decline", "cancel"];
const LISTED: Readonly<Record<Answer, string>> = {
  accept: "accept",
  accept_for_session: "acceptForSession",
  decline: "decline",
  cancel: "cancel",
};

/** None: questions of this kind belong to whoever is attached. */
export function answersTo({
  kind,
  availableDecisions,
}: Pick<ApprovalView, "kind" | "availableDecisions">): readonly Answer[] {
  if (kind === "permissions") return ["accept", "accept_for_session", "decline"];
  if (kind === "elicitation") return ["accept", "decline", "cancel"];
  if (kind !== "command" && kind !== "fileChange") return [];
  if (kind === "fileChange" || availableDecisions.length === 0) return ALL;
  return ALL.filter((answer) => answer === "decline" || availableDecisions.includes(LISTED[answer]));
}

export interface AnswerLook {
  readonly verb: string;
  readonly key: string;
  readonly tone?: "primary" | "danger";
}

export const ANSWER_LOOKS: Readonly<Record<Answer, AnswerLook>> = {
  accept: { verb: "Approve once", key: "a", tone: "primary" },
  accept_for_session: { verb: "Approve for session", key: "A" },
  decline: { verb: "Deny", key: "x", tone: "danger" },
  cancel: { verb: "Deny, stop turn", key: "X", tone: "danger" },
};

const ASKS: Readonly<Record<string, string>> = {
  command: "Codex asks to run a command",
  fileChange: "Codex asks to change files",
  permissions: "Codex asks for more permissions",
  elicitation: "A tool asks for an answer",
  userInput: "Codex asks a person",
};
export const asks = (kind: string): string =>
  Object.hasOwn(ASKS, kind) ? (ASKS[kind] ?? "") : `Codex asks (${kind})`;

const DECIDED: Readonly<Record<Answer, string>> = {
  accept: "Approved once",
  accept_for_session: "Approved for the session",
  decline: "Denied",
  cancel: "Denied, and the turn stopped",
};

export interface Ending {
  readonly head: string;
  readonly tone: "ok" | "unknown" | null;
  readonly reason: string | null;
}

/** How a question ended, or stands after an answer that its host has not confirmed; null while it waits for one. */
export function endingOf({
  state,
  decision,
  how,
}: Pick<ApprovalView, "state" | "decision" | "how">): Ending | null {
  if (decision === null)
    return state === "open"
      ? null
      : { head: `Ended: ${how ?? "nobody says how"}.`, tone: null, reason: null };
  const head = `${DECIDED[decision.answer]} by ${decision.by.name}.`;
  if (state === "open")
    return {
      head: `${head} Not confirmed yet; it will not be sent twice.`,
      tone: "unknown",
      reason: decision.reason,
    };
  const isYes = decision.answer === "accept" || decision.answer === "accept_for_session";
  return {
    head: how === null ? head : `${head} Ended: ${how}.`,
    tone: isYes ? "ok" : null,
    reason: decision.reason,
  };
}
