/** Starts policy: follows what is observed, folds the decided lane, takes the lead or stands by, and opens the gate. */
import { join } from "node:path";
import { type EventLog, type History, type LogUnavailable, type Pulse, tellLostTail } from "@claw/eventlog";
import type { Redactor } from "@claw/redact";
import {
  type Clocks,
  counter,
  type Diagnostics,
  EXIT,
  type Health,
  type Metrics,
  randomHex,
  Stopped,
} from "@claw/runtime";
import type { Gate } from "@claw/wire";
import { Deferred, Effect, type Scope, Semaphore } from "effect";
import { makeGate } from "./gate.ts";
import { OUTCOMES } from "./judge.ts";
import { lose, whileLeading } from "./lead.ts";
import { emptySeat, type Seat } from "./seat.ts";
import { openSight } from "./sight.ts";
import { beatWhileLeading, begin, listen, noSigns, regain, say, type StandbyParts } from "./standby.ts";
import { tendWhileLeading, watchSight } from "./tend.ts";

export interface PolicyOptions {
  /** Where policy keeps what it has seen, in `policy/sight.db`. Left out, it is kept in memory, and read anew at each start. */
  readonly dataDir?: string;
  /** A log that finds entries by id is its own ledger: then a verdict comes with its position. */
  readonly log: EventLog;
  /** What was decided before the log began: the ledger of record. Needed where the log does not hold everything. */
  readonly history?: History;
  /** Where the leader of a fleet says that it leads, for those who stand by. On one machine there are none: left out, the lead is taken at once. */
  readonly pulse?: Pulse;
  readonly clocks: Clocks;
  readonly ids: { readonly newId: (prefix: string) => string };
  /** Finds secrets in commands. Takes nothing out. */
  readonly redactor: Pick<Redactor, "find" | "version">;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
}

export interface Policy {
  readonly gate: Gate;
  readonly isLeading: () => boolean;
  /** Does the work, in a scope of its own, whenever this policy leads: for serving the gate to other processes. */
  readonly whileLeading: <E, R>(
    work: Effect.Effect<unknown, E, R>,
  ) => Effect.Effect<never, E, Exclude<R, Scope.Scope>>;
  /** Never succeeds: fails when the log will not come back by waiting, so that the process ends and can be started again. */
  readonly ended: Effect.Effect<never, Stopped>;
}

/**
 * Runs policy for the time of a scope. Returns when it leads, or stands by because another policy does; waits while the log is away for a while.
 * Refuses (`Stopped`) a log that will not come back by waiting.
 */
export const startPolicy = Effect.fnUntraced(function* (
  options: PolicyOptions,
): Effect.fn.Return<Policy, Stopped, Scope.Scope> {
  const seat = emptySeat();
  const end = Deferred.makeUnsafe<never, Stopped>();
  const { log, history, dataDir } = options;
  const file = dataDir === undefined ? ":memory:" : join(dataDir, "policy", "sight.db");
  const sight = yield* openSight(log, file, history).pipe(
    Effect.tapError((fault) => tellLoss(options, fault)),
    Effect.mapError(stopped),
  );
  const parts: StandbyParts = {
    ...options,
    sight,
    salt: () => randomHex(16),
    turn: Semaphore.makeUnsafe(1),
    onEnd: (fault) => void Deferred.doneUnsafe(end, Effect.fail(stopped(fault))),
    outcomes: counter(options.metrics, "claw_policy_decisions_total", "Commands by what became of them.", {
      outcome: OUTCOMES,
    }),
  };
  yield* Effect.forkScoped(Effect.catch(sight.rows.ended, (fault) => Effect.sync(() => parts.onEnd(fault))));
  const signs = noSigns();
  yield* Effect.forkScoped(listen(parts, seat, signs));
  yield* begin(parts, seat).pipe(Effect.mapError(stopped));
  // Before what follows, so that it is done after that has ended.
  yield* Effect.addFinalizer(() => leave(parts, seat));
  yield* Effect.forkScoped(regain(parts, seat, signs));
  yield* Effect.forkScoped(beatWhileLeading(parts, seat));
  yield* Effect.forkScoped(tendWhileLeading(parts, seat));
  yield* Effect.forkScoped(watchSight(parts, seat));
  return {
    gate: makeGate(parts, seat),
    isLeading: () => seat.lead.leader !== null,
    whileLeading: (work) => whileLeading(seat.lead, work),
    ended: Deferred.await(end),
  };
});

/** Whoever stands by hears that we go, and need not wait for our silence. */
const leave = (parts: StandbyParts, seat: Seat): Effect.Effect<void> =>
  Effect.andThen(
    say(parts, seat, true),
    Effect.sync(() => lose(seat.lead)),
  );

/** The ledger of record may have lagged, and know nothing of what is gone. */
const tellLoss = ({ pulse, clocks }: PolicyOptions, { lost }: LogUnavailable): Effect.Effect<void> =>
  pulse === undefined || lost === undefined ? Effect.void : tellLostTail(pulse, lost, clocks.wallMs());

const stopped = ({ detail, reason }: LogUnavailable): Stopped =>
  new Stopped({ sentence: `Policy cannot use the log (${reason}): ${detail}`, exitCode: EXIT.fault });
