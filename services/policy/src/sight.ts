/** The sight at work: a fold that follows the whole log, and whoever waits for something to be seen. */
import type { EventLog, Fold, History, LogUnavailable } from "@claw/eventlog";
import { openFold } from "@claw/eventlog";
import type { SessionId, TurnId } from "@claw/events";
import { Effect, type Scope, Stream } from "effect";
import { TURN_APPEARS_MS } from "./domain/cause.ts";
import type { Sight } from "./domain/sight.ts";
import { evolveSight, SIGHT_VERSION, sightIn, sightKey, type SightRow } from "./domain/sight-fold.ts";
import { makeSightIndex } from "./sight-index.ts";

export interface SightAtWork extends Sight {
  readonly rows: Fold<SightRow>;
  /** Waits for the next time that rows changed. One that was missed is seen by whoever looks again after a while. */
  readonly changed: Effect.Effect<void>;
}

/**
 * Opens the sight for the time of a scope. It follows the log from where its file says; `rows.caughtUp` waits until it has seen an entry. Fails as
 * `openFold` does, and later by `rows.ended`.
 */
export const openSight = Effect.fnUntraced(function* (
  log: EventLog,
  path: string,
  history?: History,
): Effect.fn.Return<SightAtWork, LogUnavailable, Scope.Scope> {
  let rows: Fold<SightRow> | null = null;
  const get = (key: string): SightRow | undefined => rows?.get(key);
  const index = makeSightIndex(get);
  const evolve: typeof evolveSight = (row, recorded) => {
    const after = evolveSight(row, recorded);
    const key = after === undefined ? null : sightKey(recorded);
    if (after !== undefined && key !== null) index.note(key, after);
    return after;
  };
  const spec = { name: "policy.sight", version: SIGHT_VERSION, key: sightKey, evolve };
  const options = { ...spec, path, log };
  const fold = yield* openFold<SightRow>(history === undefined ? options : { ...options, history });
  rows = fold;
  for (const [key, row] of fold.all()) index.note(key, row);
  const waiting = new Set<() => void>();
  yield* Effect.forkScoped(Stream.runForEach(fold.changes, () => Effect.sync(() => wake(waiting))));
  return {
    rows: fold,
    changed: next(waiting),
    ...sightIn(get, index),
  };
});

function wake(waiting: Set<() => void>): void {
  const woken = [...waiting];
  waiting.clear();
  for (const tell of woken) tell();
}

const next = (waiting: Set<() => void>): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const tell = (): void => resume(Effect.void);
    waiting.add(tell);
    return Effect.sync(() => waiting.delete(tell));
  });

/** A turn that a command names. */
export interface NamedTurn {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
}

/** Waits until all these turns were seen, at most `TURN_APPEARS_MS`. What was not seen by then is for the rules to judge. */
export const waitForTurns = (
  sight: Pick<SightAtWork, "session" | "changed">,
  named: readonly NamedTurn[],
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const isSeen = (): boolean => hasTurns(sight, named);
    if (isSeen()) return Effect.void;
    const seen = Effect.repeat(sight.changed, { until: isSeen });
    return Effect.asVoid(Effect.timeoutOption(seen, TURN_APPEARS_MS));
  });

/** True if all these turns were seen. */
export const hasTurns = (sight: Pick<Sight, "session">, named: readonly NamedTurn[]): boolean =>
  named.every(
    ({ sessionId, turnId }) =>
      sight.session(sessionId)?.turns.some((turn) => turn.turnId === turnId) ?? false,
  );
