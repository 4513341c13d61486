/** Random outcomes of commands, as hosts tell them. */
import fc from "fast-check";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

const of = { commandId: id.commandId, fence: id.fencingToken };

export const outcomeKinds = {
  "command.succeeded": kind(
    "command.succeeded",
    fc.record({
      ...of,
      mode: fc.constantFrom("start", "steer", "interrupt", "spawn", "resume", "answer"),
      turnId: id.orNull(id.turnId),
    }),
  ),
  "command.failed": kind(
    "command.failed",
    fc.record({
      ...of,
      code: fc.constantFrom("stale_token", "turn_mismatch", "a-word"),
      facts: fc.constantFrom({ activeTurnId: "T1" }, { expectedTurnId: null, tries: 2 }, {}),
    }),
  ),
  "command.collided": kind("command.collided", fc.record({ ...of, turnId: id.turnId })),
  "command.expired": kind("command.expired", fc.record(of)),
  "command.unknown": kind("command.unknown", fc.record({ ...of, reason: id.word })),
  "lease.fenced": kind("lease.fenced", fc.record({ leaseId: id.commandId, fence: id.fencingToken })),
} satisfies Partial<Kinds>;
