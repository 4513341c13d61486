/** Which group looks after what, and who belongs to one. */
import { DEFAULT_GROUP, type GroupId, type GrantReach, type HostId } from "@claw/events";
import type { Question } from "./question.ts";
import type { SessionSight } from "./sight.ts";
import type { House } from "./state.ts";

/** The group that looks after the sessions of a host. */
export const groupOfHost = (house: House, hostId: HostId): GroupId =>
  house.hosts.get(hostId)?.group ?? DEFAULT_GROUP;

/** The group that the caller belongs to: a Claw its own, a session that of its host, nobody else any. A session that nobody has seen is in none. */
export function callerGroup(
  house: House,
  { principal, via, sight }: Pick<Question, "principal" | "via" | "sight">,
): GroupId | null {
  if (via !== null) {
    const caller = sight.session(via.sessionId);
    return caller === null ? null : groupOfHost(house, caller.hostId);
  }
  return principal.role === "claw" ? (principal.group ?? DEFAULT_GROUP) : null;
}

/** Where a session stands, for grants and rulings. */
export const reachOf = (house: House, { sessionId, hostId }: SessionSight): GrantReach => ({
  sessionId,
  hostId,
  group: groupOfHost(house, hostId),
});
