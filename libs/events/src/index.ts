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
export { type Asked, Command, commandDigest } from "./command.ts";
export { Principal, Role } from "./control.ts";
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
  MAX_EVENTS,
  type OpenEvent,
  type Placed,
  seal,
  type Sealed,
  SealedEvent,
  stampEntry,
} from "./entry.ts";
export {
  AtMs,
  CommandId,
  Digest,
  EndpointId,
  EntryId,
  Epoch,
  GroupId,
  hostEntryId,
  HostId,
  ItemId,
  NONE,
  type Position,
  position,
  type Sequence,
  sequence,
  SessionId,
  TokenId,
  TurnId,
} from "./ids.ts";
export { type EventKind, Label, Text, Word } from "./kind.ts";
export { DECIDED, hostLane, Lane, LaneKind, laneParts, sessionLane } from "./lane.ts";
export { naturalKey } from "./natural-key.ts";
export type { Projection, Recorded } from "./projection.ts";
export { isRefusalCode, type RefusalCode, type RefusalKind, refusalOf, refusals } from "./refusal.ts";
export { failure, type Result, success } from "./result.ts";
export { Activity } from "./session.ts";
export { logSubject, pulseSubject, SHARD_COUNT, shardOf } from "./subject.ts";
export { ItemBody } from "./turn.ts";
export { type Upcaster, type Upcasters, upcast, upcasters } from "./upcast.ts";
export { DEFAULT_LIMITS, type TooMuch, walk, type WalkLimits } from "./walk.ts";
