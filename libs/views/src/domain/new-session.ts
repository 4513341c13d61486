/** The row of a session of which nothing is known but where it lives. */
import type { Activity, SessionId } from "@claw/events";
import type { SessionRow } from "../rows.ts";

type Described =
  | "hostId"
  | "endpointId"
  | "workspace"
  | "repo"
  | "branch"
  | "commit"
  | "source"
  | "threadSource"
  | "parentSessionId"
  | "rootSessionId"
  | "model"
  | "modelProvider"
  | "codexVersion"
  | "createdAt"
  | "name"
  | "preview";
type Known = Partial<Pick<SessionRow, Described>> & Pick<SessionRow, "hostId" | "endpointId" | "source">;

export const NOT_LOADED: Activity = { type: "notLoaded", flags: [] };

/** `at` is when it was first told of, by the house's clock. */
export const newSession = (sessionId: SessionId, known: Known, at: number): SessionRow => ({
  sessionId,
  lifecycle: "ready",
  boundTo: null,
  spawn: null,
  purpose: null,
  progress: null,
  workspace: null,
  repo: null,
  branch: null,
  commit: null,
  threadSource: null,
  parentSessionId: null,
  rootSessionId: null,
  model: null,
  modelProvider: null,
  codexVersion: null,
  createdAt: null,
  name: null,
  preview: null,
  ...known,
  activity: { ...NOT_LOADED, sinceAt: at },
  freshness: { state: "live", sinceAt: at, reason: null },
  closed: null,
  lastTurn: null,
  turnCount: 0,
  itemCount: 0,
  lastItem: null,
  lastHumanMessageAt: null,
  usage: null,
  openApprovals: [],
  withheldApprovals: [],
  historyGaps: 0,
  attempts: 0,
  writer: null,
  automationYieldedAt: null,
  lastCommand: null,
  turnCommands: [],
  firstSeenAt: at,
  lastFactAt: at,
  factCount: 0,
  lastFactType: null,
  refusal: null,
});
