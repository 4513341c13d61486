/** Bearer tokens of the house: who is let in, and until when. */
import type { HostId } from "@claw/events";
import type { House, KnownToken } from "./state.ts";

/** True if a bearer of this token is let in at that time. */
export const isValid = (token: KnownToken, at: number): boolean =>
  !token.isRevoked && (token.until === null || token.until > at);

/** True if the token is over at that time without being limited. */
export const endsBy = ({ until }: KnownToken, at: number): boolean => until !== null && until <= at;

/** The tokens with which a host is let in at that time. */
export const validTokensOf = (house: House, hostId: HostId, at: number): readonly KnownToken[] =>
  [...house.tokens.values()].filter((token) => token.hostId === hostId && isValid(token, at));

/** True while a host may join. What Codex asks on one that may not is over for the house; where it is let in again, it is as it was (DESIGN 6.2). */
export function isLetIn({ tokens }: House, hostId: HostId, at: number): boolean {
  for (const token of tokens.values()) if (token.hostId === hostId && isValid(token, at)) return true;
  return false;
}
