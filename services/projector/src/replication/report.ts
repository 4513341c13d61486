/** What replication says of itself: the part `ledger` of health, and figures. */
import type { Taken } from "@claw/eventlog";
import { counter, type CounterOf, gauge, type Health, type Metrics } from "@claw/runtime";
import type { Role } from "../domain/standing.ts";

/** Replication's name in `/readyz`. */
export const LEDGER_PART = "ledger";

const OUTCOMES = { outcome: ["admitted", "quarantined", "forked", "duplicate", "parked"] } as const;

export interface ReplicationReport {
  readonly took: (taken: Taken) => void;
  /** Where the ledger stands, once it has caught up. */
  readonly stands: (role: Role, position: number, behind: number) => void;
  /** How much of what the log held at its opening is taken, 0 to 1. */
  readonly catchingUp: (part: number) => void;
  readonly waiting: (phrase: string) => void;
}

/** Registers the metrics; the figures are read when somebody asks. */
export function makeReplicationReport(
  health: Health,
  metrics: Metrics,
  figures: { readonly position: () => number; readonly lag: () => number },
): ReplicationReport {
  gauge(metrics, "claw_ledger_position", "The ledger's last position.", figures.position);
  gauge(metrics, "claw_ledger_lag_messages", "Messages of the log not in the ledger yet.", figures.lag);
  const messages: CounterOf<typeof OUTCOMES> = counter(
    metrics,
    "claw_ledger_messages_total",
    "Messages of the log, by what became of them.",
    OUTCOMES,
  );
  const say = (ok: boolean, detail: string): void => health.set(LEDGER_PART, { ok, detail });
  return {
    took: (taken) => {
      messages.add({ outcome: "admitted" }, taken.admitted);
      messages.add({ outcome: "quarantined" }, taken.quarantined);
      messages.add({ outcome: "forked" }, taken.forks);
      messages.add({ outcome: "duplicate" }, taken.duplicates);
      messages.add({ outcome: "parked" }, taken.parked);
    },
    stands: (role, position, behind) =>
      say(role === "record" || role === "replica", phraseOfRole(role, position, behind)),
    catchingUp: (part) => say(false, `catching up ${Math.floor(part * 100)} %`),
    waiting: (phrase) => say(false, phrase),
  };
}

const figure = new Intl.NumberFormat("en-US");

function phraseOfRole(role: Role, position: number, behind: number): string {
  switch (role) {
    case "record":
      return `of record at ${figure.format(position)}`;
    case "replica":
      return behind === 0
        ? `replica at ${figure.format(position)}`
        : `replica, ${figure.format(behind)} behind`;
    case "unclaimed":
      return "no ledger is of record: watermarks stand still";
    case "waiting":
      return "waits for the log";
  }
}
