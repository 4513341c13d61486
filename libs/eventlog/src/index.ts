export { type Draft, type EventLog, type Logged, MAX_DRAFTS, type Outcome, type Range } from "./event-log.ts";
export { LogUnavailable } from "./faults.ts";
export { apply, type Applied, type Checkpoint, START } from "./fold/apply.ts";
export { type Fold, type FoldChange, type FoldOptions, openFold } from "./fold/open-fold.ts";
export type { FoldSpec, Skipped } from "./fold/spec.ts";
export type { Beat, Dropped, Pulse } from "./pulse.ts";
export {
  admitAll,
  DEFAULT_MAX_PARKED,
  emptySequencer,
  type Fork,
  type Missing,
  type Sequenced,
  type Sequencer,
  type Surroundings,
} from "./sequence/sequencer.ts";
export { emptyStream, type HostStream, missingOf } from "./sequence/stream.ts";
export type { Pragmas } from "./sqlite/database.ts";
export { openSqliteLog, type SqliteLog, type SqliteLogOptions } from "./sqlite/open-log.ts";
export { openSqlitePulse, type SqlitePulseOptions } from "./sqlite/pulse.ts";
