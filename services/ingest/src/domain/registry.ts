/** What ingest knows of hosts, sessions and host tokens: a keyed fold over the log, so that it grows back after any loss. */
import type {
  CommandId,
  Digest,
  EndpointId,
  Epoch,
  Event,
  HostId,
  Lane,
  Placement,
  Recorded,
  SessionId,
  TokenId,
} from "@claw/events";
import { DECIDED, laneParts, requestedSession, sessionAsked, sessionLane, standingAfter } from "@claw/events";
import {
  evolveGroup,
  evolveSwitches,
  groupKey,
  type GroupRow,
  isGroupKey,
  SWITCHES,
  type SwitchesRow,
} from "./switches.ts";
import { evolveWork, isWorkKey, workKeyOf, type WorkRow } from "./work.ts";

/** Where a session lives. The first entry of its lane said so, and no later one moves it (DESIGN 14.16). */
export interface Owner {
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
}

export interface SessionRow extends Owner {
  readonly kind: "session";
  readonly sessionId: SessionId;
  readonly isDeleted: boolean;
  /** The silence under which it is stale, as its entry id ends (`<epoch>/<lastSeq>…`), or null. */
  readonly staledAs: string | null;
  /** Of one that was asked for, the session of its thread, and the other way round; left out where there is none. A switch over one is over both. */
  readonly otherName?: SessionId;
}

export interface HostRow {
  readonly kind: "host";
  readonly hostId: HostId;
  /** Of the newest fact; null before the first. */
  readonly epoch: Epoch | null;
  readonly lastSeq: number;
  /** How often it fell silent since its newest fact. */
  readonly silences: number;
  /** The silence that lasts, and when it was last heard before it; null while it is heard. */
  readonly silent: { readonly as: string; readonly lastHeardAt: number } | null;
  readonly lastHeardAt: number;
  /** Whether new work may be placed on it, as policy said last. */
  readonly placement: Placement;
  /** The last fact of this epoch below which the log lacks none. */
  readonly through: number;
  /** The last hole in its facts that was noted, as its entry id ends; so that it is noted once. */
  readonly hole: string | null;
  /** Its oldest unsent fact was older than 5 s when it was heard last (DESIGN 14.10). */
  readonly isBehind: boolean;
}

/** A host may have several: a rotation leaves the one before valid for a while. */
export interface TokenRow {
  readonly kind: "token";
  readonly tokenId: TokenId;
  readonly hostId: HostId;
  readonly digest: Digest;
  readonly until: number | null;
  readonly isRevoked: boolean;
}

export type RegistryRow = SessionRow | HostRow | TokenRow | WorkRow | SwitchesRow | GroupRow;

export const sessionKey = (id: SessionId): string => `session/${id}`;
export const hostKey = (id: HostId): string => `host/${id}`;
export const tokenKey = (id: TokenId): string => `token/${id}`;

const SESSION_FACTS: ReadonlySet<Event["type"]> = new Set<Event["type"]>([
  "session.observed",
  "session.closed",
  "session.reopened",
  "session.bound",
  "session.staled",
  "session.returned",
]);

/**
 * The rows that an event touches. Who said it counts, and where: a host cannot decide, and policy cannot observe. What says in another lane that policy
 * wrote it was written by whoever may publish there, and the ledger quarantines it (RELIABILITY S6, S7).
 */
export function registryKeys(recorded: Recorded): readonly string[] {
  const { by, lane, event } = recorded;
  if ((by.kind === "policy") !== (lane === DECIDED)) return [];
  const work = workKeyOf(recorded);
  const keys = by.kind === "policy" ? decidedKeys(event) : observedKeys(recorded);
  return work === null ? keys : [...keys, work];
}

function observedKeys({ by, lane, event }: Recorded): readonly string[] {
  const parts = laneParts(lane);
  const keys = by.kind === "host" ? [hostKey(by.hostId)] : [];
  if (parts?.kind === "session" && (SESSION_FACTS.has(event.type) || isNeverMade(lane, event)))
    keys.push(lane);
  if (event.type === "session.bound" && by.kind === "host") keys.push(sessionKey(event.data.boundTo));
  if (parts?.kind === "host" && by.kind === "ingest") keys.push(lane);
  return keys;
}

/**
 * The host says in the lane of a session that was asked for that it will not be. Without this, whoever asks in vain long enough fills the host's list of
 * sessions.
 */
const isNeverMade = (lane: Lane, event: Event): boolean =>
  (event.type === "command.failed" || event.type === "command.expired") &&
  lane === laneAskedBy(event.data.commandId);
const laneAskedBy = (commandId: CommandId): Lane => sessionLane(requestedSession(commandId));

function decidedKeys(event: Event): readonly string[] {
  switch (event.type) {
    case "host.added":
      return [tokenKey(event.data.tokenId), groupKey(event.data.hostId)];
    case "switch.set":
      return [SWITCHES];
    case "token.revoked":
    case "token.limited":
      return [tokenKey(event.data.tokenId)];
    case "host.placed":
      return [hostKey(event.data.hostId)];
    case "command.accepted": {
      const asked = sessionAsked(event.data);
      return asked === null ? [] : [sessionKey(asked.sessionId)];
    }
    default:
      return [];
  }
}

/** The row after an event. */
export function evolveRegistry(
  row: RegistryRow | undefined,
  recorded: Recorded,
  key: string,
): RegistryRow | undefined {
  if (key.startsWith("token/")) return evolveToken(row?.kind === "token" ? row : undefined, recorded.event);
  if (isWorkKey(key)) return evolveWork(row?.kind === "work" ? row : undefined, recorded);
  if (key === SWITCHES) return evolveSwitches(row?.kind === "switches" ? row : undefined, recorded.event);
  if (isGroupKey(key)) return evolveGroup(recorded.event);
  if (key.startsWith("session/"))
    return evolveSession(row?.kind === "session" ? row : undefined, recorded, key);
  return evolveHost(row?.kind === "host" ? row : undefined, recorded, key.slice("host/".length) as HostId);
}

function evolveToken(row: TokenRow | undefined, event: Event): TokenRow | undefined {
  // A token is made once: told again, it is not what was revoked or limited since.
  if (event.type === "host.added" && row !== undefined) return undefined;
  if (event.type === "host.added") {
    const { tokenId, hostId, tokenDigest: digest, until } = event.data;
    return { kind: "token", tokenId, hostId, digest, until, isRevoked: false };
  }
  if (row === undefined) return undefined;
  // A limit never lengthens a token's life.
  return event.type === "token.limited"
    ? { ...row, until: Math.min(row.until ?? Infinity, event.data.until) }
    : { ...row, isRevoked: true };
}

function evolveSession(
  row: SessionRow | undefined,
  { lane, by, event, entryId }: Recorded,
  key: string,
): SessionRow | undefined {
  if (event.type === "session.observed" && by.kind === "host") {
    if (row !== undefined) return undefined;
    const { hostId, endpointId } = event.data;
    const sessionId = lane.slice("session/".length) as SessionId;
    return { kind: "session", sessionId, hostId, endpointId, isDeleted: false, staledAs: null };
  }
  if (row === undefined) return undefined;
  switch (event.type) {
    // What another host said under its name before is as if it had not been said.
    case "command.accepted": {
      const asked = sessionAsked(event.data);
      if (asked === null || asked.hostId === row.hostId) return undefined;
      const { sessionId, hostId, endpointId } = asked;
      return { kind: "session", sessionId, hostId, endpointId, isDeleted: false, staledAs: null };
    }
    case "session.closed":
      return { ...row, isDeleted: event.data.how === "deleted" };
    // There will be none (`isNeverMade`): nothing here can grow old any more.
    case "command.failed":
    case "command.expired":
      return by.kind === "host" ? { ...row, isDeleted: true } : undefined;
    case "session.bound":
      return by.kind === "host" && by.hostId === row.hostId && lane === laneAskedBy(event.data.commandId)
        ? tied(row, requestedSession(event.data.commandId), event.data.boundTo, key)
        : undefined;
    case "session.reopened":
      return { ...row, isDeleted: false };
    case "session.staled":
      return by.kind === "ingest" ? { ...row, staledAs: tailOf(entryId) } : undefined;
    case "session.returned":
      return by.kind === "ingest" ? { ...row, staledAs: null } : undefined;
    default:
      return undefined;
  }
}

/** Both rows learn the other name, once. The thread's own session goes on in the place of the one that was asked for. */
function tied(row: SessionRow, asked: SessionId, boundTo: SessionId, key: string): SessionRow | undefined {
  if (key === sessionKey(asked)) return { ...row, isDeleted: true, otherName: row.otherName ?? boundTo };
  return row.otherName === undefined ? { ...row, otherName: asked } : undefined;
}

function evolveHost(
  row: HostRow | undefined,
  { by, event, entryId, recordedAt }: Recorded,
  hostId: HostId,
): HostRow | undefined {
  const known = row ?? unheard(hostId, recordedAt);
  if (by.kind === "host") {
    const isNewer = known.epoch !== by.epoch || known.lastSeq < by.seq;
    const place = isNewer ? { epoch: by.epoch, lastSeq: by.seq, silences: 0 } : {};
    const before = known.epoch === by.epoch ? known.through : 0;
    const through = isNewer && by.seq === before + 1 ? by.seq : before;
    return { ...known, ...place, through, lastHeardAt: Math.max(known.lastHeardAt, recordedAt) };
  }
  if (event.type === "host.placed" && by.kind === "policy")
    return { ...known, placement: event.data.placement };
  if (event.type === "outbox.lost") {
    const { epoch, from, to } = event.data;
    const isNext = known.epoch === epoch && from <= known.through + 1;
    const through = isNext ? Math.max(known.through, to, known.lastSeq) : known.through;
    return { ...known, through, hole: tailOf(entryId) };
  }
  if (event.type === "host.silent") {
    const silent = { as: tailOf(entryId), lastHeardAt: event.data.lastHeardAt };
    return { ...known, silences: known.silences + 1, silent };
  }
  if (event.type !== "host.heard" || event.data.edge === "disconnected") return row;
  const { isBehind } = standingAfter({ isSilent: known.silent !== null, isBehind: known.isBehind }, event);
  return { ...known, silent: null, isBehind, lastHeardAt: Math.max(known.lastHeardAt, recordedAt) };
}

const unheard = (hostId: HostId, recordedAt: number): HostRow => ({
  kind: "host",
  hostId,
  epoch: null,
  lastSeq: 0,
  silences: 0,
  silent: null,
  lastHeardAt: recordedAt,
  placement: "open",
  through: 0,
  hole: null,
  isBehind: false,
});

/** What follows `<kind>/<id>/` in an entry id. */
const tailOf = (entryId: string): string => entryId.split("/").slice(2).join("/");
