/**
 * What became of an accepted command, as the host that it was for says. Every outcome but `command.unknown` is final, and an unknown one is resolved at
 * most once, by the host (DESIGN 14.26). Lane: the session.
 */
import { z } from "zod";
import { CommandId, TurnId } from "./ids.ts";
import { FencingToken } from "./instruction.ts";
import { LeaseId } from "./lease.ts";
import { eventKind, Label, Word } from "./kind.ts";

/** `fence` is the fencing token that it bore. Not called a token: redaction takes whatever stands under such a name for a secret. */
const of = { commandId: CommandId, fence: FencingToken };

/** Done: what it did, and to which turn; null where there is none, as after a resume. */
export const CommandSucceeded = eventKind({
  type: "command.succeeded",
  version: 1,
  lane: "session",
  data: z.object({
    ...of,
    mode: z.enum(["start", "steer", "interrupt", "spawn", "resume", "answer"]),
    turnId: TurnId.nullable(),
  }),
  body: null,
});

/** Not done, and never will be: the code names why, `facts` hold the values that the host saw. */
export const CommandFailed = eventKind({
  type: "command.failed",
  version: 1,
  lane: "session",
  data: z.object({
    ...of,
    code: Word,
    facts: z.record(Word, z.union([Label, z.number(), z.null()])),
  }),
  body: null,
});

/** It was to start a turn, and went into one that somebody else had started in the same moment (DESIGN 14.11). */
export const CommandCollided = eventKind({
  type: "command.collided",
  version: 1,
  lane: "session",
  data: z.object({ ...of, turnId: TurnId }),
  body: null,
});

/** It came too late: the host has not done it and never will. */
export const CommandExpired = eventKind({
  type: "command.expired",
  version: 1,
  lane: "session",
  data: z.object(of),
  body: null,
});

/** The host began, died, and cannot find out how it ended. */
export const CommandUnknown = eventKind({
  type: "command.unknown",
  version: 1,
  lane: "session",
  data: z.object({ ...of, reason: Word }),
  body: null,
});

/** The host has persisted the token of an offered lease: it acts on no older one any more. */
export const LeaseFenced = eventKind({
  type: "lease.fenced",
  version: 1,
  lane: "session",
  data: z.object({ leaseId: LeaseId, fence: FencingToken }),
  body: null,
});
