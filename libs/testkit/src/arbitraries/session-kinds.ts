/** Random events of a session. */
import fc from "fast-check";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

const activity = fc.record({
  type: fc.constantFrom("idle", "active", "notLoaded", "systemError", "newWord"),
  flags: fc.subarray(["waitingOnApproval", "waitingOnUserInput"]),
});

export const sessionKinds = {
  "session.observed": kind(
    "session.observed",
    fc.record({
      hostId: id.hostId,
      endpointId: id.endpointId,
      workspace: id.orNull(id.label),
      repo: id.orNull(id.label),
      branch: id.orNull(id.label),
      commit: id.orNull(id.word),
      source: id.word,
      threadSource: id.orNull(id.word),
      parentSessionId: id.orNull(id.sessionId),
      rootSessionId: id.orNull(id.sessionId),
      model: id.orNull(id.word),
      modelProvider: id.orNull(id.word),
      codexVersion: id.orNull(id.word),
      createdAt: id.orNull(id.at),
      activity,
    }),
    id.orNull(fc.record({ name: id.orNull(id.label), preview: id.orNull(id.text) })),
  ),
  "session.became": kind("session.became", fc.record({ activity })),
  "session.named": kind(
    "session.named",
    fc.constant({}),
    id.orNull(fc.record({ name: id.orNull(id.label) })),
  ),
  "session.closed": kind(
    "session.closed",
    fc.record({ how: fc.constantFrom("unloaded", "archived", "deleted") }),
  ),
  "session.reopened": kind("session.reopened", fc.constant({})),
  "session.staled": kind("session.staled", fc.record({ lastHeardAt: id.at })),
  "session.returned": kind("session.returned", fc.constant({})),
  "session.lost": kind("session.lost", fc.record({ endpointId: id.endpointId, reason: id.word })),
  "session.bound": kind("session.bound", fc.record({ commandId: id.commandId, boundTo: id.sessionId })),
  "history.gapped": kind("history.gapped", fc.record({ reason: id.word, afterTurnId: id.orNull(id.turnId) })),
} satisfies Partial<Kinds>;
