export {
  type Draft,
  type EventLog,
  type IndexedLog,
  type Logged,
  type LogStart,
  MAX_DRAFTS,
  type Outcome,
  type Range,
  type ReadableLog,
} from "./event-log.ts";
export { LogUnavailable, type LostTail } from "./faults.ts";
export type { Keeper } from "./keeper.ts";
export { type Applied, apply, applyPast, type Checkpoint, startOf } from "./fold/apply.ts";
export { type Fold, type FoldChange, type FoldOptions, openFold } from "./fold/open-fold.ts";
export { type LaneEntry, wholeLane } from "./fold/past.ts";
export type { FoldSpec, Skipped } from "./fold/spec.ts";
export type { History, HistoryRange } from "./history.ts";
export { isLost, lostTailOf, tellLostTail } from "./lost-tail.ts";
export type { Beat, Dropped, Pulse } from "./pulse.ts";
export { type Durability, proveDurability } from "./jetstream/durability.ts";
export { openKeeper } from "./jetstream/keeper.ts";
export { makeSeed, publicKeyOf } from "./jetstream/keys.ts";
export { policyKeysIn, type Sign, signerOf, type Trust } from "./jetstream/trust.ts";
export { connectNats, type NatsLink, type ServerFacts } from "./jetstream/link.ts";
export {
  isMessageIdOf,
  MAX_MESSAGE_BYTES,
  messageOf,
  type NotAnEntry,
  type OutMessage,
  readMessage,
} from "./jetstream/message.ts";
export {
  type JetStreamLog,
  type JetStreamLogOptions,
  type LogStats,
  openJetStreamLog,
} from "./jetstream/open-log.ts";
export { type JetStreamPulseOptions, openJetStreamPulse } from "./jetstream/pulse.ts";
export type { NatsOptions } from "./jetstream/settings.ts";
export type { StreamSettings } from "./jetstream/streams.ts";
export type { VersionRating } from "./jetstream/version.ts";
export type { Wire, WireChange } from "./jetstream/wire.ts";
export type { RawLog, RawMessage } from "./raw-log.ts";
export {
  type Cursor,
  type Evidence,
  type Ledger,
  type LedgerReader,
  type LedgerReceipt,
  MAX_PARKED,
  MAX_RANGES,
  type ReadableLedger,
  type Taken,
} from "./ledger/ledger.ts";
export type { QuarantineCode } from "./ledger/judge.ts";
export { type LedgerOptions, openLedger } from "./ledger/open-ledger.ts";
export { type LedgerReaderOptions, openLedgerReader } from "./ledger/open-reader.ts";
export {
  admit,
  DEFAULT_MAX_PARKED,
  forkIdOf,
  type Numbered,
  type Step,
  type Surroundings,
  type Touched,
  type Verdict,
} from "./sequence/sequencer.ts";
export { emptyStream, type HostStream, missingOf, type Parked, unpark } from "./sequence/stream.ts";
export { type Backup, backupTo, checkBackup } from "./sqlite/backup.ts";
export type { Pragmas } from "./sqlite/database.ts";
export { holdDirectory } from "./sqlite/hold-directory.ts";
export { openSqliteLog, type SqliteLog, type SqliteLogOptions } from "./sqlite/open-log.ts";
export { openSqlitePulse, type SqlitePulseOptions } from "./sqlite/pulse.ts";
