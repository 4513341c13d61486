/** The one aggregation of the fleet (F1-040, F1-132): what `/api/fleet` and `/api/state` answer is made here and nowhere else. Pure. */
import { Lifecycle, RuntimeWord } from "@claw/events";
import type { FleetSession, FleetState, FleetTotals } from "./shapes.ts";

export interface FleetConfig {
  readonly canonicalUrl: string;
  readonly productUrl: string;
  /** Hosts that every sandbox may reach without a policy of its own. */
  readonly defaultHostCount: number;
}

/** What is known of the registry as a whole. */
export interface FleetRegistry {
  readonly isAvailable: boolean;
  /** Policies that are registered, also for sessions that the caller may not see or that nobody knows. */
  readonly policyCount: number;
}

/** `sessions` in any order; what the caller may not see is not among them. */
export function fleetState(
  config: FleetConfig,
  registry: FleetRegistry,
  sessions: readonly FleetSession[],
  nowMs: number,
): FleetState {
  const counts = countsOf(sessions);
  return {
    canonicalUrl: config.canonicalUrl,
    productUrl: config.productUrl,
    generatedAt: nowMs,
    registryAvailable: registry.isAvailable,
    egress: {
      defaultHostCount: config.defaultHostCount,
      policyCount: registry.policyCount,
      sessionsWithPolicy: counts.withPolicy,
    },
    totals: totalsOf(sessions.length, counts),
    sessions: isInOrder(sessions) ? sessions.slice() : sessions.toSorted(byAge),
  };
}

interface Counts {
  active: number;
  attachable: number;
  archived: number;
  vnc: number;
  withPolicy: number;
  readonly byRuntime: Record<RuntimeWord, number>;
  readonly byStatus: Record<Lifecycle, number>;
}

const zeroes = <Word extends string>(words: readonly Word[]): Record<Word, number> =>
  Object.fromEntries(words.map((word) => [word, 0])) as Record<Word, number>;

/** In one pass: every request counts the whole fleet (N1-046). */
function countsOf(sessions: readonly FleetSession[]): Counts {
  const counts: Counts = {
    active: 0,
    attachable: 0,
    archived: 0,
    vnc: 0,
    withPolicy: 0,
    byRuntime: zeroes(RuntimeWord.options),
    byStatus: zeroes(Lifecycle.options),
  };
  for (const session of sessions) {
    counts.active += Number(session.active);
    counts.attachable += Number(session.attachable);
    counts.archived += Number(session.archived);
    counts.vnc += Number(session.vnc);
    counts.withPolicy += Number(session.policy.present);
    counts.byRuntime[session.runtime] += 1;
    counts.byStatus[session.status] += 1;
  }
  return counts;
}

const totalsOf = (
  sessions: number,
  { active, attachable, archived, vnc, byRuntime, byStatus }: Counts,
): FleetTotals => ({
  sessions,
  active,
  ready: byStatus.ready,
  provisioning: byStatus.provisioning,
  failed: byStatus.failed,
  stopped: byStatus.stopped,
  attachable,
  archived,
  vnc,
  byRuntime: { crabbox: byRuntime.crabbox, container: byRuntime.container },
  byStatus,
});

/** A request finds most often what the last one left in order. */
function isInOrder(sessions: readonly FleetSession[]): boolean {
  let before: FleetSession | undefined;
  for (const session of sessions) {
    if (before !== undefined && byAge(before, session) > 0) return false;
    before = session;
  }
  return true;
}

/** Oldest first, those of unknown age last, then by id: so that a page of the dashboard does not jump (F1-067). */
export function byAge(a: FleetSession, b: FleetSession): number {
  const [one, other] = [a.createdAt ?? Number.MAX_VALUE, b.createdAt ?? Number.MAX_VALUE];
  if (one !== other) return one - other;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
