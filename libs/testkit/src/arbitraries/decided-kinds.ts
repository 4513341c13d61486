/** Random events of the decided lane. */
import fc from "fast-check";
import { accepted, origin, principal } from "./causes.ts";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

const asked = { commandId: id.commandId, commandType: id.word, digest: id.digest, principal };
const askedKeys: (keyof typeof asked)[] = ["commandId", "commandType", "digest", "principal"];

export const decidedKinds = {
  "policy.led": kind("policy.led", fc.record({ leader: id.word })),
  "command.accepted": kind(
    "command.accepted",
    fc.oneof(
      fc.record(asked),
      fc.record({ ...asked, ...accepted }),
      fc.record({ ...asked, ...accepted, reason: id.label }, { requiredKeys: askedKeys }),
    ),
    id.orNull(fc.record({ text: id.text })),
  ),
  "command.refused": kind(
    "command.refused",
    fc.record(
      {
        ...asked,
        code: id.word,
        facts: fc.constantFrom({ role: "viewer", limit: 3 }, { activeTurnId: null }, {}),
        rule: id.word,
        sessionId: id.sessionId,
        origin,
        viaSessionId: id.sessionId,
      },
      { requiredKeys: [...askedKeys, "code", "facts"] },
    ),
  ),
  "host.added": kind(
    "host.added",
    fc.record({ hostId: id.hostId, tokenId: id.tokenId, tokenDigest: id.digest, until: id.orNull(id.at) }),
  ),
  "token.created": kind(
    "token.created",
    fc.record({ tokenId: id.tokenId, tokenDigest: id.digest, principal, until: id.orNull(id.at) }),
  ),
  "token.revoked": kind("token.revoked", fc.record({ tokenId: id.tokenId, reason: id.label })),
  "quarantine.retried": kind("quarantine.retried", fc.record({ position: fc.integer({ min: 1, max: 40 }) })),
  "quarantine.waived": kind(
    "quarantine.waived",
    fc.record({ position: fc.integer({ min: 1, max: 40 }), reason: id.label }),
  ),
  "ledger.claimed": kind("ledger.claimed", fc.record({ ledgerId: id.ledgerId, reason: id.label })),
  "log.trimmed": kind(
    "log.trimmed",
    fc.record({ before: fc.integer({ min: 2, max: 40 }), reason: id.label }),
  ),
  "host.placed": kind(
    "host.placed",
    fc.record({
      hostId: id.hostId,
      placement: fc.constantFrom("open", "cordoned", "draining"),
      reason: id.label,
    }),
  ),
  "token.limited": kind("token.limited", fc.record({ tokenId: id.tokenId, until: id.at })),
} satisfies Partial<Kinds>;
