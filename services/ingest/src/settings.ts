/** Settings of ingest, for `readConfig`. */
import { type ConfigOf, wholeNumber } from "@claw/runtime";

/** Heartbeat every 5 s, silent after 30 s (DESIGN 14.15). */
export const ingestSettings = {
  heartbeatMs: {
    variable: "CLAW_HEARTBEAT_MS",
    schema: wholeNumber({ min: 100, max: 600_000, default: 5_000 }),
  },
  silentAfterMs: {
    variable: "CLAW_SILENT_AFTER_MS",
    schema: wholeNumber({ min: 1_000, max: 86_400_000, default: 30_000 }),
  },
} as const;

export type IngestSettings = ConfigOf<typeof ingestSettings>;
