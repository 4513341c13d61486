/** Random events of the decided lane. */
import fc from "fast-check";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

const principal = fc.record({
  kind: fc.constantFrom("person", "claw", "session", "host", "house"),
  name: id.label,
  role: fc.constantFrom("viewer", "operator", "auditor", "admin", "claw", "session", "host"),
});
const asked = { commandId: id.commandId, commandType: id.word, digest: id.digest, principal };

export const decidedKinds = {
  "policy.led": kind("policy.led", fc.record({ leader: id.word })),
  "command.accepted": kind("command.accepted", fc.record(asked)),
  "command.refused": kind(
    "command.refused",
    fc.record({ ...asked, code: id.word, facts: fc.constant({ role: "viewer", limit: 3 }) }),
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
} satisfies Partial<Kinds>;
