/** The log as the machines see it: entries in order, each once, the decided lane at its expected head. It can lose its tail (DESIGN 14.5). */
import {
  type By,
  DECIDED,
  type EntryId,
  type Event,
  type Lane,
  position,
  type Recorded,
  type SessionId,
} from "@claw/events";
import { emptyHouse, evolve } from "../../services/policy/src/domain/house.ts";
import { leasesOf } from "../../services/policy/src/domain/lease-clock.ts";
import type { LeaseNow } from "./lease-spec.ts";

export interface SimEntry {
  readonly entryId: EntryId;
  readonly lane: Lane;
  readonly by: By;
  readonly recordedAt: number;
  readonly events: readonly Event[];
}

export interface SimLog {
  entries: SimEntry[];
  byId: Set<EntryId>;
  /** How many entries the decided lane has: its head. */
  decided: number;
  /** How many entries the ledger of record holds: these are never lost. */
  confirmed: number;
  generation: number;
}

export const newLog = (): SimLog => ({
  entries: [],
  byId: new Set(),
  decided: 0,
  confirmed: 0,
  generation: 1,
});

/** As both adapters: the same id is one entry, and a head that has moved leaves no trace. */
export function append(
  log: SimLog,
  entry: SimEntry,
  expectedHead?: number,
): "appended" | "duplicate" | "conflict" {
  if (log.byId.has(entry.entryId)) return "duplicate";
  if (entry.lane === DECIDED) {
    if (expectedHead !== log.decided) return "conflict";
    log.decided += 1;
  }
  log.byId.add(entry.entryId);
  log.entries.push(entry);
  return "appended";
}

/** All that the ledger does not hold is gone, and a new generation begins. Gives what was lost. */
export function loseTail(log: SimLog): readonly SimEntry[] {
  const lost = log.entries.splice(log.confirmed);
  log.byId = new Set(log.entries.map(({ entryId }) => entryId));
  log.decided = log.entries.filter(({ lane }) => lane === DECIDED).length;
  log.generation += 1;
  return lost;
}

/** The events of an entry, as folds get them. */
export const recordedIn = ({ events, ...of }: SimEntry, index: number): readonly Recorded[] =>
  events.map((event) => ({ ...of, position: position(index + 1), event }));

/** The leases that are offered or in force by what the log says. */
export function leasesIn({ entries }: SimLog): ReadonlyMap<SessionId, LeaseNow> {
  const decided = entries.filter(({ lane }) => lane === DECIDED).flatMap(({ events }) => events);
  const leases = leasesOf(decided.reduce(evolve, emptyHouse));
  return new Map(
    leases.map(({ leaseId, sessionId, holder, token, state }) => [
      sessionId,
      { leaseId, who: holder.name, token, isGranted: state === "inForce" },
    ]),
  );
}
