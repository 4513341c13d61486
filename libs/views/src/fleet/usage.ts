/**
 * Tokens by session, group and owner (N1-036), as Codex counts them for each thread and says after every call of a model. Pure. Sessions of which nobody reported any
 * are left out, registered runtimes too: zero would say that they cost nothing. No money: nobody told this house a price.
 */
import { z } from "zod";
import type { Usage } from "../rows.ts";
import type { FleetLine } from "./line.ts";

/** What tokens are added up by. */
export const UsageBy = z.enum(["session", "group", "owner"]);
export type UsageBy = z.infer<typeof UsageBy>;

const count = z.int().min(0);

export const TokenSums = z.object({
  sessions: count.describe("those that reported any"),
  totalTokens: count,
  inputTokens: count,
  cachedInputTokens: count.describe("of the input"),
  outputTokens: count,
  reasoningOutputTokens: count.describe("of the output"),
});
export type TokenSums = z.infer<typeof TokenSums>;

export const UsageView = TokenSums.extend({
  name: z.string().nullable().describe("null: nobody said whose it is, or who looks after it"),
});
export type UsageView = z.infer<typeof UsageView>;

const NOTHING: TokenSums = {
  sessions: 0,
  totalTokens: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningOutputTokens: 0,
};

/** One row for each name, the most tokens first, ties by name with nobody's last. */
export function usageBy(lines: readonly FleetLine[], by: UsageBy): readonly UsageView[] {
  const sums = new Map<string | null, TokenSums>();
  for (const line of lines) {
    if (line.usage === null) continue;
    const name = nameOf(line, by);
    sums.set(name, withUsage(sums.get(name) ?? NOTHING, line.usage));
  }
  return [...sums].map(([name, sum]) => ({ name, ...sum })).toSorted(bySize);
}

/** All of it: the sum of every row, whatever they are by. */
export const usageOf = (lines: readonly FleetLine[]): TokenSums =>
  lines.reduce((sum, { usage }) => (usage === null ? sum : withUsage(sum, usage)), NOTHING);

function nameOf({ session, belonging }: FleetLine, by: UsageBy): string | null {
  if (by === "session") return session.id;
  return (by === "group" ? belonging.group : session.owner) || null;
}

const withUsage = (sum: TokenSums, usage: Usage): TokenSums => ({
  sessions: sum.sessions + 1,
  totalTokens: sum.totalTokens + usage.totalTokens,
  inputTokens: sum.inputTokens + usage.inputTokens,
  cachedInputTokens: sum.cachedInputTokens + usage.cachedInputTokens,
  outputTokens: sum.outputTokens + usage.outputTokens,
  reasoningOutputTokens: sum.reasoningOutputTokens + usage.reasoningOutputTokens,
});

/** Where a row stands among the others, as values that a cursor can hold. */
export const usagePlace = ({ totalTokens, name }: UsageView): readonly [number, number, string] => [
  -totalTokens,
  name === null ? 1 : 0,
  name ?? "",
];

function bySize(a: UsageView, b: UsageView): number {
  const [mostA, nobodyA, nameA] = usagePlace(a);
  const [mostB, nobodyB, nameB] = usagePlace(b);
  return mostA - mostB || nobodyA - nobodyB || (nameA < nameB ? -1 : Number(nameA > nameB));
}
