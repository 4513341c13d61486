export type { AnyProjection, Fact, Lookup, ViewProjection } from "./domain/projection.ts";
export { approvalKey, endpointKey, itemKey, turnKey } from "./domain/keys.ts";
export { versionsDigest, viewProjections } from "./domain/projections.ts";
export { IN_PROGRESS } from "./domain/turns.ts";
export { type Batch, type Checkpoint, emptyBatch, type Touched } from "./fold/batch.ts";
export { type Committed, foldEntry, type FoldParts, isStorageError } from "./fold/fold-entry.ts";
export { type Evidence, NO_EVIDENCE, retriedIn } from "./fold/quarantine.ts";
export { type Asker, mayReadTranscripts } from "./present/asker.ts";
export {
  ApprovalView,
  presentApproval,
  presentQuarantine,
  presentToken,
  QuarantineView,
  tokenState,
  TokenView,
} from "./present/control.ts";
export { EndpointView, type HostBeat, HostView, presentEndpoint, presentHost } from "./present/host.ts";
export {
  NO_OVERLAY,
  PresenceView,
  presentSession,
  type SessionOverlay,
  SessionView,
} from "./present/session.ts";
export { FreshnessView, IsoTime, TurnSummaryView } from "./present/shapes.ts";
export { presentItem, presentTurn, TranscriptItemView, TurnView } from "./present/transcript.ts";
export {
  BadCursor,
  type ChangedRow,
  type PageAsk,
  type PageOf,
  type SessionFilter,
  type ViewReader,
} from "./reader.ts";
export type {
  ApprovalRow,
  EndpointRow,
  Freshness,
  HostRow,
  ItemRow,
  QuarantineRow,
  SessionRow,
  TokenRow,
  TurnRow,
  TurnSummary,
  Usage,
  ViewName,
  ViewRows,
} from "./rows.ts";
export { viewDigest, viewDigestSteps } from "./store/digest.ts";
export { MAX_PAGE } from "./store/query.ts";
export { type OpenReader, openViewReader, readerOn } from "./store/reader.ts";
export { openViewStore, type StoreOptions, type ViewStore } from "./store/store.ts";
export { lockViews, ViewsRefused } from "./store/lock.ts";
