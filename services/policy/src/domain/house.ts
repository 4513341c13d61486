/** The house as decisions made it: what `decide` looks at, folded from the decided lane. */
import type { Digest, Event, HostId, Role, TokenId } from "@claw/events";

/** A bearer token as a fact. `hostId` is set for the token of a host. */
export interface KnownToken {
  readonly tokenId: TokenId;
  readonly digest: Digest;
  readonly role: Role;
  readonly hostId: HostId | null;
  /** Epoch ms; from then on it is expired. Null: never. */
  readonly until: number | null;
  readonly isRevoked: boolean;
}

/** Which commands were decided is not part of it: the log itself remembers that, under the entry id of each (see `entry-ids.ts`). */
export interface House {
  readonly tokens: ReadonlyMap<TokenId, KnownToken>;
}

export const emptyHouse: House = { tokens: new Map() };

/** The house after one event. Total: an event that changes nothing here leaves the house as it is. */
export function evolve(house: House, event: Event): House {
  switch (event.type) {
    case "host.added": {
      const { hostId, tokenId, tokenDigest, until } = event.data;
      return withToken(house, {
        tokenId,
        digest: tokenDigest,
        role: "host",
        hostId,
        until,
        isRevoked: false,
      });
    }
    case "token.created": {
      const { tokenId, tokenDigest, principal, until } = event.data;
      const { role } = principal;
      return withToken(house, { tokenId, digest: tokenDigest, role, hostId: null, until, isRevoked: false });
    }
    case "token.revoked": {
      const token = house.tokens.get(event.data.tokenId);
      return token === undefined ? house : withToken(house, { ...token, isRevoked: true });
    }
    default:
      return house;
  }
}

const withToken = (house: House, token: KnownToken): House => ({
  tokens: new Map(house.tokens).set(token.tokenId, token),
});

/** True if a bearer of this token is let in at that time. */
export const isValid = (token: KnownToken, at: number): boolean =>
  !token.isRevoked && (token.until === null || token.until > at);
