/**
 * From a bearer token, or the cookie of a sign-in, to a principal. The id in it finds the row; the SHA-256 of the whole, compared in constant time, proves it
 * (X1-029). Host tokens are refused: they open the uplink and nothing else. Neither is taken for the other: a bearer in a cookie is nobody's.
 */
import { timingSafeEqual } from "node:crypto";
import { type Principal, sha256 } from "@claw/events";
import { randomHex, readBearer } from "@claw/runtime";
import type { SignInRow, TokenRow, ViewReader } from "@claw/views";

/** Who calls, and by which token. */
export interface Caller {
  /** For a sign-in, its id: what is counted per caller is counted per browser. */
  readonly tokenId: string;
  readonly principal: Principal;
  /** Set for a person in a browser, whom a cookie proved. */
  readonly signInId?: string;
}

export interface Tokens {
  /** The caller, or null if the token is not one of ours, is wrong, revoked, or past its time. */
  readonly authenticate: (bearer: string) => Caller | null;
  /** The caller behind the value of a cookie; null if it is no sign-in of ours, is closed, past its time, or came of a token that is not good any more. */
  readonly signedIn: (cookie: string) => Caller | null;
  /** True while the token or the sign-in that once proved a caller is still good. */
  readonly isStillGood: (caller: Caller) => boolean;
}

type See = Pick<ViewReader, "token" | "signIn">;

/** Proves callers by the rows of one reader. */
export function makeTokens(reader: () => See, wallMs: () => number): Tokens {
  const find = (tokenId: string): TokenRow | null => reader().token(tokenId);
  return {
    authenticate: (bearer) => authenticate(find, bearer, wallMs()),
    signedIn: (cookie) => signedIn(reader(), cookie, wallMs()),
    isStillGood: ({ tokenId, signInId }) =>
      signInId === undefined
        ? isValid(find(tokenId), wallMs())
        : isOpen(reader(), reader().signIn(signInId), wallMs()),
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

/** A new sign-in: its id, and the value of its cookie, which is shown once and kept nowhere. */
export function newSignIn(): { readonly signInId: string; readonly cookie: string } {
  const signInId = `s${randomHex(6)}`;
  return { signInId, cookie: `${signInId}_${randomHex(32)}` };
}

const COOKIE = /^(s[0-9a-f]{12})_[0-9a-f]{64}$/;

function signedIn(see: See, cookie: string, now: number): Caller | null {
  const signInId = COOKIE.exec(cookie)?.[1];
  const row = signInId === undefined ? null : see.signIn(signInId);
  if (row === null || !isOpen(see, row, now) || !sameDigest(sha256(cookie), row.digest)) return null;
  return { tokenId: row.signInId, principal: row.principal, signInId: row.signInId };
}

/** Only people sign in: a Claw, a host or the house has no browser (X1-029). */
const isOpen = (see: See, row: SignInRow | null, now: number): boolean =>
  row !== null &&
  row.closedAt === null &&
  now < row.until &&
  row.principal.kind === "person" &&
  (row.tokenId === null || isValid(see.token(row.tokenId), now));

function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const AUTHORIZATION = /^Bearer ([A-Za-z0-9_]{1,256})$/i;

/** The token in an Authorization header; null if the header is absent or not of that form. */
export const bearerIn = (authorization: string | undefined): string | null =>
  AUTHORIZATION.exec(authorization ?? "")?.[1] ?? null;
