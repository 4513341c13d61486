/** What needs somebody now, as it is seen outside (N1-033). */
import { AttentionKind } from "@claw/events";
import { z } from "zod";
import type { AttentionEntry } from "../fleet/line.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

export const AttentionView = z
  .object({
    key: z.string().describe("ends with its cause: a new cause is a new item"),
    kind: AttentionKind,
    sessionId: z.string().describe("the session or runtime"),
    sinceAt: IsoTime,
    ageMs: z.int().min(0),
    evidence: z.string().describe("how it is known"),
    helps: z.string().describe("what helps, as it is typed after `claw`"),
    snoozedUntil: IsoTime.nullable().describe("put off until then, for everybody"),
    snoozedBy: z.string().nullable(),
    snoozeReason: z.string().nullable(),
    assignedTo: z.string().nullable().describe("whose it is to look after"),
    assignedBy: z.string().nullable(),
  })
  .meta({ id: "Attention" });
export type AttentionView = z.infer<typeof AttentionView>;

/** A time until which it was put off is shown while it is to come. */
export function presentAttention(entry: AttentionEntry, nowMs: number): AttentionView {
  const { key, kind, sessionId, sinceAt, evidence, helps, acts, isSnoozed } = entry;
  return {
    key,
    kind,
    sessionId,
    sinceAt: isoOf(sinceAt),
    ageMs: Math.max(0, Math.round(nowMs - sinceAt)),
    evidence,
    helps,
    snoozedUntil: isSnoozed ? isoOrNull(acts?.snoozedUntil ?? null) : null,
    snoozedBy: isSnoozed ? (acts?.snoozedBy ?? null) : null,
    snoozeReason: isSnoozed ? (acts?.snoozeReason ?? null) : null,
    assignedTo: acts?.assignedTo ?? null,
    assignedBy: acts?.assignedBy ?? null,
  };
}
