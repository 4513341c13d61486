/** Whose a session or a registered runtime is, as far as policy can tell, by the rule that the views show (`@claw/events`, ADR 0014). */
import { ownerKey, ownerOfSocket, type SessionId } from "@claw/events";
import type { SessionSight, Sight } from "./sight.ts";
import { ancestorsOf, spawnOf } from "./spawned.ts";
import type { House } from "./state.ts";

/**
 * What a session asked for belongs to whoever owns that session, and so on up. Null where nobody said, and where the mark of a session names a spawn that is
 * forgotten or was never accepted: then nobody but an admin shares it.
 */
export function ownerOf(house: House, sight: Sight, id: SessionId): string | null {
  if (sight.session(id) === null && house.runtimes.has(id)) return house.runtimes.get(id)?.owner ?? null;
  const top = ancestorsOf(house, sight, id).at(-1) ?? id;
  const spawn = spawnOf(house, sight, top);
  if (spawn !== null) return spawn.owner;
  const session = sight.session(top);
  return session === null || session.spawnId !== null ? null : ownerByUser(house, sight, session);
}

function ownerByUser(house: House, sight: Sight, { hostId, endpointId }: SessionSight): string | null {
  const endpoint = sight.host(hostId)?.endpoints.find((one) => one.endpointId === endpointId);
  const unixUser = endpoint?.unixUser ?? null;
  const mapped = unixUser === null ? null : (house.owners.get(ownerKey(hostId, unixUser)) ?? null);
  return ownerOfSocket(hostId, unixUser, mapped);
}
