/** A session as it is seen outside: the specification's eleven keys (S1-048 … S1-058), and more beside them. */
import { DEFAULT_GROUP, outcomeWords } from "@claw/events";
import { z } from "zod";
import { lineIn } from "../domain/session-work.ts";
import type { EndpointRow, HostRow, SessionRow } from "../rows.ts";
import { type Asker, transcriptText } from "./asker.ts";
import { AttachView, presentAttach } from "./attach.ts";
import { presentPrincipal, PrincipalView } from "./principal.ts";
import { presentProgress, ProgressView } from "./progress.ts";
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

const WriterView = z.object({
  leaseId: z.string(),
  holder: PrincipalView,
  ttlMs: z.int().describe("how long it lasts after it was granted or renewed"),
  sinceAt: IsoTime,
});

const LastCommandView = z.object({
  commandId: z.string(),
  type: z.string(),
  decidedAt: IsoTime,
  outcome: z.enum(outcomeWords).nullable(),
});

const SpawnView = z.object({
  commandId: z.string().describe("the command that asked for it"),
  purpose: z
    .string()
    .nullable()
    .describe("what it was made for; null for those who may not read transcripts"),
  parentSessionId: z.string().nullable().describe("the session that asked for it"),
  rootSessionId: z.string().describe("the top of its tree; itself where no session asked for it"),
  createdBy: PrincipalView,
  hostId: z.string(),
  isAttachable: z.boolean().describe("people can attach: Codex keeps its thread"),
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
    lifecycle: z
      .enum(["provisioning", "failed", "ready"])
      .describe("ready: it has a thread; provisioning and failed: it was asked for and has none"),
    boundTo: z.string().nullable().describe("the session that this one became; in no list any more"),
    spawn: SpawnView.nullable().describe("how it came to be, if somebody asked for it"),
    purpose: z.string().nullable().describe("what it is for; null for those who may not read transcripts"),
    progress: ProgressView.nullable().describe("what it last said of its own work"),
    attach: AttachView.describe("how a person attaches to it"),
    hostId: z.string(),
    group: z.string().describe("the group that looks after it: its host's"),
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
    attempts: z.int().describe("calls with its key that its key is not for"),
    writer: WriterView.nullable().describe("who holds the write lease"),
    automationYieldedAt: IsoTime.nullable().describe(
      "when automation gave way to a person; null once it is back",
    ),
    lastCommand: LastCommandView.nullable().describe("the last command that a host has to carry out here"),
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

/** The rows of where a session lives; null where there is none. */
export interface SessionPlace {
  readonly host: HostRow | null;
  readonly endpoint: EndpointRow | null;
}

/** A session for this asker. */
export function presentSession(
  row: SessionRow,
  { host, endpoint }: SessionPlace,
  overlay: SessionOverlay,
  asker: Asker,
): SessionView {
  const seenAt = lastSeenAt(row, overlay);
  const { attached, evidence, at } = overlay.presence;
  return {
    ...unchanged(row),
    ...words(row, asker),
    ...acted(row),
    ...made(row, asker),
    attach: presentAttach(row, host, endpoint),
    host: host?.hostname ?? row.hostId,
    group: host?.group ?? DEFAULT_GROUP,
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

/** How it came to be, what it is for, and what it says that it does. */
function made(
  { spawn, purpose, progress }: SessionRow,
  asker: Asker,
): Pick<SessionView, "spawn" | "purpose" | "progress"> {
  return {
    spawn:
      spawn === null
        ? null
        : {
            ...spawn,
            purpose: transcriptText(asker, spawn.purpose),
            createdBy: presentPrincipal(spawn.createdBy),
          },
    purpose: transcriptText(asker, purpose),
    progress: progress === null ? null : presentProgress(progress, asker),
  };
}

/** What is done to the session by command. */
function acted({
  writer,
  automationYieldedAt,
  lastCommand,
}: SessionRow): Pick<SessionView, "writer" | "automationYieldedAt" | "lastCommand"> {
  return {
    writer:
      writer === null
        ? null
        : { ...writer, holder: presentPrincipal(writer.holder), sinceAt: isoOf(writer.sinceAt) },
    automationYieldedAt: isoOrNull(automationYieldedAt),
    lastCommand:
      lastCommand === null
        ? null
        : {
            commandId: lastCommand.commandId,
            type: lastCommand.commandType,
            decidedAt: isoOf(lastCommand.decidedAt),
            outcome: lastCommand.outcome,
          },
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
  const { lastItem, progress } = row;
  const note = transcriptText(asker, progress?.note ?? null);
  const preview = transcriptText(asker, row.preview);
  const line = transcriptText(asker, lastItem?.text ?? null);
  return {
    name: transcriptText(asker, row.name),
    preview,
    summary: firstLine(note) ?? line ?? firstLine(preview),
    lastItem: lastItem === null ? null : { kind: lastItem.kind, text: line, at: isoOf(lastItem.at) },
  };
}

/** What a session says of itself is its short working state (S1-058); the first line that says something, or null. */
const firstLine = (text: string | null): string | null => (text === null ? null : lineIn(text) || null);

const unchanged = (row: SessionRow) => ({
  sessionId: row.sessionId,
  lifecycle: row.lifecycle,
  boundTo: row.boundTo,
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
  attempts: row.attempts,
});
