/** Questions of Codex that somebody decided: remembered, so that the house does not answer one twice (N1-015). */
import { MAX_ASK_MS } from "@claw/events";
import { type House, type KnownCommand, MAX_ANSWERED } from "../state.ts";

/** Longer than any question may wait for people, and for the house after that (`due-questions.ts`). */
const ANSWERS_KEPT_MS = 2 * MAX_ASK_MS;

export function withAnswer(
  house: House,
  { commandId, sessionId, at }: KnownCommand,
  requestId: string,
): House {
  const before = house.answers.get(sessionId) ?? [];
  const answers = [...before.filter((one) => one.commandId !== commandId), { requestId, commandId, at }];
  return { ...house, answers: house.answers.set(sessionId, answers.slice(-MAX_ANSWERED)) };
}

export const sweptAnswers = ({ answers }: House, at: number): House["answers"] =>
  answers.filter((all) => (all.at(-1)?.at ?? 0) >= at - ANSWERS_KEPT_MS);
