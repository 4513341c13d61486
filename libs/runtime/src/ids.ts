/** Where randomness enters. Everything here is unguessable; nothing here is ordered. */
import { randomBytes } from "node:crypto";

/** `bytes` random bytes in lower-case hex. */
export const randomHex = (bytes: number): string => randomBytes(bytes).toString("hex");

/** A new id for something we name, such as `cmd-1f…`: a prefix and 80 random bits. */
export const newId = (prefix: string): string => `${prefix}-${randomHex(10)}`;

/** What a bearer token opens: the API (and MCP) for people and Claws, the uplink for hosts, MCP alone for the thread that it was given to. */
export type BearerKind = "api" | "host" | "mcp";

/**
 * A new bearer token: `clw_<kind>_<id>_<256 random bits>`. The kind and id are not secret; the rest is shown once and stored nowhere
 * (S1-127, X1-029: only its SHA-256 is kept, which needs no slow hash because the secret is random).
 */
export function newBearer(kind: BearerKind): { readonly tokenId: string; readonly bearer: string } {
  const tokenId = `t${randomHex(6)}`;
  return { tokenId, bearer: `clw_${kind}_${tokenId}_${randomHex(32)}` };
}

const BEARER = /^clw_(api|host|mcp)_(t[0-9a-f]{12})_[0-9a-f]{64}$/;

/** The kind and id of a bearer token, or null if it is not one of ours. Proves nothing: the digest has to match as well. */
export function readBearer(bearer: string): { readonly kind: BearerKind; readonly tokenId: string } | null {
  const match = BEARER.exec(bearer);
  return match === null ? null : { kind: match[1] as BearerKind, tokenId: match[2] as string };
}
