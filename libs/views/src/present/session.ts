/** A session as it is seen outside: the specification's eleven keys (S1-048 … S1-058), and more beside them. */
import { z } from "zod";
import type { HostRow, SessionRow } from "../rows.ts";
import { type Asker, transcriptText } from "./asker.ts";
import {
  FreshnessView,
  freshnessView,
  isoOf,
  isoOrNull,
  IsoTime,
  TurnSummaryView,
  turnSummaryView,
} from "./shapes.ts";

export const PresenceView = z.object({
  attached: z.enum(["yes", "no", "unknown"]),
  evidence: z.string().nullable().describe("what it is known by"),
  at: IsoTime.nullable(),
});

const UsageView = z.object({
  totalTokens: z.int(),
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  outputTokens: z.int(),
  reasoningOutputTokens: z.int(),
  contextWindow: z.int().nullable(),
});

export const SessionView = z
  .object({
    sessionId: z.string().describe("the Codex thread id"),
    endpointId: z.string(),
    host: z.string().describe("the host's name, or its id where no name is known"),
    workspace: z.string().nullable(),
    repo: z.string().nullable(),
    branch: z.string().nullable(),
    source: z.string(),
    status: z.string().describe("what Codex says the thread does now: the type of its activity"),
    humanAttached: z.boolean().nullable().describe("null: not known"),
    lastSeenAt: IsoTime,
    summary: z
      .string()
      .nullable()
      .describe("short working state; null for those who may not read transcripts"),
    hostId: z.string(),
    commit: z.string().nullable(),
    activity: z.object({ type: z.string(), flags: z.array(z.string()), sinceAt: IsoTime }),
    freshness: FreshnessView,
    presence: PresenceView,
    name: z.string().nullable(),
    preview: z.string().nullable(),
    threadSource: z.string().nullable(),
    parentSessionId: z.string().nullable(),
    rootSessionId: z.string().nullable(),
    model: z.string().nullable(),
    modelProvider: z.string().nullable(),
    codexVersion: z.string().nullable(),
    createdAt: IsoTime.nullable(),
    closed: z.enum(["unloaded", "archived", "deleted"]).nullable(),
    lastTurn: TurnSummaryView.nullable(),
    lastItem: z.object({ kind: z.string(), text: z.string().nullable(), at: IsoTime }).nullable(),
    lastHumanMessageAt: IsoTime.nullable(),
    turnCount: z.int(),
    itemCount: z.int(),
    usage: UsageView.nullable(),
    openApprovals: z.array(z.string()).describe("request ids that wait for somebody"),
    historyGaps: z.int().describe("parts of the history that could not be had"),
    firstSeenAt: IsoTime,
  })
  .meta({ id: "Session" });
export type SessionView = z.infer<typeof SessionView>;

/** What is true only now, and in no row (DESIGN 14.15). */
export interface SessionOverlay {
  /** When a heartbeat of its host was last heard; null if none is known. */
  readonly hostHeardAt: number | null;
  readonly presence: {
    readonly attached: "yes" | "no" | "unknown";
    readonly evidence: string | null;
    readonly at: number | null;
  };
}

export const NO_OVERLAY: SessionOverlay = {
  hostHeardAt: null,
  presence: { attached: "unknown", evidence: null, at: null },
};

const ATTACHED = { yes: true, no: false, unknown: null } as const;

/** A session for this asker. `host` is the row of its host, null if there is none. */
export function presentSession(
  row: SessionRow,
  host: HostRow | null,
  overlay: SessionOverlay,
  asker: Asker,
): SessionView {
  const seenAt = lastSeenAt(row, overlay);
  const { attached, evidence, at } = overlay.presence;
  return {
    ...unchanged(row),
    ...words(row, asker),
    host: host?.hostname ?? row.hostId,
    status: row.activity.type,
    humanAttached: ATTACHED[attached],
    lastSeenAt: isoOf(seenAt),
    activity: { ...row.activity, flags: [...row.activity.flags], sinceAt: isoOf(row.activity.sinceAt) },
    freshness: freshnessView(row.freshness, seenAt, asker.nowMs),
    presence: { attached, evidence, at: isoOrNull(at) },
    createdAt: isoOrNull(row.createdAt),
    lastTurn: row.lastTurn === null ? null : turnSummaryView(row.lastTurn),
    lastHumanMessageAt: isoOrNull(row.lastHumanMessageAt),
    firstSeenAt: isoOf(row.firstSeenAt),
  };
}

/** A heartbeat shows that the host lives; of a thread that the host cannot hear, or that is gone, it shows nothing. */
const lastSeenAt = ({ freshness, lastFactAt }: SessionRow, { hostHeardAt }: SessionOverlay): number =>
  freshness.state === "live" ? Math.max(lastFactAt, hostHeardAt ?? lastFactAt) : lastFactAt;

/** What is said in and of the thread. */
function words(
  row: SessionRow,
  asker: Asker,
): Pick<SessionView, "name" | "preview" | "summary" | "lastItem"> {
  const { lastItem } = row;
  const preview = transcriptText(asker, row.preview);
  const line = transcriptText(asker, lastItem?.text ?? null);
  return {
    name: transcriptText(asker, row.name),
    preview,
    summary: line ?? preview?.split("\n", 1)[0]?.slice(0, SUMMARY_LETTERS).toWellFormed() ?? null,
    lastItem: lastItem === null ? null : { kind: lastItem.kind, text: line, at: isoOf(lastItem.at) },
  };
}

/** Letters of a summary: a line of a list. */
const SUMMARY_LETTERS = 200;

const unchanged = (row: SessionRow) => ({
  sessionId: row.sessionId,
  endpointId: row.endpointId,
  hostId: row.hostId,
  workspace: row.workspace,
  repo: row.repo,
  branch: row.branch,
  commit: row.commit,
  source: row.source,
  threadSource: row.threadSource,
  parentSessionId: row.parentSessionId,
  rootSessionId: row.rootSessionId,
  model: row.model,
  modelProvider: row.modelProvider,
  codexVersion: row.codexVersion,
  closed: row.closed,
  turnCount: row.turnCount,
  itemCount: row.itemCount,
  usage: row.usage,
  openApprovals: [...row.openApprovals],
  historyGaps: row.historyGaps,
});
