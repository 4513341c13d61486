/** The log and its ledgers: which one is of record, how far each is, and what in the log is no entry. */
import { LedgerView, LOG_KEY, LogView, presentLedger, presentLog } from "@claw/views";
import { z } from "zod";
import { listOf, read } from "../http/route.ts";

export const listLedgers = read({
  path: "/api/ledgers",
  summary: "Ledgers that were heard lately, and the log that they copy",
  action: "ledgers.read",
  query: z.strictObject({}),
  answer: listOf("ledgers", LedgerView).extend({ log: LogView }),
  handle: ({ house }) => {
    const reader = house.reader();
    const position = reader.position();
    const ledgers = (house.ledgers?.() ?? []).map(presentLedger);
    return {
      ledgers,
      nextCursor: null,
      position,
      log: presentLog(reader.row("ledger", LOG_KEY)?.row ?? null),
    };
  },
});
