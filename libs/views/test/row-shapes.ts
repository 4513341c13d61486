/** The rows as schemas, as strict as their types: what a fold may never break. */
import {
  Activity,
  AtMs,
  EndpointId,
  HostId,
  ItemId,
  Principal,
  SessionId,
  TokenId,
  TurnId,
} from "@claw/events";
import { z } from "zod";
import type { ViewRows } from "../src/index.ts";

const text = z.string().nullable();
const at = AtMs;
const maybeAt = AtMs.nullable();
const count = z.int().min(0);
const maybeNumber = z.number().nullable();

const Freshness = z.strictObject({
  state: z.enum(["live", "stale", "unknown", "gone"]),
  sinceAt: at,
  reason: text,
});
const turnSummary = { turnId: TurnId, status: z.string().min(1), startedAt: maybeAt, completedAt: maybeAt };

const SessionRow = z.strictObject({
  sessionId: SessionId,
  hostId: HostId,
  endpointId: EndpointId,
  workspace: text,
  repo: text,
  branch: text,
  commit: text,
  source: z.string(),
  threadSource: text,
  parentSessionId: SessionId.nullable(),
  rootSessionId: SessionId.nullable(),
  model: text,
  modelProvider: text,
  codexVersion: text,
  createdAt: maybeAt,
  name: text,
  preview: text,
  activity: Activity.extend({ sinceAt: at }).strict(),
  freshness: Freshness,
  closed: z.enum(["unloaded", "archived", "deleted"]).nullable(),
  lastTurn: z.strictObject(turnSummary).nullable(),
  turnCount: count,
  itemCount: count,
  lastItem: z.strictObject({ kind: z.string(), text: z.string().min(1).max(200), at }).nullable(),
  lastHumanMessageAt: maybeAt,
  usage: z
    .strictObject({
      totalTokens: count,
      inputTokens: count,
      cachedInputTokens: count,
      outputTokens: count,
      reasoningOutputTokens: count,
      contextWindow: count.nullable(),
    })
    .nullable(),
  openApprovals: z.array(z.string()),
  historyGaps: count,
  firstSeenAt: at,
  lastFactAt: at,
});

const HostRow = z.strictObject({
  hostId: HostId,
  hostname: text,
  platform: text,
  osRelease: text,
  arch: text,
  cpus: count.nullable(),
  memoryBytes: count.nullable(),
  connectorVersion: text,
  nodeVersion: text,
  freshness: Freshness,
  lastHeardAt: maybeAt,
  rttMs: maybeNumber,
  clockOffsetMs: maybeNumber,
  outboxDepth: count.nullable(),
  epochCount: count,
  forks: count,
  lostFacts: count,
  evidenceKept: count,
  addedAt: maybeAt,
});

const EndpointRow = z.strictObject({
  hostId: HostId,
  endpointId: EndpointId,
  storeId: text,
  transport: z.enum(["unix", "websocket", "stdio"]).nullable(),
  address: text,
  codexVersion: text,
  startedByConnector: z.boolean(),
  state: z.enum(["connecting", "ready", "draining", "down"]),
  reason: text,
  sinceAt: at,
  misreadFrames: count,
});

const TurnRow = z.strictObject({
  ...turnSummary,
  sessionId: SessionId,
  errorKind: text,
  error: text,
  durationMs: maybeNumber,
});

const ItemRow = z.strictObject({
  sessionId: SessionId,
  turnId: TurnId,
  itemId: ItemId,
  kind: z.string(),
  phase: z.enum(["started", "completed"]),
  status: text,
  startedAt: maybeAt,
  completedAt: maybeAt,
  durationMs: maybeNumber,
  exitCode: maybeNumber,
  clientId: text,
  text,
  command: text,
  output: text,
  tool: text,
  paths: z.array(z.string()),
  cutBytes: count,
  order: z.string().regex(/^\d{13}\/\d{16}\/\d{2}$/),
});

const ApprovalRow = z.strictObject({
  sessionId: SessionId,
  requestId: z.string(),
  kind: z.string(),
  turnId: TurnId.nullable(),
  itemId: ItemId.nullable(),
  subject: text,
  reason: text,
  availableDecisions: z.array(z.string()),
  openedAt: at,
  closedAt: maybeAt,
  how: text,
});

const TokenRow = z.strictObject({
  tokenId: TokenId,
  tokenDigest: z.string().length(64),
  principal: Principal,
  hostId: HostId.nullable(),
  createdAt: at,
  until: maybeAt,
  revokedAt: maybeAt,
});

type Shapes = { readonly [Name in keyof ViewRows]: z.ZodType<ViewRows[Name]> };
export const rowShapes: Shapes = {
  sessions: SessionRow,
  hosts: HostRow,
  endpoints: EndpointRow,
  turns: TurnRow,
  items: ItemRow,
  approvals: ApprovalRow,
  tokens: TokenRow,
};
