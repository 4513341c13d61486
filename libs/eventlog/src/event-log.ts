/**
 * The log, as a port: an append-only sequence of entries with independent lanes.
 *
 * Two adapters keep the same laws (`contract/`): SQLite for one machine, JetStream for fleets. What a caller may rely on: an entry has one sequence
 * for ever; the same id with the same digest is one entry however often it is appended; the same id with another digest is never taken for it;
 * with `expectedHead`, an entry is stored only if its lane has not moved; `append` returns after the entries are stored.
 *
 * How long an id is remembered differs: the ledger for ever, a stream for its window of two minutes. A repeat after that is stored again, and
 * `sequence/` drops it on the way to the ledger.
 */
import type { Entry, EntryId, Lane, Position, Sequence } from "@claw/events";
import type { Effect, Stream } from "effect";
import type { LogUnavailable } from "./faults.ts";

/** An entry to append. `expectedHead` is the sequence that the lane's last entry must have; 0 says that the lane must be empty. */
export interface Draft {
  readonly entry: Entry;
  readonly expectedHead?: Sequence | 0;
}

/** What became of one draft. Only `appended` stored something. */
export type Outcome =
  | { readonly status: "appended"; readonly sequence: Sequence }
  /** The same entry was there already: a retry after a lost ack. */
  | { readonly status: "duplicate"; readonly sequence: Sequence }
  /** The lane has moved on. A stream that no longer knows a draft's id says this too where its expectation is stale. */
  | { readonly status: "lane_conflict"; readonly head: Sequence | 0 }
  /** Another entry has this id. */
  | { readonly status: "id_conflict"; readonly sequence: Sequence; readonly knownDigest: string };

/** An entry with its number in this log. */
export interface Logged {
  readonly sequence: Sequence;
  readonly entry: Entry;
}

/** Which entries to read: those after `after`, up to and including `through` (default: the last one at the time of the call). */
export interface Range {
  readonly after: Sequence | 0;
  readonly through?: Sequence;
  readonly lane?: Lane;
}

/** How many drafts one append may have: it bounds how long one commit holds everything else up. */
export const MAX_DRAFTS = 500;

/**
 * Where a log begins. What was recorded up to `position` is in the ledger of record and not here; entries up to `sequence` only repeat some of it
 * (DESIGN 14.5). Both are 0 for a log that holds everything from the first entry on.
 */
export interface LogStart {
  readonly sequence: Sequence | 0;
  readonly position: Position | 0;
}

/** The reading half: all that replay and projections need. */
export interface ReadableLog {
  /** The entries of a range in order, then ends. */
  readonly read: (range: Range) => Stream.Stream<Logged, LogUnavailable>;
  /**
   * All entries after a sequence in order, and then each new one as it is appended. Holds one page: a slow reader reads from disk again.
   * Never ends by itself; when the log is closed it fails as `closed`, so that no reader takes silence for the end.
   */
  readonly follow: (after: Sequence | 0) => Stream.Stream<Logged, LogUnavailable>;
  /** The entry with this number, or null. */
  readonly at: (sequence: Sequence) => Effect.Effect<Logged | null, LogUnavailable>;
  /** The sequence of a lane's last entry, or 0. */
  readonly head: (lane: Lane) => Effect.Effect<Sequence | 0, LogUnavailable>;
  /** The sequence of the last entry of all, or 0. */
  readonly last: Effect.Effect<Sequence | 0, LogUnavailable>;
  /** Which life of the log this is. It never changes while a log is open: a log that lost its tail is not continued (DESIGN 14.5). */
  readonly generation: number;
  readonly start: LogStart;
}

export interface EventLog extends ReadableLog {
  /**
   * Appends drafts in order; each is judged alone, after those before it, so one refused draft does not keep the others out. Takes at most
   * `MAX_DRAFTS`; more, or an entry that is not JSON, is a defect of the caller. After a failure some may be stored all the same: appending them
   * again is safe, because what was stored is then a duplicate. The log trusts its two writers: it does not check an entry's shape or digests.
   */
  readonly append: (drafts: readonly Draft[]) => Effect.Effect<readonly Outcome[], LogUnavailable>;
}

/** A log that knows its entries by id, for ever: the SQLite log, and every ledger. */
export interface IndexedLog extends ReadableLog {
  /** The entry with this id and its sequence, or null. */
  readonly find: (id: EntryId) => Effect.Effect<Logged | null, LogUnavailable>;
}
