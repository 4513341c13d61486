export { Answer, answersTo, isQuestionKind, NOT_SHOWN_IN_FULL, QuestionKind } from "./answer.ts";
export { ArchiveParts } from "./archives.ts";
export { AttentionKey, AttentionKind } from "./attention.ts";
export { ATTACHES_SINCE, canAttachTo } from "./attaching.ts";
export { canonical, type Json } from "./canonical.ts";
export {
  type BodyOf,
  type DataOf,
  type Event,
  type EventOf,
  type EventType,
  eventTypes,
  kindOf,
} from "./catalog.ts";
export {
  decodeEntry,
  encodeBodies,
  encodeEnvelope,
  MAX_ENTRY_BYTES,
  parseJson,
  type ReadEvent,
  readEvent,
  readEvents,
  type Unreadable,
} from "./codec.ts";
export { DEFAULT_DEADLINE_MS, DEFAULT_LEASE_TTL_MS } from "./acting-commands.ts";
export { type Asked, Command, commandDigest, type CommandOf, type CommandType } from "./command.ts";
export { Placement, Principal, Role } from "./control.ts";
export type { Decider, Facts, Verdict } from "./decider.ts";
export { sha256 } from "./digest.ts";
export {
  Body,
  bodyDigest,
  By,
  contentDigest,
  Entry,
  Envelope,
  isIntact,
  MAX_DECIDED_EVENTS,
  MAX_EVENTS,
  type OpenEvent,
  type Placed,
  seal,
  type Sealed,
  SealedEvent,
  stampEntry,
} from "./entry.ts";
export { haltOver, type Reach, type Switch, type SwitchKey, switchKey } from "./halt.ts";
export {
  AtMs,
  CommandId,
  DEFAULT_GROUP,
  Digest,
  EndpointId,
  EntryId,
  Epoch,
  GroupId,
  hostEntryId,
  HostId,
  ItemId,
  LedgerId,
  NONE,
  type Position,
  position,
  type Sequence,
  sequence,
  SessionId,
  TokenId,
  TurnId,
} from "./ids.ts";
export { type HostStanding, newStanding, standingAfter } from "./host-standing.ts";
export { GrantScope, MAX_ASK_MS, Right, SwitchScope } from "./house-rules.ts";
export {
  Act,
  type AnswerAct,
  compareTokens,
  FencingToken,
  Instruction,
  markedCommand,
  markOf,
  SendMode,
  type SpawnAct,
  TurnAct,
} from "./instruction.ts";
export { type EventKind, Label, PlainLabel, Reason, Text, Word } from "./kind.ts";
export { DECIDED, FLEET_LANE, hostLane, Lane, LaneKind, laneParts, sessionLane } from "./lane.ts";
export { LeaseId } from "./lease.ts";
export { isLimitName, type LimitKind, type LimitName, limitNames, limits } from "./limits.ts";
export { naturalKey } from "./natural-key.ts";
export {
  isFinalWord,
  isOutcome,
  isOutcomeType,
  type OutcomeEvent,
  type OutcomeType,
  outcomeTypes,
  type OutcomeWord,
  outcomeWordOf,
  outcomeWords,
} from "./outcome-words.ts";
export { MAX_PATH, MAX_ROOTS, Origin, RootId, Via } from "./origin.ts";
export { isReservedOwner, ownerAsking, ownerKey, ownerOfSocket } from "./ownership.ts";
export { controlAt } from "./plain.ts";
export { WorkState } from "./progress.ts";
export type { Projection, Recorded } from "./projection.ts";
export { endOfQuestion, HOST_REVOKED, type OpenQuestion } from "./question-end.ts";
export { isRefusalCode, type RefusalCode, type RefusalKind, refusalOf, refusals } from "./refusal.ts";
export { AttachUrl, GithubRepo, HostName, Lifecycle, RuntimeWord } from "./registry.ts";
export { type AskedSession, isRequested, requestedSession, sessionAsked } from "./requested-session.ts";
export { failure, type Result, success } from "./result.ts";
export { Activity } from "./session.ts";
export { ShareLevel, ShareScope } from "./signing-in.ts";
export {
  type Filed,
  type Grant,
  type GrantKey,
  grantKey,
  grantOver,
  type GrantPlace,
  type GrantReach,
  placesOver,
  rightOver,
  type Ruling,
  type RulingKey,
  rulingKey,
  rulingOver,
} from "./rights.ts";
export {
  generationOf,
  LOG_SUBJECTS,
  logStream,
  logSubject,
  PULSE_STREAM,
  pulseSubject,
  RECEIPT_STREAM,
  SHARD_COUNT,
  shardOf,
  talkSubjects,
} from "./subject.ts";
export { MAX_KEYS_AT_ONCE } from "./thread-keys.ts";
export { hostsOwnSettings, ThreadSettings } from "./thread-settings.ts";
export { ItemBody } from "./turn.ts";
export { isCalm, isMutable, isMutedAt, refusedOnce, refusedWriter, type Temper } from "./temper.ts";
export { type Upcaster, type Upcasters, upcast, upcasters } from "./upcast.ts";
export { DEFAULT_LIMITS, type TooMuch, walk, type WalkLimits } from "./walk.ts";
export { isAutomation, type Writer, writerOf } from "./writer.ts";
