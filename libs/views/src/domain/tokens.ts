/**
 * Bearer tokens as facts. A token is made once; what claims to make it again changes nothing, its end only ever comes nearer, and a revocation is
 * for ever.
 */
import type { HostId, Principal } from "@claw/events";
import type { TokenRow } from "../rows.ts";
import type { EventIn, Fact, ViewProjection } from "./projection.ts";

export const tokens: ViewProjection<"tokens"> = {
  name: "tokens",
  version: 2,
  key: ({ lane, event }) => {
    if (lane !== "decided") return null;
    switch (event.type) {
      case "host.added":
      case "token.created":
      case "token.revoked":
      case "token.limited":
        return event.data.tokenId;
      default:
        return null;
    }
  },
  evolve: (row, fact) => {
    if (row === undefined) return made(fact);
    const { event } = fact;
    if (event.type === "token.limited") return limited(row, event);
    const revoked = event.type === "token.revoked" && row.revokedAt === null;
    return revoked ? { ...row, revokedAt: fact.recordedAt } : undefined;
  },
};

/** A limit never makes a token last longer. */
const limited = (row: TokenRow, { data }: EventIn<"token.limited">): TokenRow | undefined =>
  row.until !== null && row.until <= data.until ? undefined : { ...row, until: data.until };

function made({ event, recordedAt }: Fact): TokenRow | undefined {
  if (event.type !== "token.created" && event.type !== "host.added") return undefined;
  const { tokenId, tokenDigest, until } = event.data;
  const who =
    event.type === "host.added"
      ? { principal: hostPrincipal(event.data.hostId), hostId: event.data.hostId }
      : { principal: event.data.principal, hostId: null };
  return { tokenId, tokenDigest, ...who, createdAt: recordedAt, until, revokedAt: null };
}

const hostPrincipal = (hostId: HostId): Principal => ({ kind: "host", name: hostId, role: "host" });
