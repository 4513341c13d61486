/** What ingest knows of hosts, sessions and host tokens: a keyed fold over the log, so that it grows back after any loss. */
import type { Digest, EndpointId, Epoch, Event, HostId, Recorded, SessionId, TokenId } from "@claw/events";
import { laneParts } from "@claw/events";

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
}

export interface TokenRow {
  readonly kind: "token";
  readonly tokenId: TokenId;
  readonly hostId: HostId;
  readonly digest: Digest;
  readonly until: number | null;
  readonly isRevoked: boolean;
}

export type RegistryRow = SessionRow | HostRow | TokenRow;

export const sessionKey = (id: SessionId): string => `session/${id}`;
export const hostKey = (id: HostId): string => `host/${id}`;
export const tokenKey = (id: TokenId): string => `token/${id}`;

const SESSION_FACTS: ReadonlySet<Event["type"]> = new Set<Event["type"]>([
  "session.observed",
  "session.closed",
  "session.reopened",
  "session.staled",
  "session.returned",
]);

/** The rows that an event touches. Who said it counts: a host cannot decide, and policy cannot observe. */
export function registryKeys({ by, lane, event }: Recorded): readonly string[] {
  if (by.kind === "policy")
    return event.type === "host.added" || event.type === "token.revoked"
      ? [tokenKey(event.data.tokenId)]
      : [];
  const parts = laneParts(lane);
  const keys = by.kind === "host" ? [hostKey(by.hostId)] : [];
  if (parts?.kind === "session" && SESSION_FACTS.has(event.type)) keys.push(lane);
  if (parts?.kind === "host" && by.kind === "ingest") keys.push(lane);
  return keys;
}

/** The row after an event. */
export function evolveRegistry(
  row: RegistryRow | undefined,
  recorded: Recorded,
  key: string,
): RegistryRow | undefined {
  if (key.startsWith("token/")) return evolveToken(row?.kind === "token" ? row : undefined, recorded.event);
  if (key.startsWith("session/")) return evolveSession(row?.kind === "session" ? row : undefined, recorded);
  return evolveHost(row?.kind === "host" ? row : undefined, recorded, key.slice("host/".length) as HostId);
}

function evolveToken(row: TokenRow | undefined, event: Event): TokenRow | undefined {
  if (event.type === "host.added") {
    const { tokenId, hostId, tokenDigest: digest, until } = event.data;
    return { kind: "token", tokenId, hostId, digest, until, isRevoked: false };
  }
  return row === undefined ? undefined : { ...row, isRevoked: true };
}

function evolveSession(
  row: SessionRow | undefined,
  { lane, by, event, entryId }: Recorded,
): SessionRow | undefined {
  if (event.type === "session.observed" && by.kind === "host") {
    if (row !== undefined) return undefined;
    const { hostId, endpointId } = event.data;
    const sessionId = lane.slice("session/".length) as SessionId;
    return { kind: "session", sessionId, hostId, endpointId, isDeleted: false, staledAs: null };
  }
  if (row === undefined) return undefined;
  switch (event.type) {
    case "session.closed":
      return { ...row, isDeleted: event.data.how === "deleted" };
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

function evolveHost(
  row: HostRow | undefined,
  { by, event, entryId, recordedAt }: Recorded,
  hostId: HostId,
): HostRow | undefined {
  const known: HostRow = row ?? {
    kind: "host",
    hostId,
    epoch: null,
    lastSeq: 0,
    silences: 0,
    silent: null,
    lastHeardAt: recordedAt,
  };
  if (by.kind === "host") {
    const isNewer = known.epoch !== by.epoch || known.lastSeq < by.seq;
    const place = isNewer ? { epoch: by.epoch, lastSeq: by.seq, silences: 0 } : {};
    return { ...known, ...place, lastHeardAt: Math.max(known.lastHeardAt, recordedAt) };
  }
  if (event.type === "host.silent") {
    const silent = { as: tailOf(entryId), lastHeardAt: event.data.lastHeardAt };
    return { ...known, silences: known.silences + 1, silent };
  }
  if (event.type !== "host.heard" || event.data.edge === "disconnected") return row;
  return { ...known, silent: null, lastHeardAt: Math.max(known.lastHeardAt, recordedAt) };
}

/** What follows `<kind>/<id>/` in an entry id. */
const tailOf = (entryId: string): string => entryId.split("/").slice(2).join("/");
