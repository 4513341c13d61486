/** What a session says of its own work, as it is seen outside. */
import { WorkState } from "@claw/events";
import { z } from "zod";
import type { ProgressReport } from "../spawn-rows.ts";
import { type Asker, transcriptText } from "./asker.ts";
import { isoOf, IsoTime } from "./shapes.ts";

const words = "null for those who may not read transcripts";

export const ProgressView = z
  .object({
    state: WorkState,
    phase: z.string().nullable().describe(words),
    percent: z.int().min(0).max(100).nullable(),
    note: z.string().nullable().describe(`its beginning; ${words}`),
    at: IsoTime,
  })
  .meta({ id: "Progress" });
export type ProgressView = z.infer<typeof ProgressView>;

export const presentProgress = (
  { state, phase, percent, note, at }: ProgressReport,
  asker: Asker,
): ProgressView => ({
  state,
  phase: transcriptText(asker, phase),
  percent,
  note: transcriptText(asker, note),
  at: isoOf(at),
});
