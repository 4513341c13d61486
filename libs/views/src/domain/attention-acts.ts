/** What people did about items of attention. That an item is there is computed; only people's acts are rows (N1-033). */
import { DECIDED } from "@claw/events";
import type { AttentionActsRow } from "../people-rows.ts";
import type { ViewProjection } from "./projection.ts";

export const attentionActs: ViewProjection<"attention"> = {
  name: "attention",
  version: 1,
  key: ({ lane, event }) => {
    if (lane !== DECIDED) return null;
    return event.type === "attention.snoozed" || event.type === "attention.assigned" ? event.data.key : null;
  },
  evolve: (row, { event, recordedAt }, _rows, key) => {
    const before = { ...(row ?? untouched(key)), changedAt: recordedAt };
    switch (event.type) {
      case "attention.snoozed": {
        const { until, by, reason } = event.data;
        return { ...before, snoozedUntil: until, snoozedBy: by, snoozeReason: reason };
      }
      case "attention.assigned":
        return { ...before, assignedTo: event.data.to, assignedBy: event.data.by };
      default:
        return undefined;
    }
  },
};

const untouched = (key: string): Omit<AttentionActsRow, "changedAt"> => ({
  key,
  snoozedUntil: null,
  snoozedBy: null,
  snoozeReason: null,
  assignedTo: null,
  assignedBy: null,
});
