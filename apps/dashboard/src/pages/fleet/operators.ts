/** The fleet by who it belongs to. Pure. */
import { type FleetRow, isStale, needsSomeone } from "./rows.ts";

export interface Operator {
  /** Null: nobody said whose these are. */
  readonly name: string | null;
  readonly rows: readonly FleetRow[];
  readonly running: number;
  readonly needing: number;
  readonly stale: number;
  readonly turns: number;
  readonly hosts: readonly string[];
}

/** By name, those who are needed first; nobody's last. */
export function operatorsOf(rows: readonly FleetRow[]): readonly Operator[] {
  const groups = Map.groupBy(rows, ({ fleet }) => fleet.owner);
  return [...groups].map(([name, theirs]) => operatorOf(name, theirs)).toSorted(byNeed);
}

const count = (rows: readonly FleetRow[], holds: (row: FleetRow) => boolean): number =>
  rows.filter(holds).length;

const operatorOf = (name: string | null, rows: readonly FleetRow[]): Operator => ({
  name,
  rows,
  running: count(rows, ({ fleet }) => fleet.active),
  needing: count(rows, needsSomeone),
  stale: count(rows, isStale),
  turns: rows.reduce((sum, { session }) => sum + (session?.turnCount ?? 0), 0),
  hosts: [...new Set(rows.flatMap(({ host }) => (host === null ? [] : [host])))].toSorted(),
});

const byNeed = (a: Operator, b: Operator): number =>
  Number(a.name === null) - Number(b.name === null) ||
  b.needing - a.needing ||
  (a.name ?? "").localeCompare(b.name ?? "", "en");

/** People whom the caller sees in the fleet (F1-112). */
export const peopleIn = (rows: readonly FleetRow[]): number =>
  new Set(rows.flatMap(({ fleet }) => (fleet.owner === null ? [] : [fleet.owner]))).size;
