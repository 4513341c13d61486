/** Who is muted, and what is written of its refusals. */
import { isMutedAt } from "./folds/tempers.ts";
import type { House } from "./house.ts";
import { limitOf } from "./limit.ts";
import type { Question } from "./question.ts";
import { type RefusalBudget, REFUSALS_PER_MINUTE, spend } from "./refusal-budget.ts";
import { isAutomation, type Writer, writerOf } from "./writer.ts";

export const askerOf = ({ principal, via }: Pick<Question, "principal" | "via">): Writer =>
  writerOf(principal, via?.sessionId ?? null);

/** Epoch ms until which the origin of a question is muted, or null. People never are. */
export function mutedUntil(house: House, question: Question): number | null {
  const writer = askerOf(question);
  const temper = isAutomation(writer) ? house.tempers.get(writer.key) : undefined;
  return temper !== undefined && isMutedAt(temper, question.at) ? temper.mutedUntil : null;
}

/**
 * The budget after the refusal of a question, and whether it may be written. None of a muted origin's is. As many are always written as it takes to mute
 * somebody, because the house counts only what is.
 */
export const spendRefusal = (
  budget: RefusalBudget,
  house: House,
  question: Question,
): ReturnType<typeof spend> =>
  spend(
    budget,
    askerOf(question).key,
    question.at,
    mutedUntil(house, question),
    Math.max(REFUSALS_PER_MINUTE, limitOf(house, "mute_refusals")),
  );
