/** Rules of hosts that are in already. */
import { validTokensOf } from "../house.ts";
import type { Rule } from "./rule.ts";

/** A host is known for ever once it was added, whatever became of its tokens. */
export const knownHost: Rule = (house, { command }) => {
  switch (command.type) {
    case "host.cordon":
    case "host.drain":
    case "host.rotate":
    case "owner.map":
      return house.hosts.has(command.hostId)
        ? null
        : { code: "host_unknown", facts: { hostId: command.hostId } };
    default:
      return null;
  }
};

/** Valid tokens of one host at a time. A rotation limits all of them in one entry, and an entry has room for 64 events. */
export const MAX_HOST_TOKENS = 16;

/** Who rotates faster than graces end has to wait, or to revoke. */
export const fewTokens: Rule = (house, { command, at }) => {
  if (command.type !== "host.rotate") return null;
  const tokens = validTokensOf(house, command.hostId, at);
  if (tokens.length < MAX_HOST_TOKENS) return null;
  const firstEnd = Math.min(...tokens.map(({ until }) => until ?? Number.POSITIVE_INFINITY));
  const retryAfterMs = Number.isFinite(firstEnd) ? firstEnd - at : null;
  return { code: "too_many", facts: { hostId: command.hostId, limit: MAX_HOST_TOKENS, retryAfterMs } };
};
