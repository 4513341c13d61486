/** Tokens in bars: how long each is, what it says, and what stands in none. Pure. */
import { counted, roughly } from "../../../words/figures.ts";
import { oneLine } from "../../../words/safe.ts";
import { nameOfId } from "../../../words/title.ts";
import type { TokenSums, UsageBy, UsageView } from "../queries.ts";

export interface TokenBar {
  readonly key: string;
  readonly name: string;
  /** Of the longest bar, 0 to 1. */
  readonly share: number;
  readonly tokens: string;
  readonly note: string;
}

const NOBODY: Readonly<Record<UsageBy, string>> = {
  owner: "nobody said whose",
  group: "no group",
  session: "no session",
};

/** `usage` is the most first, as the house answers it. */
export function barsOf(by: UsageBy, usage: readonly UsageView[]): readonly TokenBar[] {
  const most = Math.max(1, ...usage.map(({ totalTokens }) => totalTokens));
  return usage.map((row) => ({
    // A name that somebody chose is no word of ours.
    key: row.name === null ? "nobody" : `of ${row.name}`,
    name: nameOf(by, row.name),
    share: row.totalTokens / most,
    tokens: roughly(row.totalTokens),
    note: by === "session" ? splitOf(row) : `${counted(row.sessions, "session")}, ${splitOf(row)}`,
  }));
}

function nameOf(by: UsageBy, name: string | null): string {
  if (name === null) return NOBODY[by];
  return by === "session" ? nameOfId(name) : oneLine(name, 80);
}

/** What was read and what was written: they cost differently. */
const splitOf = ({ inputTokens, cachedInputTokens, outputTokens }: TokenSums): string =>
  `${roughly(inputTokens)} in (${roughly(cachedInputTokens)} cached), ${roughly(outputTokens)} out`;

/** What the bars leave out, or null. */
export function restOf(usage: readonly UsageView[], total: TokenSums): string | null {
  const rest = usage.reduce((left, { totalTokens }) => left - totalTokens, total.totalTokens);
  return rest > 0 ? `and ${roughly(rest)} tokens of others` : null;
}
