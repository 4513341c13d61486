/** What archiving is given, and what it remembers between rounds. All of that may be forgotten: a process that dies finds in rows and objects what is left to do. */
import type { ObjectsUnavailable } from "@claw/archives";
import type { LogUnavailable } from "@claw/eventlog";
import type { CommandOf, SessionId } from "@claw/events";
import {
  type BackoffLimits,
  type Clocks,
  counter,
  type CounterOf,
  type Diagnostics,
  type Metrics,
} from "@claw/runtime";
import type { Gate } from "@claw/wire";
import type { Effect } from "effect";
import type { WriteParts } from "./write.ts";

export interface ArchivistOptions extends WriteParts {
  /**
   * Before each round: waits until the rows hold all that the ledger held when it was asked. Rows that are being built again know of fewer archives than there are, and would have
   * them made anew.
   */
  readonly caughtUp: Effect.Effect<void, LogUnavailable | ObjectsUnavailable>;
  readonly gate: Gate;
  readonly clocks: Clocks;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
  /** For tests: how long things wait. */
  readonly patience?: Partial<ArchivePatience>;
}

export interface ArchivePatience extends BackoffLimits {
  /** Between two looks at all sessions. */
  readonly roundMs: number;
}

/** A session is due for an hour or a day, so minutes do not matter; one that failed to be archived is tried again after one to sixty of them. */
export const PATIENCE: ArchivePatience = { roundMs: 300_000, baseMs: 60_000, capMs: 3_600_000 };

export type ArchiveCommand = CommandOf<"record.archive" | "record.archive_deleted">;

/** A command that was handed in and that the rows do not show yet. */
export interface Asked {
  readonly command: ArchiveCommand;
  /** False where nobody answered: the same command is handed in again, so that it is done once. */
  readonly isAccepted: boolean;
}

interface Tried {
  readonly tries: number;
  /** Monotonic ms. */
  readonly notBefore: number;
}

const OUTCOMES = {
  outcome: ["finalised", "deleted", "differs", "refused", "failed"],
} as const;

export interface ArchiveHouse extends ArchivistOptions {
  readonly waits: ArchivePatience;
  readonly asked: Map<SessionId, Asked>;
  readonly tried: Map<SessionId, Tried>;
  readonly outcomes: CounterOf<typeof OUTCOMES>;
}

export const makeArchiveHouse = (options: ArchivistOptions): ArchiveHouse => ({
  ...options,
  waits: { ...PATIENCE, ...options.patience },
  asked: new Map(),
  tried: new Map(),
  outcomes: counter(
    options.metrics,
    "claw_archives_total",
    "Archives of sessions, by what became of them.",
    OUTCOMES,
  ),
});
