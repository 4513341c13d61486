/** Rules of tokens: ids and digests are unique, a host is added once at a time, and the house is never left without an admin. */
import { type House, isValid, type KnownToken } from "../house.ts";
import type { Rule } from "./rule.ts";

/** Two tokens with one id, or one secret under two ids, could not be told apart at the door. */
export const unknownToken: Rule = (house, { command }) => {
  if (!("tokenDigest" in command)) return null;
  const { tokenId, tokenDigest } = command;
  const twin = house.tokens.get(tokenId) ?? find(house, (token) => token.digest === tokenDigest);
  return twin === undefined ? null : { code: "token_exists", facts: { tokenId: twin.tokenId } };
};

/** A host that is in already gets another token by `host.rotate`, which says for how long the one before stays good. */
export const freeHost: Rule = (house, { command, at }) => {
  if (command.type !== "host.add") return null;
  const { hostId } = command;
  const holder = find(house, (token) => token.hostId === hostId && isValid(token, at));
  return holder === undefined ? null : { code: "host_exists", facts: { hostId, tokenId: holder.tokenId } };
};

export const knownToken: Rule = (house, { command }) =>
  command.type !== "token.revoke" || house.tokens.has(command.tokenId)
    ? null
    : { code: "token_unknown", facts: { tokenId: command.tokenId } };

/** Revoking the last valid admin token would lock everybody out. One that is no longer valid may always go. */
export const anAdminStays: Rule = (house, { command, at }) => {
  if (command.type !== "token.revoke") return null;
  const { tokenId } = command;
  const token = house.tokens.get(tokenId);
  if (token === undefined || !isAdmin(token, at)) return null;
  const other = find(house, (one) => one.tokenId !== tokenId && isAdmin(one, at));
  return other === undefined ? { code: "last_admin", facts: { tokenId } } : null;
};

const isAdmin = (token: KnownToken, at: number): boolean => token.role === "admin" && isValid(token, at);

const find = (house: House, matches: (token: KnownToken) => boolean): KnownToken | undefined =>
  [...house.tokens.values()].find(matches);
