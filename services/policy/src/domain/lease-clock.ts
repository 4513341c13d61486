/**
 * When leases run out, by the leader's monotonic clock. It is the leader's memory and no part of the house: renewals are not in the log (DESIGN 14.8), so
 * whoever takes the lead knows of none and gives every lease in force its full TTL (DESIGN 6.2, RELIABILITY §4.4).
 */
import type { LeaseId } from "@claw/events";
import type { House, Lease } from "./state.ts";

/** Of each lease in force, the monotonic time (ms) from which on it has run out. */
export type LeaseClock = ReadonlyMap<LeaseId, number>;

export const noLeases: LeaseClock = new Map();

/** The lease of this id that is offered or in force, or null. */
export function leaseOf(house: House, leaseId: LeaseId): Lease | null {
  const sessionId = house.leases.get(leaseId);
  const lease = sessionId === undefined ? null : (house.desks.get(sessionId)?.lease ?? null);
  return lease?.leaseId === leaseId ? lease : null;
}

/** Every lease that is offered or in force. */
export const leasesOf = (house: House): readonly Lease[] =>
  [...house.leases.entries()].flatMap(([leaseId]) => leaseOf(house, leaseId) ?? []);

/** The clock for this house: a lease that came into force since has its full TTL from now on, one that ended is gone. */
export function tended(clock: LeaseClock, house: House, monoMs: number): LeaseClock {
  const inForce = leasesOf(house).filter(({ state }) => state === "inForce");
  const isSame = inForce.length === clock.size && inForce.every(({ leaseId }) => clock.has(leaseId));
  if (isSame) return clock;
  return new Map(inForce.map(({ leaseId, ttlMs }) => [leaseId, clock.get(leaseId) ?? monoMs + ttlMs]));
}

/** The clock after the holder renewed: the whole TTL again. A lease that is not in force stays as it is. */
export function renewed(clock: LeaseClock, house: House, leaseId: LeaseId, monoMs: number): LeaseClock {
  const lease = leaseOf(house, leaseId);
  return lease?.state === "inForce" ? new Map(clock).set(leaseId, monoMs + lease.ttlMs) : clock;
}
