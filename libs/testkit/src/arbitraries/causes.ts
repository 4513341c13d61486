/** Random callers, causes and instructions: what decisions about commands carry. */
import { hostsOwnSettings, type Instruction, type Origin, type Principal } from "@claw/events";
import fc from "fast-check";
import * as id from "./ids.ts";

export const principal: fc.Arbitrary<Principal> = fc.record(
  {
    kind: fc.constantFrom("person", "claw", "session", "host", "house"),
    name: id.label,
    role: fc.constantFrom("viewer", "operator", "auditor", "admin", "claw", "session", "host"),
    group: id.orNull(id.groupId),
    root: id.sessionId,
  },
  { requiredKeys: ["kind", "name", "role"] },
);

/** First causes by both of their names: a command that nobody caused, and a turn that a person started. */
const rootId = fc.oneof(
  id.commandId,
  id.turnId.map((turnId) => `turn:${turnId}`),
);
export const origin: fc.Arbitrary<Origin> = fc.record({
  rootIds: fc.uniqueArray(rootId, { minLength: 1, maxLength: 3 }),
  hop: fc.nat(5),
  path: fc.array(id.sessionId, { maxLength: 3 }),
});

const expectedTurnId = id.orNull(id.turnId);
const act: fc.Arbitrary<Instruction["act"]> = fc.oneof(
  fc.record({
    kind: fc.constant("send" as const),
    mode: fc.constantFrom("auto" as const, "start" as const, "steer" as const),
    expectedTurnId,
  }),
  fc.record({ kind: fc.constant("interrupt" as const), expectedTurnId }),
  fc.record({
    kind: fc.constant("spawn" as const),
    workspace: fc.constantFrom("/srv/one", "/srv/two"),
    purpose: id.orNull(id.label),
    forkOf: id.orNull(id.sessionId),
    settings: fc.constant(hostsOwnSettings),
  }),
  fc.constant({ kind: "resume" as const }),
  fc.record({
    kind: fc.constant("answer" as const),
    requestId: id.requestId,
    subjectDigest: id.orNull(id.digest),
    answer: fc.constantFrom("accept" as const, "decline" as const),
    by: fc.constantFrom("person" as const, "claw" as const, "policy" as const),
  }),
);
const instruction: fc.Arbitrary<Instruction> = fc.record({
  sessionId: id.sessionId,
  endpointId: id.endpointId,
  token: id.fencingToken,
  act,
});

/** What an accepted command says where a host carries it out. */
export const accepted = { hostId: id.hostId, instruction, origin, deadlineAt: id.at };
