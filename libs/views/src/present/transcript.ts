/** Turns and items as they are seen outside. */
import { z } from "zod";
import type { ItemRow, TurnRow } from "../rows.ts";
import { type Asker, mayReadTranscripts, transcriptText } from "./asker.ts";
import { isoOrNull, IsoTime, TurnSummaryView, turnSummaryView } from "./shapes.ts";

export const TurnView = TurnSummaryView.extend({
  sessionId: z.string(),
  errorKind: z.string().nullable(),
  error: z.string().nullable().describe("null for those who may not read transcripts"),
  durationMs: z.number().nullable(),
}).meta({ id: "Turn" });
export type TurnView = z.infer<typeof TurnView>;

export const presentTurn = (row: TurnRow, asker: Asker): TurnView => ({
  ...turnSummaryView(row),
  sessionId: row.sessionId,
  errorKind: row.errorKind,
  error: transcriptText(asker, row.error),
  durationMs: row.durationMs,
});

export const TranscriptItemView = z
  .object({
    sessionId: z.string(),
    turnId: z.string(),
    itemId: z.string(),
    kind: z.string(),
    phase: z.enum(["started", "completed"]),
    status: z.string().nullable(),
    startedAt: IsoTime.nullable(),
    completedAt: IsoTime.nullable(),
    durationMs: z.number().nullable(),
    exitCode: z.int().nullable(),
    clientId: z.string().nullable(),
    text: z.string().nullable(),
    command: z.string().nullable(),
    output: z.string().nullable(),
    tool: z.string().nullable(),
    paths: z.array(z.string()),
    cutBytes: z.int().describe("bytes of text that the caps took away"),
  })
  .meta({ id: "TranscriptItem" });
export type TranscriptItemView = z.infer<typeof TranscriptItemView>;

/** An item. For those who may not read transcripts it says that something happened, and not what. */
export const presentItem = (row: ItemRow, asker: Asker): TranscriptItemView => ({
  sessionId: row.sessionId,
  turnId: row.turnId,
  itemId: row.itemId,
  kind: row.kind,
  phase: row.phase,
  status: row.status,
  startedAt: isoOrNull(row.startedAt),
  completedAt: isoOrNull(row.completedAt),
  durationMs: row.durationMs,
  exitCode: row.exitCode,
  clientId: row.clientId,
  text: transcriptText(asker, row.text),
  command: transcriptText(asker, row.command),
  output: transcriptText(asker, row.output),
  tool: transcriptText(asker, row.tool),
  paths: mayReadTranscripts(asker.principal) ? row.paths.map(asker.presentText) : [],
  cutBytes: row.cutBytes,
});
