/** Refusals by the rule that said no. Pure. */
import type { CommandView } from "../../../api/types/command.ts";

export interface RuleRefusals {
  /** The rule's own name; the code where no rule is named, as of what was never asked of policy. */
  readonly rule: string;
  readonly count: number;
  /** In the order in which they came up, each once. */
  readonly codes: readonly string[];
  readonly newest: { readonly commandId: string; readonly at: string };
}

type Refused = Pick<CommandView, "commandId" | "decidedAt" | "position" | "refusal">;

/** The rule that refused most first; of two alike, the one that did it last. What was accepted counts for none. */
export function refusalsOf(commands: readonly Refused[]): readonly RuleRefusals[] {
  const refused = commands
    .filter(({ refusal }) => refusal !== null)
    .toSorted((a, b) => b.position - a.position);
  const byRule = Map.groupBy(refused, ({ refusal }) => refusal?.rule ?? refusal?.code ?? "");
  return [...byRule]
    .map(([rule, [newest, ...others]]) => ({
      rule,
      count: others.length + 1,
      codes: [...new Set([newest, ...others].map((one) => one?.refusal?.code ?? ""))],
      newest: { commandId: newest?.commandId ?? "", at: newest?.decidedAt ?? "" },
    }))
    .toSorted((a, b) => b.count - a.count);
}
