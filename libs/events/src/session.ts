/** What is observed of a session: our record of one Codex thread. Lane: the session. */
import { z } from "zod";
import { AtMs, CommandId, EndpointId, HostId, SessionId } from "./ids.ts";
import { eventKind, Label, Text, Word } from "./kind.ts";

/**
 * What Codex says a thread does now. `type` is Codex's word (`idle`, `active`, `notLoaded`, `systemError`, or one that a later Codex
 * invents); `flags` are its reasons to wait (`waitingOnApproval`, `waitingOnUserInput`).
 */
export const Activity = z.object({ type: Word, flags: z.array(Word).max(8) });
export type Activity = z.infer<typeof Activity>;

/**
 * The session as Codex and git describe it: at first sight, and again when something changed. The first one of a lane says where the
 * session lives; a later one from elsewhere is refused (DESIGN 14.16). Name and preview are people's text, so they are the body.
 */
export const SessionObserved = eventKind({
  type: "session.observed",
  version: 1,
  lane: "session",
  data: z.object({
    hostId: HostId,
    endpointId: EndpointId,
    workspace: Label.nullable(),
    repo: Label.nullable(),
    branch: Label.nullable(),
    commit: Word.nullable(),
    source: Word,
    threadSource: Word.nullable(),
    parentSessionId: SessionId.nullable(),
    rootSessionId: SessionId.nullable(),
    model: Word.nullable(),
    modelProvider: Word.nullable(),
    codexVersion: Word.nullable(),
    createdAt: AtMs.nullable(),
    activity: Activity,
  }),
  body: z.object({ name: Label.nullable(), preview: Text.nullable() }),
});

/** Codex says that the thread does something else now. */
export const SessionBecame = eventKind({
  type: "session.became",
  version: 1,
  lane: "session",
  data: z.object({ activity: Activity }),
  body: null,
});

export const SessionNamed = eventKind({
  type: "session.named",
  version: 1,
  lane: "session",
  data: z.object({}),
  body: z.object({ name: Label.nullable() }),
});

/** Codex put the thread away. `unloaded` comes back by itself; `archived` by hand; `deleted` never. */
export const SessionClosed = eventKind({
  type: "session.closed",
  version: 1,
  lane: "session",
  data: z.object({ how: z.enum(["unloaded", "archived", "deleted"]) }),
  body: null,
});

export const SessionReopened = eventKind({
  type: "session.reopened",
  version: 1,
  lane: "session",
  data: z.object({}),
  body: null,
});

/** The session's host went silent: what we know is old. Written by ingest, so that absence becomes a fact (S1-184, X1-016). */
export const SessionStaled = eventKind({
  type: "session.staled",
  version: 1,
  lane: "session",
  data: z.object({ lastHeardAt: AtMs }),
  body: null,
});

/** The session's host is heard again. Written by ingest. */
export const SessionReturned = eventKind({
  type: "session.returned",
  version: 1,
  lane: "session",
  data: z.object({}),
  body: null,
});

/** The connector is alive but cannot reach the session's app-server: nobody knows what the thread does now. */
export const SessionLost = eventKind({
  type: "session.lost",
  version: 1,
  lane: "session",
  data: z.object({ endpointId: EndpointId, reason: Word }),
  body: null,
});

/** A part of the thread's history could not be had. What is missing is said, never passed over. */
export const HistoryGapped = eventKind({
  type: "history.gapped",
  version: 1,
  lane: "session",
  data: z.object({ reason: Word, afterTurnId: Word.nullable() }),
  body: null,
});

/**
 * A session that was asked for has its thread now, and is the session of that thread from here on; its first name answers for it (DESIGN 14.16). Lane: the
 * session that was asked for.
 */
export const SessionBound = eventKind({
  type: "session.bound",
  version: 1,
  lane: "session",
  data: z.object({ commandId: CommandId, boundTo: SessionId }),
  body: null,
});
