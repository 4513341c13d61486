/** The log and its ledgers as they are seen outside. */
import { z } from "zod";
import type { LedgerRow } from "../log-rows.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

export const LogView = z
  .object({
    generation: z.int().min(1).describe("which life of the log this is"),
    resumedAt: IsoTime.nullable().describe("when this generation began; null for the first"),
    resumedReason: z.string().nullable(),
    recordLedgerId: z.string().nullable().describe("the ledger of record; null where the log is its own"),
    claimedAt: IsoTime.nullable(),
    trimmedBefore: z.int().nullable().describe("entries before this position are in the ledgers only"),
    quarantinedMessages: z.int().describe("messages of the log that are no entries"),
    lastQuarantine: z
      .object({
        code: z.string(),
        subject: z.string(),
        generation: z.int(),
        sequence: z.int(),
        position: z.int(),
        at: IsoTime.nullable(),
      })
      .nullable(),
  })
  .meta({ id: "Log" });
export type LogView = z.infer<typeof LogView>;

/** The log. Without a row nothing was ever said of it: then it is in its first generation. */
export function presentLog(row: LedgerRow | null): LogView {
  const { lastQuarantine } = row ?? {};
  return {
    generation: row?.generation ?? 1,
    resumedAt: isoOrNull(row?.resumedAt ?? null),
    resumedReason: row?.resumedReason ?? null,
    recordLedgerId: row?.recordLedgerId ?? null,
    claimedAt: isoOrNull(row?.claimedAt ?? null),
    trimmedBefore: row?.trimmedBefore ?? null,
    quarantinedMessages: row?.quarantinedMessages ?? 0,
    lastQuarantine:
      lastQuarantine === null || lastQuarantine === undefined
        ? null
        : { ...lastQuarantine, at: isoOrNull(lastQuarantine.at) },
  };
}

/** What a projector says of its ledger, every few seconds. */
export interface LedgerBeat {
  readonly ledgerId: string;
  readonly role: LedgerView["role"];
  readonly position: number;
  /** The digest chain at that position: two ledgers with the same chain at a position hold the same up to there. */
  readonly chain: string;
  readonly generation: number;
  /** Messages of the stream that it has not taken yet; null where it does not say. */
  readonly lag: number | null;
  /** Epoch ms. */
  readonly heardAt: number;
}

export const LedgerView = z
  .object({
    ledgerId: z.string(),
    role: z
      .enum(["record", "replica", "waiting", "unclaimed"])
      .describe("waiting: catching up, it cannot tell yet; unclaimed: no ledger is of record"),
    position: z.int().min(0),
    chain: z.string().describe("equal at equal positions, or one of the two is wrong"),
    generation: z.int().min(0),
    lag: z.int().min(0).nullable().describe("messages of the stream that it has not taken yet"),
    heardAt: IsoTime,
  })
  .meta({ id: "Ledger" });
export type LedgerView = z.infer<typeof LedgerView>;

export const presentLedger = (beat: LedgerBeat): LedgerView => ({ ...beat, heardAt: isoOf(beat.heardAt) });
