export type { ApprovalDecision, ApprovalRow } from "./approval-rows.ts";
export type {
  CommandRow,
  DoneMode,
  GrantRow,
  LeaseRow,
  LimitRow,
  MuteRow,
  Outcome,
  RuleKind,
  RuleOf,
  RuleRow,
  RulingRow,
  SwitchRow,
} from "./command-rows.ts";
export type { AnyProjection, Fact, Lookup, ViewProjection } from "./domain/projection.ts";
export { isFinal, isOpenCommand } from "./domain/command-outcome.ts";
export { MAX_COMMAND_LETTERS } from "./domain/commands.ts";
export { approvalKey, endpointKey, itemKey, turnKey } from "./domain/keys.ts";
export { newSession } from "./domain/new-session.ts";
export { versionsDigest, viewProjections } from "./domain/projections.ts";
export { isHidden } from "./domain/spawned.ts";
export { MAX_CHECKPOINTS } from "./domain/checkpoints.ts";
export { MAX_REPORTS } from "./domain/reports.ts";
export { sharesFrom } from "./domain/sharing.ts";
export { MAX_UNBOUND } from "./domain/thread-keys.ts";
export { IN_PROGRESS } from "./domain/turns.ts";
export {
  type Belonging,
  levelOf,
  type Shares,
  type Sight,
  sightOf,
  type Visibility,
} from "./domain/visibility.ts";
export {
  ATTENTION_REFUSED_MS,
  type AttentionInput,
  type AttentionItem,
  type AttentionLimits,
  attentionOf,
  attentionOfRuntime,
  ranked,
} from "./fleet/attention.ts";
export { type EgressIndex, egressIn } from "./fleet/egress.ts";
export { type FleetConfig, type FleetRegistry, fleetState } from "./fleet/fleet-state.ts";
export { type Attached, isActive, lifecycleOf, lifecycleOfRuntime } from "./fleet/lifecycle.ts";
export type { AttentionEntry, FleetLine } from "./fleet/line.ts";
export { type Fleet, type FleetAsk, fleetPolicies, linesOf, makeFleet, refresh } from "./fleet/lines.ts";
export { belongingOf, belongingOfRuntime, type OwnerLookup, ownerOf } from "./fleet/ownership.ts";
export { FleetPolicy, FleetSession, FleetState, type FleetTotals } from "./fleet/shapes.ts";
export { TokenSums, UsageBy, usageBy, usageOf, usagePlace, UsageView } from "./fleet/usage.ts";
export { type RuntimeInput, runtimeSummary, type SessionInput, sessionSummary } from "./fleet/summary.ts";
export { type Batch, type Checkpoint, emptyBatch, type Touched } from "./fold/batch.ts";
export { type Committed, foldEntry, type FoldParts, isStorageError } from "./fold/fold-entry.ts";
export { type Evidence, NO_EVIDENCE, retriedIn } from "./fold/quarantine.ts";
export { type Asker, mayReadTranscripts } from "./present/asker.ts";
export {
  CommandView,
  DoneModeView,
  FailureView,
  presentCommand,
  presentRefusal,
  RefusalView,
} from "./present/command.ts";
export { type ApprovalPlace, ApprovalView, presentApproval } from "./present/approval.ts";
export { type AttachReason, AttachView, presentAttach } from "./present/attach.ts";
export { presentQuarantine, presentToken, QuarantineView, tokenState, TokenView } from "./present/control.ts";
export { AttentionView, presentAttention } from "./present/attention.ts";
export { EndpointView, type HostBeat, HostView, presentEndpoint, presentHost } from "./present/host.ts";
export { LeaseView, presentLease } from "./present/lease.ts";
export { type LedgerBeat, LedgerView, LogView, presentLedger, presentLog } from "./present/ledger.ts";
export {
  AttentionActsView,
  OwnerView,
  presentAttentionActs,
  presentOwner,
  presentShare,
  presentSignIn,
  ShareView,
  SignInView,
} from "./present/people.ts";
export { presentPrincipal, PrincipalView } from "./present/principal.ts";
export { presentProgress, ProgressView } from "./present/progress.ts";
export {
  ArchiveView,
  CheckpointsView,
  PolicyView,
  presentArchive,
  presentCheckpoints,
  presentPolicy,
  presentRuntime,
  RuntimeView,
} from "./present/registry.ts";
export { presentRules, type RuleRows, RulesView } from "./present/rules.ts";
export {
  NO_OVERLAY,
  PresenceView,
  presentSession,
  type SessionOverlay,
  type SessionPlace,
  SessionView,
} from "./present/session.ts";
export { FreshnessView, IsoTime, TurnSummaryView } from "./present/shapes.ts";
export { presentItem, presentTurn, TranscriptItemView, TurnView } from "./present/transcript.ts";
export {
  type ApprovalFilter,
  type ArchiveFilter,
  BadCursor,
  type ChangedRow,
  type CommandFilter,
  FLEET_VIEWS,
  type FleetChanges,
  type FleetRow,
  type FleetView,
  type LeaseFilter,
  type PageAsk,
  type PageOf,
  type SessionFilter,
  type ViewReader,
} from "./reader.ts";
export type {
  EndpointRow,
  Freshness,
  HostRow,
  ItemRow,
  LastCommand,
  SessionRow,
  TokenRow,
  TurnRow,
  TurnSummary,
  Usage,
  ViewName,
  ViewRows,
  Writer,
} from "./rows.ts";
export {
  type LaneRow,
  type LedgerRow,
  LOG_KEY,
  type QuarantinedMessage,
  type QuarantineRow,
} from "./log-rows.ts";
export type { AttentionActsRow, GlassRow, ShareRow, SharingRow, SignInRow } from "./people-rows.ts";
export type {
  ArchiveRow,
  Checkpoint as RegisteredCheckpoint,
  CheckpointsRow,
  EgressRow,
  OwnerRow,
  RuntimeRow,
} from "./registry-rows.ts";
export type { ProgressReport, ReportsRow, Spawn, ThreadKeyRow } from "./spawn-rows.ts";
export { viewDigest, viewDigestSteps } from "./store/digest.ts";
export { MAX_PAGE } from "./store/query.ts";
export { serve, servedNumber, viewsPath } from "./store/pointer.ts";
export { type OpenReader, openViewReader, readerOn, type ViewSnapshot } from "./store/reader.ts";
export { readerOf } from "./store/reader-of.ts";
export {
  LOOK_EVERY_MS,
  openServedViews,
  type ServedViews,
  type ServedViewsOptions,
  ViewsNotBuilt,
} from "./store/served.ts";
export { openViewStore, type StoreOptions, type ViewStore } from "./store/store.ts";
export { lockViews, ViewsRefused } from "./store/lock.ts";
