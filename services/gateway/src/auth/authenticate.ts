/**
 * From a bearer token to a principal. The token's id finds the row; the SHA-256 of the whole token, compared in constant time, proves it
 * (X1-029). Host tokens are refused: they open the uplink and nothing else.
 */
import { timingSafeEqual } from "node:crypto";
import { type Principal, sha256 } from "@claw/events";
import { readBearer } from "@claw/runtime";
import type { TokenRow, ViewReader } from "@claw/views";

/** Who calls, and by which token. */
export interface Caller {
  readonly tokenId: string;
  readonly principal: Principal;
}

export interface Tokens {
  /** The caller, or null if the token is not one of ours, is wrong, revoked, or past its time. */
  readonly authenticate: (bearer: string) => Caller | null;
  /** True while the token that once proved a caller is still good. */
  readonly isStillGood: (caller: Caller) => boolean;
}

export function makeTokens(reader: () => Pick<ViewReader, "token">, wallMs: () => number): Tokens {
  const find = (tokenId: string): TokenRow | null => reader().token(tokenId);
  return {
    authenticate: (bearer) => authenticate(find, bearer, wallMs()),
    isStillGood: ({ tokenId }) => isValid(find(tokenId), wallMs()),
  };
}

function authenticate(
  find: (tokenId: string) => TokenRow | null,
  bearer: string,
  now: number,
): Caller | null {
  const named = readBearer(bearer);
  if (named === null || named.kind !== "api") return null;
  const token = find(named.tokenId);
  if (token === null || token.hostId !== null || !isValid(token, now)) return null;
  if (!sameDigest(sha256(bearer), token.tokenDigest)) return null;
  return { tokenId: named.tokenId, principal: token.principal };
}

const isValid = (token: TokenRow | null, now: number): boolean =>
  token !== null && token.revokedAt === null && (token.until === null || now < token.until);

function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const AUTHORIZATION = /^Bearer ([A-Za-z0-9_]{1,256})$/i;

/** The token in an Authorization header; null if the header is absent or not of that form. */
export const bearerIn = (authorization: string | undefined): string | null =>
  AUTHORIZATION.exec(authorization ?? "")?.[1] ?? null;
