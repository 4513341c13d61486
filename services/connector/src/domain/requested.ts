/** A session that was asked for: what the host says of it before there is a thread, and how it becomes the session of one (DESIGN 14.16). */
import {
  type CommandId,
  type EndpointId,
  type HostId,
  isRequested,
  markOf,
  type SessionId,
  type SpawnAct,
} from "@claw/events";
import type { SessionState } from "./remembered.ts";
import { labelOf, type Scrub } from "./scrub.ts";
import type { Change } from "./session-state.ts";
import { contentOf, fact, openEvent } from "./telling.ts";

export interface Request {
  readonly commandId: CommandId;
  readonly sessionId: SessionId;
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  readonly act: SpawnAct;
}

/** Its first word, before any other in its lane: whose it is. */
export function requested({ act, ...request }: Request, scrub: Scrub, at: number): Change {
  const { commandId, sessionId, hostId, endpointId } = request;
  const activity = { type: "notLoaded", flags: [] };
  const name = labelOf(act.purpose, scrub);
  const threadSource = markOf(commandId);
  const data = {
    hostId,
    endpointId,
    workspace: labelOf(act.workspace, scrub),
    repo: null,
    branch: null,
    commit: null,
    source: "spawn",
    threadSource,
    parentSessionId: null,
    rootSessionId: null,
    model: act.settings.model,
    modelProvider: null,
    codexVersion: null,
    createdAt: at,
    activity,
  };
  const state: SessionState = {
    sessionId,
    threadId: sessionId,
    endpointId,
    described: contentOf(data),
    activity,
    name,
    threadSource,
    standing: "open",
    isLost: false,
    lastTurnId: null,
    openTurns: [],
    approvals: [],
    isGapped: false,
  };
  const told = openEvent("session.observed", at, data, { name, preview: null });
  return { state, facts: [fact(told, "a")] };
}

/** It has its thread, once and for ever. */
export function bound(
  state: SessionState,
  commandId: CommandId,
  thread: Pick<SessionState, "sessionId" | "threadId">,
  at: number,
): Change {
  const told = openEvent("session.bound", at, { commandId, boundTo: thread.sessionId });
  return { state: { ...state, threadId: thread.threadId }, facts: [fact(told, "a")] };
}

/** No thread has this id: it is the name of a session that has none yet. */
export const isUnbound = ({ sessionId, threadId }: Pick<SessionState, "sessionId" | "threadId">): boolean =>
  isRequested(sessionId) && threadId === sessionId;
