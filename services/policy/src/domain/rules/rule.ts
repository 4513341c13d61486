/** A rule of the house: a refusal, or null where it has nothing to say against the command. Pure and total. */
import type { Cause } from "../cause.ts";
import type { House } from "../house.ts";
import type { Question, Refusal } from "../question.ts";

export type Rule = (house: House, question: Question, cause: Cause) => Refusal | null;
