/** A policy of a fleet for tests: on a log that is a stream, with a pulse that can be cut, and a clock that is the test's. */
import { DECIDED, NONE, readEvents } from "@claw/events";
import {
  type Beat,
  type EventLog,
  type History,
  LogUnavailable,
  type LogStart,
  type Pulse,
} from "@claw/eventlog";
import { makeRedactor } from "@claw/redact";
import { type Health, makeHealth, makeMetrics, newId, noDiagnostics } from "@claw/runtime";
import type { MemoryLog } from "@claw/testkit/memory-log";
import { Clock, Effect, Exit, Queue, Scope, Stream } from "effect";
import { TestClock } from "effect/testing";
import { startPolicy } from "../src/index.ts";
import { AT } from "./given.ts";

export const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(work).pipe(Effect.provide(TestClock.layer({ warningDelay: "10 minutes" }))),
  );

/**
 * A log as a stream is one: it finds no entry by id. `breaks` appends fail after they were stored, `isRepeating` sends each twice, and while it is `isDeaf`
 * nobody who follows gets on.
 */
export function streamOf(log: MemoryLog, start: LogStart = { sequence: NONE, position: NONE }) {
  const state = { breaks: 0, isRepeating: false, isDeaf: false, fault: null as LogUnavailable | null };
  const { read, follow, at, head, last, generation, append } = log;
  const guarded = <A>(work: Effect.Effect<A, LogUnavailable>) =>
    Effect.suspend(() => (state.fault === null ? work : Effect.fail(state.fault)));
  const stream: EventLog = {
    read,
    follow: (after) =>
      Stream.filterEffect(follow(after), () => Effect.andThen(hear(state), Effect.succeed(true))),
    at,
    last,
    generation,
    start,
    head: (lane) => guarded(head(lane)),
    append: (drafts) =>
      guarded(
        Effect.flatMap(append(drafts), (outcomes) => {
          if (state.isRepeating) return append(drafts);
          if (state.breaks === 0) return Effect.succeed(outcomes);
          state.breaks -= 1;
          return Effect.fail(fault("unreachable", "later"));
        }),
      ),
  };
  return { stream, state };
}

const hear = (state: { readonly isDeaf: boolean }): Effect.Effect<void> =>
  Effect.suspend(() =>
    state.isDeaf ? Effect.andThen(Effect.sleep("100 millis"), hear(state)) : Effect.void,
  );

export const fault = (reason: LogUnavailable["reason"], retry: LogUnavailable["retry"]) =>
  new LogUnavailable({ reason, retry, detail: "a test says so" });

/** A pulse in memory that can be cut. */
export function makePulse() {
  const last = new Map<string, Beat>();
  const followers = new Set<Queue.Queue<Beat>>();
  const state = { isCut: false };
  const pulse: Pulse = {
    publish: (beat) =>
      Effect.sync(() => {
        if (state.isCut) return;
        last.set(`${beat.kind}/${beat.id}`, beat);
        for (const queue of followers) Queue.offerUnsafe(queue, beat);
      }),
    last: (kind, id) => Effect.sync(() => last.get(`${kind}/${id}`) ?? null),
    follow: () =>
      Stream.unwrap(
        Effect.map(Queue.sliding<Beat>(64), (queue) => {
          followers.add(queue);
          return Stream.fromQueue(queue);
        }),
      ),
    dropped: Effect.succeed({ slow: 0, oversized: 0, crowded: 0, unsaved: 0 }),
  };
  return { pulse, state };
}

interface Given {
  readonly dataDir?: string;
  readonly pulse?: Pulse;
  readonly history?: History;
  readonly health?: Health;
}

/** A policy in a scope of its own, so that a test can end it. */
export const start = (log: EventLog, given: Given = {}) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Scope.Scope);
    const { health = makeHealth() } = given;
    const clock = yield* Clock.Clock;
    const policy = yield* startPolicy({
      log,
      ...given,
      clocks: {
        wallMs: () => AT + clock.currentTimeMillisUnsafe(),
        monoMs: () => clock.currentTimeMillisUnsafe(),
      },
      ids: { newId },
      redactor: makeRedactor({ linkKey: "test" }),
      health,
      metrics: makeMetrics(),
      diagnostics: noDiagnostics,
    }).pipe(Scope.provide(scope));
    return { ...policy, health, end: Scope.close(scope, Exit.void) };
  });

export const ledBy = (log: EventLog) =>
  Effect.map(Stream.runCollect(log.read({ after: NONE, lane: DECIDED })), (entries) =>
    entries.flatMap((logged) =>
      readEvents(logged).flatMap((read) => (read.status === "known" ? [read.event.type] : ["?"])),
    ),
  );

export const pass = (seconds: number) => TestClock.adjust(`${seconds} seconds`);
