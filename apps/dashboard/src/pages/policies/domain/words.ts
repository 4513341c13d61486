/** Rules in words. Pure. */
import { ageOf } from "../../../words/age.ts";
import { figure, roughly } from "../../../words/figures.ts";
import type { EgressView, GrantView, LimitView, RulingView } from "../queries.ts";

/** `everything`, `host fra-01`, `session 7f31c0` */
export const placeOf = ({ scope, id }: { readonly scope: string; readonly id: string | null }): string =>
  id === null ? (scope === "global" ? "everything" : scope) : `${scope} ${id}`;

/** A limit's figure with its unit, as people say it. */
export function limitFigure(value: number, unit: string): string {
  if (unit === "ms") return ageOf(value);
  if (unit === "tokens") return `${roughly(value)} tokens`;
  return `${figure(value)} ${unit}`;
}

export const isChanged = ({ value, default: usual }: Pick<LimitView, "value" | "default">): boolean =>
  value !== usual;

/** Where a limit stands between its ends, as 0…1, by powers of ten: most limits are near their lower end. */
export function shareOf({ value, min, max }: Pick<LimitView, "value" | "min" | "max">): number {
  const span = Math.log10(max - min + 1);
  return span === 0 ? 1 : Math.log10(Math.max(0, value - min) + 1) / span;
}

const RIGHTS: Readonly<Record<string, string>> = {
  send: "send to other sessions",
  interrupt: "interrupt other sessions",
  spawn: "spawn sessions",
  transcript: "read other transcripts",
};

export const rightOf = (right: string): string => RIGHTS[right] ?? right;

/** The state of each right of sessions: `closed` by default, and where it says otherwise. */
export const grantsOf = (right: string, grants: readonly GrantView[]): readonly GrantView[] =>
  grants.filter((grant) => grant.right === right);

const KINDS: Readonly<Record<string, string>> = {
  command: "commands",
  fileChange: "file changes",
  permissions: "permissions",
  elicitation: "questions of tools",
};

export const kindOf = (kind: string | null): string =>
  kind === null ? "every other kind" : (KINDS[kind] ?? kind);

export function rulingWords({
  answer,
  waitMs,
  pattern,
}: Pick<RulingView, "answer" | "waitMs" | "pattern">): string {
  if (answer === "ask")
    return `people are asked for ${waitMs === null ? "a while" : ageOf(waitMs)}, then it is declined`;
  if (answer === "accept")
    return `accepted where the whole of it matches ${pattern ?? "a pattern"}, else declined`;
  return "declined at once";
}

/** One sentence over the sandboxes. */
export function egressSentence(policies: readonly EgressView[]): string {
  const repos = new Set(policies.map(({ githubRepo }) => githubRepo).filter((repo) => repo !== null)).size;
  const withToken = policies.filter(({ hasGithubToken }) => hasGithubToken).length;
  return `${figure(policies.length)} registered, ${figure(repos)} allowed ${repos === 1 ? "repository" : "repositories"}, ${figure(withToken)} with a GitHub token`;
}
