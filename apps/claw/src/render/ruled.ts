/** What the house would answer to a question of Codex, and by which rule, in one sentence for people (N1-026). */
import { oneLine } from "./terminal.ts";

type Facts = Readonly<Record<string, unknown>>;

/** A house of a later version may have more words: they are said as they are. */
export function ruledSentence(facts: Facts): string {
  const answer = ANSWERS.get(String(facts["answer"]))?.(facts);
  return oneLine(
    answer === undefined
      ? `The house answers it with ${JSON.stringify(facts["answer"] ?? null)}; nothing was done.`
      : `${answer}; nothing was done.`,
  );
}

const ANSWERS: ReadonlyMap<string, (facts: Facts) => string> = new Map([
  ["accept", (facts: Facts): string => `It would be accepted, by ${ruleOf(facts)}`],
  ["decline", (facts: Facts): string => `It would be declined: ${whyOf(facts)}`],
  [
    "ask",
    (facts: Facts): string =>
      `People would be asked for ${Number(facts["waitMs"]) / 1_000}s, then it is declined, by ${ruleOf(facts)}`,
  ],
]);

function whyOf(facts: Facts): string {
  switch (facts["why"]) {
    case "no_rule":
      return "no rule says anything of it";
    case "no_match":
      return `${ruleOf(facts)} accepts other questions`;
    case "halted":
      return `${ruleOf(facts)} would accept it, and the session is halted`;
    default:
      return `by ${ruleOf(facts)}`;
  }
}

function ruleOf({ ruling, scope, id, kind, pattern, until }: Facts): string {
  const where = scope === "global" || id === null ? "all sessions" : `${String(scope)} ${String(id)}`;
  const about = typeof kind === "string" ? ` for ${kind}` : "";
  const like = typeof pattern === "string" ? ` for what is like \`${pattern}\`` : "";
  const end = typeof until === "number" ? `, until ${new Date(until).toISOString()}` : "";
  return `the rule \`${String(ruling)}\` of ${where}${about}${like}${end}`;
}
