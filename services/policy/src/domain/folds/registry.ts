/** What the registry leaves in the house: runtimes, as far as their next change hangs on the last, and whose a unix user's sessions are. */
import { type DataOf, type EventOf, ownerKey } from "@claw/events";
import { isForgotten } from "../runtimes.ts";
import type { House, KnownRuntime } from "../state.ts";

export function withRuntimeRegistered(house: House, { data, at }: EventOf<"runtime.registered">): House {
  const { runtimeId, revision, status, leaseUntil, owner } = data;
  const runtime: KnownRuntime = { revision, status, leaseUntil, owner, at };
  return { ...house, runtimes: house.runtimes.set(runtimeId, runtime) };
}

/** What is left out stays; a change of what nobody registered changes nothing. */
export function withRuntimeUpdated(house: House, { data, at }: EventOf<"runtime.updated">): House {
  const { runtimeId, revision, changes } = data;
  const before = house.runtimes.get(runtimeId);
  if (before === undefined) return house;
  const runtime: KnownRuntime = {
    revision,
    status: changes.status ?? before.status,
    leaseUntil: changes.leaseUntil === undefined ? before.leaseUntil : changes.leaseUntil,
    owner: changes.owner === undefined ? before.owner : changes.owner,
    at,
  };
  return { ...house, runtimes: house.runtimes.set(runtimeId, runtime) };
}

export function withOwnerMapped(house: House, { hostId, unixUser, owner }: DataOf<"owner.mapped">): House {
  const owners = new Map(house.owners);
  if (owner === null) owners.delete(ownerKey(hostId, unixUser));
  else owners.set(ownerKey(hostId, unixUser), owner);
  return { ...house, owners };
}

/** Without those that ended too long ago. Runtimes come and go by the thousand, and their revisions only grow all the same. */
export function sweptRuntimes(house: House, at: number): Pick<House, "runtimes" | "revisionFloor"> {
  let { revisionFloor } = house;
  const runtimes = house.runtimes.filter((runtime) => {
    if (!isForgotten(runtime, at)) return true;
    revisionFloor = Math.max(revisionFloor, runtime.revision);
    return false;
  });
  return { runtimes, revisionFloor };
}
