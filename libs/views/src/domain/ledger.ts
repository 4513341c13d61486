/**
 * What is known of the log itself: which generation it is in, which ledger is of record, how far it was trimmed, and what in it is no entry.
 *
 * The projector speaks of it in the fleet's lane, policy in the decided one. Nobody else is heard here.
 */
import { FLEET_LANE } from "@claw/events";
import { type LedgerRow, LOG_KEY } from "../log-rows.ts";
import type { EventIn, Fact, ViewProjection } from "./projection.ts";

export const ledger: ViewProjection<"ledger"> = {
  name: "ledger",
  version: 1,
  key: (fact) => (isHeard(fact) ? LOG_KEY : null),
  evolve: (row, fact) => change(row ?? FIRST, fact),
};

/** The log before anything was said of it. */
const FIRST: LedgerRow = {
  generation: 1,
  resumedAt: null,
  resumedReason: null,
  recordLedgerId: null,
  claimedAt: null,
  trimmedBefore: null,
  quarantinedMessages: 0,
  lastQuarantine: null,
};

function isHeard({ lane, by, event }: Fact): boolean {
  switch (event.type) {
    case "log.resumed":
    case "message.quarantined":
      return lane === FLEET_LANE && by.kind === "projector";
    case "ledger.claimed":
    case "log.trimmed":
      return lane === "decided";
    default:
      return false;
  }
}

function change(row: LedgerRow, fact: Fact): LedgerRow | undefined {
  const { event, recordedAt } = fact;
  switch (event.type) {
    case "log.resumed": {
      const { generation, reason } = event.data;
      if (generation <= row.generation) return undefined;
      return { ...row, generation, resumedAt: recordedAt, resumedReason: reason };
    }
    case "ledger.claimed":
      return { ...row, recordLedgerId: event.data.ledgerId, claimedAt: recordedAt };
    case "log.trimmed":
      return { ...row, trimmedBefore: Math.max(row.trimmedBefore ?? 0, event.data.before) };
    case "message.quarantined":
      return quarantined(row, fact, event);
    default:
      return undefined;
  }
}

/** The earliest time there is (`AtMs`): what a ledger writes where it knows none, because positions and chains must not depend on a clock. */
const NO_TIME = 1_000_000_000_000;

function quarantined(
  row: LedgerRow,
  { position, recordedAt }: Fact,
  { data }: EventIn<"message.quarantined">,
): LedgerRow {
  const { code, subject, generation, sequence } = data;
  const at = recordedAt === NO_TIME ? null : recordedAt;
  return {
    ...row,
    quarantinedMessages: row.quarantinedMessages + 1,
    lastQuarantine: { code, subject, generation, sequence, position, at },
  };
}
