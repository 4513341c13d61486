/** How hosts and bearer tokens come, change and go. Both are few and change rarely: their maps are copied. */
import { type DataOf, DEFAULT_GROUP, type HostId, type TokenId } from "@claw/events";
import type { House, KnownHost, KnownToken } from "../state.ts";
import { endsBy } from "../tokens.ts";

/** A host that is told of again keeps its placement, and its group unless it is given another one. */
export function withHostAdded(house: House, data: DataOf<"host.added">): House {
  const { hostId, tokenId, tokenDigest, until, group } = data;
  const token = { tokenId, digest: tokenDigest, role: "host", hostId, until, isRevoked: false } as const;
  const known = house.hosts.get(hostId);
  return withHost(withNewToken(house, token), hostId, {
    placement: known?.placement ?? "open",
    group: group ?? known?.group ?? DEFAULT_GROUP,
  });
}

export const withHostPlaced = (house: House, { hostId, placement }: DataOf<"host.placed">): House =>
  withHost(house, hostId, { group: house.hosts.get(hostId)?.group ?? DEFAULT_GROUP, placement });

export function withTokenCreated(house: House, data: DataOf<"token.created">): House {
  const { tokenId, tokenDigest, principal, until } = data;
  const { role } = principal;
  return withNewToken(house, {
    tokenId,
    digest: tokenDigest,
    role,
    hostId: null,
    until,
    isRevoked: false,
  });
}

export function withRevoked(house: House, tokenId: TokenId): House {
  const token = house.tokens.get(tokenId);
  return token === undefined ? house : withToken(house, { ...token, isRevoked: true });
}

/** A token ends earlier than it was made for, never later. */
export function withLimited(house: House, { tokenId, until }: DataOf<"token.limited">): House {
  const token = house.tokens.get(tokenId);
  return token === undefined || endsBy(token, until) ? house : withToken(house, { ...token, until });
}

/** A token is made once: told again, it is not what was revoked or limited since. */
const withNewToken = (house: House, token: KnownToken): House =>
  house.tokens.has(token.tokenId) ? house : withToken(house, token);

const withToken = (house: House, token: KnownToken): House => ({
  ...house,
  tokens: new Map(house.tokens).set(token.tokenId, token),
});

const withHost = (house: House, hostId: HostId, host: KnownHost): House => ({
  ...house,
  hosts: new Map(house.hosts).set(hostId, host),
});
