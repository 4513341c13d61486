/** What ingest counts and times. Every label has its values listed, so no peer can make a new series (N1-035). */
import { counter, type CounterOf, gauge, histogram, type HistogramOf, type Metrics } from "@claw/runtime";
import { EVIDENCE_CODES } from "./domain/evidence.ts";

const PHASES = ["read", "admit", "append", "settle", "welcome", "notice", "dispatch"] as const;
const FACT_OUTCOMES = ["appended", "duplicate", "evidence", "forked", "turned_away"] as const;
const WORK_KINDS = ["command", "fence"] as const;
const FRAME_PROBLEMS = [
  "misread",
  "unauthenticated",
  "host_mismatch",
  "protocol_version",
  "superseded",
  "bad_frame",
  "busy",
  "stopping",
  "foreign_delta",
  "stray_page",
  "paced",
] as const;
export const UPGRADE_PROBLEMS = ["unauthenticated", "subprotocol", "busy", "storm", "starting"] as const;

export interface Figures {
  readonly facts: CounterOf<{ readonly outcome: typeof FACT_OUTCOMES }>;
  readonly evidence: CounterOf<{ readonly code: typeof EVIDENCE_CODES }>;
  readonly frames: CounterOf<{ readonly reason: typeof FRAME_PROBLEMS }>;
  readonly upgrades: CounterOf<{ readonly reason: typeof UPGRADE_PROBLEMS }>;
  readonly dispatched: CounterOf<{ readonly kind: typeof WORK_KINDS }>;
  readonly canary: CounterOf<Record<string, never>>;
  /** Where the time goes, per phase (W-12). */
  readonly phases: HistogramOf<{ readonly phase: typeof PHASES }>;
}

export interface Levels {
  readonly uplinks: () => number;
  readonly waitingFacts: () => number;
  readonly oldestWaitingMs: () => number;
}

export function makeFigures(metrics: Metrics, levels: Levels): Figures {
  gauge(metrics, "claw_ingest_uplinks", "Uplinks that are open now.", levels.uplinks);
  gauge(metrics, "claw_ingest_waiting_facts", "Facts that wait for the writer.", levels.waitingFacts);
  gauge(metrics, "claw_ingest_writer_lag_ms", "Age of the oldest fact that waits.", levels.oldestWaitingMs);
  return {
    facts: counter(metrics, "claw_ingest_facts_total", "Facts by what became of them.", {
      outcome: FACT_OUTCOMES,
    }),
    evidence: counter(metrics, "claw_ingest_evidence_total", "Facts kept as evidence, by reason.", {
      code: EVIDENCE_CODES,
    }),
    frames: counter(
      metrics,
      "claw_ingest_frames_refused_total",
      "Frames that were refused or passed over, by reason.",
      {
        reason: FRAME_PROBLEMS,
      },
    ),
    upgrades: counter(
      metrics,
      "claw_ingest_upgrades_refused_total",
      "Uplinks refused at the door, by reason.",
      {
        reason: UPGRADE_PROBLEMS,
      },
    ),
    dispatched: counter(
      metrics,
      "claw_ingest_dispatched_total",
      "Accepted commands and fences sent to hosts, repeats after a hello counted.",
      { kind: WORK_KINDS },
    ),
    canary: counter(
      metrics,
      "claw_ingest_canary_hits_total",
      "Secrets found in text that a host had redacted.",
      {},
    ),
    phases: histogram(metrics, "claw_ingest_phase_seconds", "Time spent per phase.", { phase: PHASES }),
  };
}

/** Runs synchronous work and times it. */
export function timed<A>(figures: Figures, phase: (typeof PHASES)[number], work: () => A): A {
  const from = performance.now();
  try {
    return work();
  } finally {
    figures.phases.observe({ phase }, (performance.now() - from) / 1_000);
  }
}
