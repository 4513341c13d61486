/** How a host stands, as ingest's word in its lane says: one fold for whoever asks whether it is heard, and whether it tells what it has. */
import type { Event } from "./catalog.ts";

export interface HostStanding {
  /** Nothing was heard of it for longer than its budget (`host.silent`). */
  readonly isSilent: boolean;
  /** Its oldest unsent fact is older than 5 s: what is known of its sessions is old (DESIGN 14.10). */
  readonly isBehind: boolean;
}

/** A host of which nothing was said. */
export const newStanding: HostStanding = { isSilent: false, isBehind: false };

/**
 * The standing after one event of the host's lane; the same object where nothing changes. A closed uplink is not silence (DESIGN 14.15): it changes
 * nothing, in neither direction.
 */
export function standingAfter<Standing extends HostStanding>(standing: Standing, event: Event): Standing {
  if (event.type === "host.silent") return standing.isSilent ? standing : { ...standing, isSilent: true };
  if (event.type !== "host.heard" || event.data.edge === "disconnected") return standing;
  const { edge } = event.data;
  const isBehind = edge === "behind" || (standing.isBehind && edge !== "caught_up");
  const isSame = !standing.isSilent && isBehind === standing.isBehind;
  return isSame ? standing : { ...standing, isSilent: false, isBehind };
}
