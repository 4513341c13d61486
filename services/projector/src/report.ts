/** What the projector says of itself: one line of health, and figures. */
import { counter, type CounterOf, gauge, type Health, type Metrics } from "@claw/runtime";
import type { Batch } from "@claw/views";

/** The projector's name in `/readyz`. */
export const PART = "projector";

const OUTCOMES = { outcome: ["folded", "quarantined"] } as const;
const RESULTS = { result: ["equal", "different"] } as const;

export interface Report {
  readonly committed: (batch: Batch) => void;
  readonly rebuilt: (isEqual: boolean) => void;
  /** Views were made out of the log, from its first entry or from where they stood, in so many ms. */
  readonly built: (tookMs: number) => void;
  readonly following: (openQuarantines: number) => void;
  /** How far a build has come, 0 to 1. */
  readonly building: (part: number) => void;
  readonly failing: (phrase: string) => void;
}

/** Registers the metrics; `position` is read when somebody asks. */
export function makeReport(health: Health, metrics: Metrics, position: () => number): Report {
  gauge(metrics, "claw_projector_position", "Position up to which the log is in the views.", position);
  const entries: CounterOf<typeof OUTCOMES> = counter(
    metrics,
    "claw_projector_entries_total",
    "Entries that were folded into the views, or quarantined.",
    OUTCOMES,
  );
  const unknown = counter(
    metrics,
    "claw_projector_unknown_events_total",
    "Events of kinds not known here.",
    {},
  );
  const rebuilds = counter(
    metrics,
    "claw_projector_rebuilds_total",
    "Rebuilds beside, by comparison.",
    RESULTS,
  );
  let lastBuildMs = 0;
  gauge(
    metrics,
    "claw_projector_build_seconds",
    "How long the last build of views out of the log took; 0 where this process made none.",
    () => lastBuildMs / 1_000,
  );
  return {
    committed: (batch) => {
      entries.add({ outcome: "folded" }, batch.entries - batch.quarantined);
      entries.add({ outcome: "quarantined" }, batch.quarantined);
      unknown.add({}, batch.unknownEvents);
    },
    rebuilt: (isEqual) => rebuilds.add({ result: isEqual ? "equal" : "different" }),
    built: (tookMs) => void (lastBuildMs = tookMs),
    following: (open) =>
      health.set(PART, { ok: true, detail: open === 0 ? "following" : `following, ${open} quarantined` }),
    building: (part) => health.set(PART, { ok: false, detail: `rebuilding ${Math.floor(part * 100)} %` }),
    failing: (phrase) => health.set(PART, { ok: false, detail: phrase }),
  };
}
