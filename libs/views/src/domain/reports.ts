/** What sessions say of their own work (S1-070, S1-166). The newest is in the session's row, the newest fifty are here. */
import { DECIDED } from "@claw/events";
import type { ProgressReport, ReportsRow } from "../spawn-rows.ts";
import type { EventIn, ViewProjection } from "./projection.ts";

export const MAX_REPORTS = 50;
/** Letters of a note that are kept: of each report here, and of the newest in the session's row, which is written anew with each fact. */
const MAX_NOTE_LETTERS = 4_096;
export const MAX_LINE_LETTERS = 1_024;

export const reports: ViewProjection<"reports"> = {
  name: "reports",
  version: 1,
  key: ({ lane, event }) =>
    lane === DECIDED && event.type === "progress.reported" ? event.data.sessionId : null,
  evolve: (row, { event, recordedAt }) => {
    if (event.type !== "progress.reported") return undefined;
    const { sessionId } = event.data;
    const report = reportIn(event, recordedAt, MAX_NOTE_LETTERS);
    return { sessionId, reports: [...(row?.reports ?? []), report].slice(-MAX_REPORTS) } satisfies ReportsRow;
  },
};

/** Cut between letters, never inside a surrogate pair. */
export const reportIn = (
  { data, body }: EventIn<"progress.reported">,
  at: number,
  letters: number,
): ProgressReport => ({
  state: data.state,
  phase: data.phase,
  percent: data.percent,
  note: body?.note.slice(0, letters).toWellFormed() ?? null,
  at,
});
