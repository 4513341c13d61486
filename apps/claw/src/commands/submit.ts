/** Commands of which only the decision matters: they change the house itself, and no host has a part in them. */
import { type Answer, answerOf, ask, type Unnamed } from "../client/ask.ts";
import type { Target } from "../client/target.ts";

/** Fails if it was refused, in the house's own words. */
export const submit = async (target: Target, command: Unnamed): Promise<Answer> =>
  answerOf(target, await ask(target, command));
