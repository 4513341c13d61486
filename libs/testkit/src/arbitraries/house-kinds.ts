/** Random changes of the house's own rules. */
import { limitNames } from "@claw/events";
import fc from "fast-check";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

const scope = fc.constantFrom("session", "root", "group", "host", "global");
/** Names of every scope, so that a switch often meets what it is for. */
const scopeId = fc.oneof(id.sessionId, id.hostId, id.groupId, id.commandId);

const where = {
  scope: fc.constantFrom("session" as const, "host" as const, "group" as const, "global" as const),
  id: id.orNull(scopeId),
  until: id.orNull(id.at),
  reason: id.label,
};

export const houseKinds = {
  "command.overdue": kind("command.overdue", fc.record({ commandId: id.commandId, deadlineAt: id.at })),
  "switch.set": kind(
    "switch.set",
    fc.record({
      scope,
      id: id.orNull(scopeId),
      state: fc.constantFrom("halted", "running"),
      reason: id.label,
    }),
  ),
  "policy.set": kind(
    "policy.set",
    fc.record({
      limit: fc.oneof(fc.constantFrom(...limitNames), id.word),
      value: id.orNull(id.count),
      reason: id.label,
    }),
  ),
  "origin.muted": kind(
    "origin.muted",
    fc.record({ origin: id.label, count: fc.integer({ min: 1, max: 9 }), until: id.orNull(id.at) }),
  ),
  "policy.granted": kind(
    "policy.granted",
    fc.record({
      right: fc.constantFrom("send", "interrupt", "spawn", "transcript"),
      ...where,
      state: id.orNull(fc.constantFrom("open", "closed")),
    }),
  ),
  "approvals.ruled": kind(
    "approvals.ruled",
    fc.record({
      ...where,
      kind: id.orNull(fc.constantFrom("command", "fileChange", "permissions", "elicitation")),
      answer: id.orNull(fc.constantFrom("decline", "ask", "accept")),
      waitMs: id.orNull(fc.integer({ min: 1_000, max: 5_000 })),
      pattern: id.orNull(fc.constantFrom("*", "git *", "one")),
    }),
  ),
  "caller.attempted": kind(
    "caller.attempted",
    fc.record({
      kind: id.word,
      keyId: id.tokenId,
      sessionId: id.orNull(id.sessionId),
      claimed: id.orNull(id.word),
      count: fc.integer({ min: 1, max: 9 }),
    }),
  ),
  "progress.reported": kind(
    "progress.reported",
    fc.record({
      sessionId: id.sessionId,
      state: fc.constantFrom("working", "waiting", "blocked", "done", "failed"),
      phase: id.orNull(id.label),
      percent: id.orNull(fc.integer({ min: 0, max: 100 })),
    }),
    id.orNull(fc.record({ note: id.text, purpose: id.orNull(id.label) })),
  ),
} satisfies Partial<Kinds>;
