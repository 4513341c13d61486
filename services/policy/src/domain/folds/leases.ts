/** The life of leases in the house. When they run out is the leader's memory (`lease-clock.ts`). */
import type { EventOf, LeaseId, SessionId } from "@claw/events";
import { deskOf, withDesk } from "../desk.ts";
import type { House, Lease } from "../state.ts";

export function withOffered(house: House, { at, data }: EventOf<"lease.offered">): House {
  const { leaseId, sessionId, hostId, holder, token, ttlMs, offerUntil } = data;
  const lease: Lease = {
    leaseId,
    sessionId,
    hostId,
    holder,
    token,
    ttlMs,
    state: "offered",
    offerUntil,
    grantedAt: null,
  };
  const { lease: before } = deskOf(house, sessionId);
  const leases = before === null ? house.leases : house.leases.delete(before.leaseId);
  return withDesk({ ...house, leases: leases.set(leaseId, sessionId) }, sessionId, at, { token, lease });
}

/** A grant of a lease that is over, or in force already, changes nothing. */
export function withGranted(house: House, { at, data }: EventOf<"lease.granted">): House {
  const lease = leaseOn(house, data.sessionId, data.leaseId);
  if (lease?.state !== "offered") return house;
  return withDesk(house, data.sessionId, at, { lease: { ...lease, state: "inForce", grantedAt: at } });
}

/** Its token stays the newest of the session: whoever writes next takes a later one. */
export function withLeaseEnded(
  house: House,
  { leaseId, sessionId }: { readonly leaseId: LeaseId; readonly sessionId: SessionId },
  at: number,
): House {
  if (leaseOn(house, sessionId, leaseId) === null) return house;
  const without = withDesk(house, sessionId, at, { lease: null });
  return { ...without, leases: without.leases.delete(leaseId) };
}

function leaseOn(house: House, sessionId: SessionId, leaseId: LeaseId): Lease | null {
  const { lease } = deskOf(house, sessionId);
  return lease?.leaseId === leaseId ? lease : null;
}
