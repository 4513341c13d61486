/** The fleet in figures, for Prometheus (N1-035). Pure. No figure names a person, a host or a session, and no label has more words than are counted here. */
import { AttentionKind, Lifecycle } from "@claw/events";
import type { FleetLine, HostRow } from "@claw/views";

/** Groups that are told apart, the largest first; the rest are `other`. Groups are made by admins, so this bounds what is drawn, not what peers can do. */
export const MAX_GROUPS = 20;
const OTHER = "other";

export type Figure = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Sessions and runtimes by state and group. Each state is told of each group that there is, so that a graph has no holes. */
export function sessionFigures(lines: readonly FleetLine[]): readonly Figure[] {
  const named = largestGroups(lines);
  const counts = new Map<string, Map<Lifecycle, number>>();
  for (const { session, belonging } of lines) {
    const group = named.has(belonging.group) ? belonging.group : OTHER;
    const ofGroup = counts.get(group) ?? new Map<Lifecycle, number>();
    counts.set(group, ofGroup.set(session.status, (ofGroup.get(session.status) ?? 0) + 1));
  }
  return [...counts].flatMap(([group, ofGroup]) =>
    Lifecycle.options.map((state): Figure => [{ state, group }, ofGroup.get(state) ?? 0]),
  );
}

function largestGroups(lines: readonly FleetLine[]): ReadonlySet<string> {
  const sizes = new Map<string, number>();
  for (const { belonging } of lines) sizes.set(belonging.group, (sizes.get(belonging.group) ?? 0) + 1);
  const largest = [...sizes].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return new Set(largest.slice(0, MAX_GROUPS).map(([group]) => group));
}

/** Tokens of the sessions that are known, by group (N1-036): whose they are, and of which session, is told by `/api/usage` to who may see them. */
export function tokenFigures(lines: readonly FleetLine[]): readonly Figure[] {
  const named = largestGroups(lines);
  const sums = new Map<string, number>();
  for (const { usage, belonging } of lines) {
    const group = named.has(belonging.group) ? belonging.group : OTHER;
    sums.set(group, (sums.get(group) ?? 0) + (usage?.totalTokens ?? 0));
  }
  return [...sums].map(([group, value]): Figure => [{ group }, value]);
}

/** What needs somebody, by kind; what is put off is not counted. */
export function attentionFigures(lines: readonly FleetLine[]): readonly Figure[] {
  const counts = new Map<string, number>();
  for (const { kind } of shown(lines)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return AttentionKind.options.map((kind): Figure => [{ kind }, counts.get(kind) ?? 0]);
}

/** How long the oldest item of each kind has waited, in seconds; 0 where there is none. */
export function oldestFigures(lines: readonly FleetLine[], nowMs: number): readonly Figure[] {
  const oldest = new Map<string, number>();
  for (const { kind, sinceAt } of shown(lines))
    oldest.set(kind, Math.min(oldest.get(kind) ?? sinceAt, sinceAt));
  return AttentionKind.options.map((kind): Figure => [{ kind }, secondsSince(oldest.get(kind), nowMs)]);
}

const shown = (lines: readonly FleetLine[]) =>
  lines.flatMap(({ attention }) => attention.filter(({ isSnoozed }) => !isSnoozed));

export const secondsSince = (at: number | null | undefined, nowMs: number): number =>
  at === null || at === undefined ? 0 : Math.max(0, nowMs - at) / 1_000;

const FRESHNESS = [
  "live",
  "stale",
  "unknown",
  "gone",
] as const satisfies readonly HostRow["freshness"]["state"][];

/** Hosts by whether they were heard: `live` are the connectors that are up. */
export function hostFigures(hosts: readonly Pick<HostRow, "freshness">[]): readonly Figure[] {
  return FRESHNESS.map((state): Figure => [
    { freshness: state },
    hosts.filter(({ freshness }) => freshness.state === state).length,
  ]);
}
