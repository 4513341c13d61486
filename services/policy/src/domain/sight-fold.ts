/**
 * The sight as a keyed fold over the observed lanes. Who said it counts: of a session only its own host, which its first `session.observed` names
 * (DESIGN 14.16); of a host only ingest, and of what it is, itself.
 */
import {
  DECIDED,
  type HostId,
  laneParts,
  requestedSession,
  type Recorded,
  type SessionId,
} from "@claw/events";
import { evolveHost, type HostRow } from "./host-fold.ts";
import { judged } from "./marks.ts";
import { acceptedIn, evolveSession, withAcceptance } from "./session-fold.ts";
import type { SessionRow } from "./session-row.ts";
import type { Sight, SightIndex } from "./sight.ts";

export type { HostRow } from "./host-fold.ts";
export { LIVE_WITHIN_MS } from "./session-fold.ts";
export type { SessionRow } from "./session-row.ts";
export type SightRow = SessionRow | HostRow;

/** Raise when keys or rows change: the fold is then made anew. */
export const SIGHT_VERSION = 10;

export const sessionKey = (id: SessionId): string => `session/${id}`;
export const hostKey = (id: HostId): string => `host/${id}`;

/** For whoever looks up by ids alone. */
export const noIndex: SightIndex = { asking: () => [], spawnedAtWork: () => 0, subAgents: () => [] };

type Get = (key: string) => SightRow | undefined;

/** What rules may look up in the rows. */
export const sightIn = (get: Get, index: SightIndex = noIndex): Sight => ({
  ...index,
  session: (id) => {
    const row = get(sessionKey(id));
    return row?.kind === "session" ? judged(row, isOfSpawn(get, row)) : null;
  },
  host: (id) => {
    const row = get(hostKey(id));
    return row?.kind === "host" ? row : null;
  },
});

/** True where the session that the spawn asked for became this one. */
function isOfSpawn(get: Get, { spawnId, sessionId }: SessionRow): boolean {
  const requested = spawnId === null ? undefined : get(sessionKey(requestedSession(spawnId)));
  return requested?.kind === "session" && requested.boundTo === sessionId;
}

/** The row that an event touches, or null. */
export function sightKey({ by, lane, event }: Recorded): string | null {
  if (lane === DECIDED) {
    const accepted = by.kind === "policy" ? acceptedIn(event) : null;
    return accepted === null ? null : sessionKey(accepted.sessionId);
  }
  const kind = laneParts(lane)?.kind;
  const isSaid = by.kind === "host" || (by.kind === "ingest" && kind === "host");
  return isSaid && (kind === "session" || kind === "host") ? lane : null;
}

/** The row after an event; undefined where it changes nothing. */
export function evolveSight(row: SightRow | undefined, recorded: Recorded): SightRow | undefined {
  const { lane } = recorded;
  if (lane === DECIDED) return row?.kind === "session" ? withAcceptance(row, recorded) : undefined;
  const parts = laneParts(lane);
  if (parts === null) return undefined;
  return parts.kind === "host"
    ? evolveHost(row?.kind === "host" ? row : undefined, recorded, parts.id as HostId)
    : evolveSession(row?.kind === "session" ? row : undefined, recorded, parts.id as SessionId);
}
