/** What replication is given: the ledger that it fills, the log that it reads, and who else there is. */
import type { History, Keeper, Ledger, LogStart, LogUnavailable, Pulse, RawLog } from "@claw/eventlog";
import type { Clocks, Diagnostics, Health, Metrics } from "@claw/runtime";
import type { Gate } from "@claw/wire";
import type { Effect, Scope } from "effect";

/** One generation of the log, opened: a `JetStreamLog` is one. */
export interface OpenedLog {
  readonly raw: RawLog;
  readonly start: LogStart;
  /** Fails when this generation must not be continued. */
  readonly ended: Effect.Effect<never, LogUnavailable>;
}

export interface ReplicationOptions {
  readonly ledger: Ledger;
  /** Opens the generation that there is; waits while none is open. Run again for each generation. */
  readonly openLog: Effect.Effect<OpenedLog, LogUnavailable, Scope.Scope>;
  /** Used only while this ledger is of record, or may become the first one that is. */
  readonly keeper: Keeper;
  readonly gate: Gate;
  readonly pulse: Pulse;
  /** `replica` never claims; it can be promoted (`CLAW_LEDGER`). */
  readonly role: "record" | "replica";
  /** The ledger of record, for a replica that starts behind a generation's beginning. */
  readonly history?: History;
  /**
   * Takes this ledger and its views out of the way, so that they grow back at the next start. Called before replication ends for a ledger that
   * diverged, if it was never of record: what it alone holds was confirmed to nobody. Without it a person does it.
   */
  readonly setAside?: Effect.Effect<void>;
  readonly clocks: Clocks;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
  /** For tests: how long things wait. */
  readonly patience?: Partial<Patience>;
}

export interface Patience {
  /** Between tries while the log, the disk or policy is away: `BackoffLimits`. */
  readonly baseMs: number;
  readonly capMs: number;
  readonly beatMs: number;
  /** Between looks for a message that the log should hold. */
  readonly lookMs: number;
}
