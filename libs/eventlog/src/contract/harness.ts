/** What an adapter brings to be tested: a way to open one log, and to open it again. */
import { Effect, Exit, Scope } from "effect";
import type { EventLog, IndexedLog } from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";

/** A log under test. One that is indexed is asked to find as well. */
export type TestedLog = EventLog & Partial<Pick<IndexedLog, "find">>;

export interface LogHarness {
  /** Opens the log, empty the first time. Once that scope is closed it may be opened again. */
  readonly open: Effect.Effect<TestedLog, LogUnavailable, Scope.Scope>;
  /** True if what was appended is there when the log is opened again. */
  readonly lasting: boolean;
}

/** A new, empty log for each test. */
export type MakeHarness = () => LogHarness;

/** A log that a test holds open and closes by hand. */
export interface HeldLog {
  readonly log: TestedLog;
  readonly close: Effect.Effect<void>;
}

export const hold = Effect.fnUntraced(function* (
  harness: LogHarness,
): Effect.fn.Return<HeldLog, LogUnavailable> {
  const scope = yield* Scope.make();
  const log = yield* Effect.provideService(harness.open, Scope.Scope, scope);
  return { log, close: Scope.close(scope, Exit.void) };
});
