/**
 * Lanes: the ordered, single-writer parts of the log.
 *
 * What hosts observe goes to the lane of the session, or of the host where no session is meant. What policy decides goes to the one
 * decided lane (DESIGN 14.6). A lane is written `kind/id`; the decided lane is `decided`.
 */
import { z } from "zod";
import type { HostId, SessionId } from "./ids.ts";

export const LaneKind = z.enum(["session", "host", "group", "fleet", "request"]);
export type LaneKind = z.infer<typeof LaneKind>;

export const Lane = z
  .string()
  .regex(/^(decided|(session|host|group|fleet|request)\/[a-z0-9][a-z0-9_-]{0,62})$/, "decided, or kind/id")
  .brand<"Lane">();
export type Lane = z.infer<typeof Lane>;

export const DECIDED = "decided" as Lane;

/** Where the log itself is spoken of. */
export const FLEET_LANE = "fleet/log" as Lane;

export const sessionLane = (id: SessionId): Lane => `session/${id}` as Lane;
export const hostLane = (id: HostId): Lane => `host/${id}` as Lane;

/** The kind and id of an observed lane, or null for the decided one. */
export function laneParts(lane: Lane): { readonly kind: LaneKind; readonly id: string } | null {
  const slash = lane.indexOf("/");
  if (slash < 0) return null;
  return { kind: lane.slice(0, slash) as LaneKind, id: lane.slice(slash + 1) };
}
