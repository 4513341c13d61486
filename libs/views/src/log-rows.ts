/** The rows of the log itself: what could not be folded, which messages were no entries, which ledger is of record. Times are epoch ms. */
import type { LedgerId, SessionId } from "@claw/events";

/** An entry that a projection could not fold: kept as evidence, outside the rows. */
export interface QuarantineRow {
  readonly position: number;
  readonly entryId: string;
  readonly lane: string;
  readonly eventType: string;
  readonly problem: string;
  readonly firstSeenAt: number;
  readonly attempts: number;
  readonly state: "open" | "folded" | "waived";
  readonly reason: string | null;
}

/** A message of the log that is no entry: where it stands, and why it is not folded. */
export interface QuarantinedMessage {
  readonly code: string;
  readonly subject: string;
  readonly generation: number;
  readonly sequence: number;
  /** Where it stands in the ledger. */
  readonly position: number;
  /** Null where the message itself does not say: a message has no time of its own. */
  readonly at: number | null;
}

/** What is known of the log itself. There is one. Key: `LOG_KEY`. */
export interface LedgerRow {
  /** Which life of the log this is; 1 until it was begun again. */
  readonly generation: number;
  /** When and why this generation began; null for the first. */
  readonly resumedAt: number | null;
  readonly resumedReason: string | null;
  /** The ledger of record, as the last claim says. */
  readonly recordLedgerId: LedgerId | null;
  readonly claimedAt: number | null;
  /** Entries before this position may have left the log; the ledger has them all. */
  readonly trimmedBefore: number | null;
  readonly quarantinedMessages: number;
  readonly lastQuarantine: QuarantinedMessage | null;
}

/**
 * How many facts were written to the lane of a session, whatever became of them: an archive holds as many (X1-036). It is there also where no session is, because
 * facts may come before the session is told of. Key: sessionId.
 */
export interface LaneRow {
  readonly sessionId: SessionId;
  readonly facts: number;
}

/** The key of the one row of the ledger view. */
export const LOG_KEY = "log";
