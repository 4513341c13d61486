/** What was shared with whom, and who broke which glass (ADR 0014, X1-026). The newest word counts; what was taken back stays, so that who follows hears of it. */
import { DECIDED, sha256 } from "@claw/events";
import type { GlassRow, ShareRow } from "../people-rows.ts";
import type { ViewProjection } from "./projection.ts";

export const shares: ViewProjection<"shares"> = {
  name: "shares",
  version: 1,
  key: ({ lane, event }) => {
    if (lane !== DECIDED) return null;
    switch (event.type) {
      case "share.granted": {
        const { scope, id, to } = event.data;
        return `share/${scope}/${sha256(JSON.stringify([id, to]))}`;
      }
      case "glass.broken":
        return `glass/${event.data.sessionId}/${sha256(event.data.by)}`;
      default:
        return null;
    }
  },
  evolve: (_row, { event, recordedAt: sinceAt }) => {
    switch (event.type) {
      case "share.granted":
        return { kind: "share", ...event.data, sinceAt } satisfies ShareRow;
      case "glass.broken":
        return { kind: "glass", ...event.data, sinceAt } satisfies GlassRow;
      default:
        return undefined;
    }
  },
};
