/** What tools answer with: sessions and items in snake case, every text of others capped and cleaned. */
import type { SessionView, TranscriptItemView } from "@claw/views";
import { z } from "zod";
import { isCut, lineOf, lineOrNull, MAX_COMMAND, MAX_OUTPUT, wordsOrNull } from "../domain/words.ts";
import type { Relation } from "../domain/transcripts.ts";

export const SessionData = z.object({
  session_id: z.string(),
  relation: z.enum(["self", "child", "parent", "other"]).describe("what it is to you"),
  endpoint_id: z.string(),
  host_id: z.string(),
  host: z.string(),
  workspace: z.string().nullable(),
  repo: z.string().nullable(),
  branch: z.string().nullable(),
  source: z.string(),
  status: z.string().describe("what Codex says it does now: idle, active, notLoaded, systemError"),
  lifecycle: z
    .enum(["provisioning", "failed", "ready"])
    .describe("ready: it has a thread; else it was asked for and has none"),
  freshness: z.enum(["live", "stale", "unknown", "gone"]),
  human_attached: z.boolean().nullable().describe("null: not known"),
  last_seen_at: z.string(),
  parent_session_id: z.string().nullable(),
  root_session_id: z.string().nullable(),
  active_turn_id: z.string().nullable(),
  open_approvals: z.int(),
  closed: z.string().nullable(),
  name: z.string().nullable(),
  purpose: z.string().nullable(),
  summary: z.string().nullable().describe("null, as all its words, where they are closed to you"),
  progress: z
    .object({
      state: z.string(),
      phase: z.string().nullable(),
      percent: z.int().nullable(),
      note: z.string().nullable(),
      at: z.string(),
    })
    .nullable()
    .describe("what it last said of its own work"),
});
export type SessionData = z.infer<typeof SessionData>;

/** A session that somebody presented for this caller. */
export const sessionData = (view: SessionView, relation: Relation): SessionData => ({
  session_id: view.sessionId,
  relation,
  endpoint_id: view.endpointId,
  host_id: view.hostId,
  host: lineOf(view.host),
  workspace: lineOrNull(view.workspace),
  repo: lineOrNull(view.repo),
  branch: lineOrNull(view.branch),
  source: lineOf(view.source),
  status: lineOf(view.status),
  lifecycle: view.lifecycle,
  freshness: view.freshness.state,
  human_attached: view.humanAttached,
  last_seen_at: view.lastSeenAt,
  parent_session_id: view.parentSessionId,
  root_session_id: view.rootSessionId,
  active_turn_id: activeTurn(view),
  open_approvals: view.openApprovals.length,
  closed: view.closed,
  name: lineOrNull(view.name),
  purpose: lineOrNull(view.purpose),
  summary: lineOrNull(view.summary),
  progress: progressOf(view),
});

const progressOf = ({ progress }: SessionView): SessionData["progress"] =>
  progress === null
    ? null
    : {
        state: progress.state,
        phase: lineOrNull(progress.phase),
        percent: progress.percent,
        note: lineOrNull(progress.note),
        at: progress.at,
      };

const activeTurn = ({ lastTurn }: SessionView): string | null =>
  lastTurn !== null && lastTurn.status === "inProgress" ? lineOf(lastTurn.turnId) : null;

export const ItemData = z.object({
  turn_id: z.string(),
  item_id: z.string(),
  kind: z.string(),
  status: z.string().nullable(),
  at: z.string().nullable(),
  exit_code: z.int().nullable(),
  text: z.string().nullable(),
  command: z.string().nullable(),
  output: z.string().nullable(),
  tool: z.string().nullable(),
  paths: z.array(z.string()),
  is_cut: z.boolean().describe("something of its text is left out"),
});
export type ItemData = z.infer<typeof ItemData>;

/** Paths of one item that are shown. */
const MAX_PATHS = 20;

export const itemData = (view: TranscriptItemView): ItemData => ({
  turn_id: lineOf(view.turnId),
  item_id: lineOf(view.itemId),
  kind: lineOf(view.kind),
  status: lineOrNull(view.status),
  at: view.completedAt ?? view.startedAt,
  exit_code: view.exitCode,
  text: wordsOrNull(view.text),
  command: wordsOrNull(view.command, MAX_COMMAND),
  output: wordsOrNull(view.output, MAX_OUTPUT),
  tool: lineOrNull(view.tool),
  paths: view.paths.slice(0, MAX_PATHS).map((path) => lineOf(path)),
  is_cut:
    view.cutBytes > 0 ||
    isCut(view.text) ||
    isCut(view.command, MAX_COMMAND) ||
    isCut(view.output, MAX_OUTPUT) ||
    view.paths.length > MAX_PATHS,
});
