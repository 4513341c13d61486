/**
 * The order in which commands are carried out: of one session one after another, but an interruption does not wait for a send (X1-010), and neither does an
 * answer, for which a steer may wait (PROTOCOL trap 7). Bounded: what finds no place is refused, never forgotten.
 */
import type { EndpointId, SessionId } from "@claw/events";
import { Effect, FiberSet, type Scope, Semaphore } from "effect";

/** Jobs that may wait in one lane, and in all of them. */
const MAX_IN_LANE = 32;
const MAX_IN_ALL = 1_024;
/** Jobs of one endpoint that run at once. Interruptions have seats of their own, so that sends never keep one waiting. */
const SEATS = 16;

export interface Lane {
  readonly sessionId: SessionId;
  readonly endpointId: EndpointId;
  readonly kind: "write" | "interrupt" | "answer";
}

export interface Lanes {
  /** False when there is no room for it. */
  readonly enter: (lane: Lane, job: Effect.Effect<void>) => boolean;
  /** Runs beside all lanes, until the scope ends. */
  readonly run: (job: Effect.Effect<void>) => void;
}

export const makeLanes = Effect.fnUntraced(function* (): Effect.fn.Return<Lanes, never, Scope.Scope> {
  const run = yield* FiberSet.makeRuntime<never, void, never>();
  const lanes = new Map<string, Effect.Effect<void>[]>();
  const seats = new Map<string, Semaphore.Semaphore>();
  let waiting = 0;
  const drain = (key: string, jobs: Effect.Effect<void>[]): Effect.Effect<void> =>
    Effect.suspend(() => {
      const [job] = jobs;
      if (job === undefined) {
        lanes.delete(key);
        return Effect.void;
      }
      const done = Effect.sync(() => {
        jobs.shift();
        waiting -= 1;
      });
      return Effect.andThen(Effect.ensuring(job, done), drain(key, jobs));
    });
  return {
    enter: ({ sessionId, endpointId, kind }, job) => {
      const key = `${kind}/${sessionId}`;
      const jobs = lanes.get(key) ?? [];
      if (jobs.length >= MAX_IN_LANE || waiting >= MAX_IN_ALL) return false;
      jobs.push(seatOf(seats, `${kind}/${endpointId}`).withPermits(1)(job));
      waiting += 1;
      if (jobs.length > 1) return true;
      lanes.set(key, jobs);
      run(drain(key, jobs));
      return true;
    },
    run: (job) => void run(job),
  };
});

function seatOf(seats: Map<string, Semaphore.Semaphore>, key: string): Semaphore.Semaphore {
  const known = seats.get(key) ?? Semaphore.makeUnsafe(SEATS);
  seats.set(key, known);
  return known;
}
