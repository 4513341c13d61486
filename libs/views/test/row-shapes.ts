/** The rows as schemas, as strict as their types: what a fold may never break. */
import {
  Act,
  Activity,
  Answer,
  AtMs,
  CommandId,
  Digest,
  EndpointId,
  FencingToken,
  GrantScope,
  GroupId,
  HostId,
  ItemId,
  LedgerId,
  Origin,
  Placement,
  Principal,
  QuestionKind,
  Right,
  SessionId,
  SwitchScope,
  TokenId,
  TurnId,
  WorkState,
} from "@claw/events";
import { z } from "zod";
import { DoneModeView, MAX_COMMAND_LETTERS, MAX_REPORTS, MAX_UNBOUND, type ViewRows } from "../src/index.ts";
import { registryShapes } from "./registry-shapes.ts";

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

const outcomeWord = z.enum(["succeeded", "failed", "collided", "expired", "unknown"]);
const facts = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

const ProgressReport = z.strictObject({
  state: WorkState,
  phase: text,
  percent: z.int().min(0).max(100).nullable(),
  note: text,
  at,
});

const SessionRow = z.strictObject({
  sessionId: SessionId,
  lifecycle: z.enum(["provisioning", "failed", "ready"]),
  boundTo: SessionId.nullable(),
  spawn: z
    .strictObject({
      commandId: CommandId,
      purpose: text,
      parentSessionId: SessionId.nullable(),
      rootSessionId: SessionId,
      createdBy: Principal,
      hostId: HostId,
      isAttachable: z.boolean(),
    })
    .nullable(),
  purpose: text,
  progress: ProgressReport.nullable(),
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
  withheldApprovals: z.array(z.string()),
  historyGaps: count,
  attempts: count,
  writer: z
    .strictObject({ leaseId: CommandId, holder: Principal, ttlMs: z.int().min(1), sinceAt: at })
    .nullable(),
  automationYieldedAt: maybeAt,
  lastCommand: z
    .strictObject({
      commandId: CommandId,
      commandType: z.string(),
      decidedAt: at,
      outcome: outcomeWord.nullable(),
    })
    .nullable(),
  turnCommands: z.array(z.strictObject({ turnId: TurnId, commandId: CommandId })).max(64),
  firstSeenAt: at,
  lastFactAt: at,
  factCount: count,
  lastFactType: text,
  refusal: z.strictObject({ code: z.string(), at, commandId: CommandId }).nullable(),
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
  group: GroupId,
  placement: Placement,
  placementReason: text,
  workspaceRoots: z.array(z.string()).max(16),
  attempts: count,
  lastAttemptAt: maybeAt,
  unboundKeys: z.array(z.strictObject({ keyId: TokenId, at })).max(MAX_UNBOUND),
  admission: z.strictObject({
    isLetIn: z.boolean(),
    tokenIds: z.array(TokenId),
    asking: z.array(SessionId),
  }),
});

const EndpointRow = z.strictObject({
  hostId: HostId,
  endpointId: EndpointId,
  storeId: text,
  transport: z.enum(["unix", "websocket", "stdio"]).nullable(),
  address: text,
  codexVersion: text,
  startedByConnector: z.boolean(),
  unixUser: text,
  isDefault: z.boolean().nullable(),
  state: z.enum(["connecting", "ready", "draining", "down"]),
  reason: text,
  sinceAt: at,
  misreadFrames: count,
});

const TurnRow = z.strictObject({
  ...turnSummary,
  sessionId: SessionId,
  isTold: z.boolean(),
  isOurs: z.boolean().nullable(),
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
  detail: text,
  subjectDigest: Digest.nullable(),
  workspace: text,
  availableDecisions: z.array(z.string()),
  isOurs: z.boolean().nullable(),
  decision: z
    .strictObject({ answer: Answer, by: Principal, at, commandId: CommandId, reason: text })
    .nullable(),
  openedAt: at,
  toldAt: at,
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

const LedgerRow = z.strictObject({
  generation: z.int().min(1),
  resumedAt: maybeAt,
  resumedReason: text,
  recordLedgerId: LedgerId.nullable(),
  claimedAt: maybeAt,
  trimmedBefore: z.int().min(2).nullable(),
  quarantinedMessages: count,
  lastQuarantine: z
    .strictObject({
      code: z.string(),
      subject: z.string(),
      generation: z.int().min(1),
      sequence: z.int().min(1),
      position: z.int().min(1),
      at: maybeAt,
    })
    .nullable(),
});

const CommandRow = z.strictObject({
  commandId: CommandId,
  commandType: z.string(),
  principal: Principal,
  decision: z.enum(["accepted", "refused"]),
  decidedAt: at,
  decidedPosition: z.int().min(1),
  sessionId: SessionId.nullable(),
  spawnedSessionId: SessionId.nullable(),
  hostId: HostId.nullable(),
  endpointId: EndpointId.nullable(),
  act: Act.nullable(),
  token: FencingToken.nullable(),
  deadlineAt: maybeAt,
  origin: Origin.nullable(),
  code: text,
  rule: text,
  facts,
  reason: text,
  text: z.string().max(MAX_COMMAND_LETTERS).nullable(),
  cutLetters: count,
  outcome: z
    .strictObject({
      word: outcomeWord,
      by: z.enum(["host", "policy"]),
      at,
      mode: DoneModeView.nullable(),
      turnId: TurnId.nullable(),
      code: text,
      facts,
    })
    .nullable(),
  turnStatus: text,
  turnEndedAt: maybeAt,
});

const LeaseRow = z.strictObject({
  leaseId: CommandId,
  sessionId: SessionId,
  hostId: HostId,
  endpointId: EndpointId,
  holder: Principal,
  token: FencingToken,
  ttlMs: z.int().min(1),
  state: z.enum(["offered", "inForce", "ended"]),
  offeredAt: at,
  offerUntil: at,
  grantedAt: maybeAt,
  endedAt: maybeAt,
  how: z.enum(["released", "expired", "broken", "lapsed", "yielded"]).nullable(),
  reason: text,
  endedBy: Principal.nullable(),
});

const since = { reason: z.string(), by: Principal.nullable(), sinceAt: at };
const RuleRow = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("limit"), name: z.string(), value: count.nullable(), ...since }),
  z.strictObject({
    kind: z.literal("switch"),
    scope: SwitchScope,
    id: text,
    state: z.enum(["halted", "running"]),
    ...since,
  }),
  z.strictObject({
    kind: z.literal("mute"),
    origin: z.string(),
    refusals: count,
    code: text,
    unwritten: count,
    until: maybeAt,
    sinceAt: at,
  }),
  z.strictObject({
    kind: z.literal("grant"),
    right: Right,
    scope: GrantScope,
    id: text,
    state: z.enum(["open", "closed"]).nullable(),
    until: maybeAt,
    ...since,
  }),
  z.strictObject({
    kind: z.literal("ruling"),
    scope: GrantScope,
    id: text,
    questionKind: QuestionKind.nullable(),
    answer: z.enum(["decline", "ask", "accept"]).nullable(),
    waitMs: count.nullable(),
    pattern: text,
    until: maybeAt,
    ...since,
  }),
]);

const ThreadKeyRow = z.strictObject({
  keyId: TokenId,
  digest: Digest,
  hostId: HostId,
  boundTo: SessionId.nullable(),
  registeredAt: at,
  boundAt: maybeAt,
});

const ReportsRow = z.strictObject({
  sessionId: SessionId,
  reports: z.array(ProgressReport).min(1).max(MAX_REPORTS),
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
  ledger: LedgerRow,
  lanes: z.strictObject({ sessionId: SessionId, facts: count.min(1) }),
  commands: CommandRow,
  leases: LeaseRow,
  rules: RuleRow,
  threadKeys: ThreadKeyRow,
  reports: ReportsRow,
  ...registryShapes,
};
