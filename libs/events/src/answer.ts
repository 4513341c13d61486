/** How a question of Codex may be answered, and which kinds of questions there are. */
import { z } from "zod";

/**
 * `accept` and `accept_for_session` allow it; after `decline` the turn goes on and the model learns of it; `cancel` ends the turn (PROTOCOL §4, N1-027).
 */
export const Answer = z.enum(["accept", "accept_for_session", "decline", "cancel"]);
export type Answer = z.infer<typeof Answer>;

/** Questions that the house may answer. `userInput` and Codex's dynamic tools belong to other clients and are never answered. */
export const QuestionKind = z.enum(["command", "fileChange", "permissions", "elicitation"]);
export type QuestionKind = z.infer<typeof QuestionKind>;
/**
 * Which answers Codex takes to a question of that kind, which listed these of its own words (none: it listed nothing). `decline` always, though it may not list
 * it (PROTOCOL §4). Permissions know no end of the turn, and a tool of an MCP server no leave for a session. The host looks again, at the question itself.
 */
export function answersTo(kind: QuestionKind, listed: readonly string[]): readonly Answer[] {
  if (kind === "permissions") return ["accept", "accept_for_session", "decline"];
  if (kind === "elicitation") return ["accept", "decline", "cancel"];
  const isListed = (answer: Answer): boolean =>
    answer === "decline" || listed.includes(answer === "accept_for_session" ? "acceptForSession" : answer);
  return kind === "fileChange" || listed.length === 0 ? Answer.options : Answer.options.filter(isListed);
}

/** A host puts this in front of a subject of which it took something out, or that is longer than it shows: no rule may accept what it does not see whole. */
export const NOT_SHOWN_IN_FULL = "[not shown in full] ";

export const isQuestionKind = (kind: string): kind is QuestionKind => QuestionKind.safeParse(kind).success;
