/** Shapes that several outside views share. Outside, times are ISO 8601 in UTC. */
import { z } from "zod";
import type { Freshness, TurnSummary } from "../rows.ts";

export const IsoTime = z.iso.datetime().describe("ISO 8601, UTC");

/** Epoch ms as an ISO time. Times inside are within 2001…2100, so this never throws for a row. */
export const isoOf = (at: number): string => new Date(at).toISOString();
export const isoOrNull = (at: number | null): string | null => (at === null ? null : isoOf(at));

export const FreshnessView = z.object({
  state: z.enum(["live", "stale", "unknown", "gone"]),
  sinceAt: IsoTime,
  ageMs: z
    .int()
    .min(0)
    .nullable()
    .describe("how long ago its host was last heard, or null if that is not known"),
  reason: z.string().nullable(),
});
export type FreshnessView = z.infer<typeof FreshnessView>;

export const freshnessView = (
  { state, sinceAt, reason }: Freshness,
  heardAt: number | null,
  nowMs: number,
): FreshnessView => ({
  state,
  sinceAt: isoOf(sinceAt),
  ageMs: heardAt === null ? null : Math.max(0, Math.round(nowMs - heardAt)),
  reason,
});

export const TurnSummaryView = z.object({
  turnId: z.string(),
  status: z.string().describe("Codex's word; inProgress until the turn's one end"),
  startedAt: IsoTime.nullable(),
  completedAt: IsoTime.nullable(),
});
export type TurnSummaryView = z.infer<typeof TurnSummaryView>;

export const turnSummaryView = ({
  turnId,
  status,
  startedAt,
  completedAt,
}: TurnSummary): TurnSummaryView => ({
  turnId,
  status,
  startedAt: isoOrNull(startedAt),
  completedAt: isoOrNull(completedAt),
});
