/** A policy on the SQLite log for tests of what acts on sessions. Its clocks, and the time that goes by, are the test's. */
import { Command, DECIDED, type Entry, type Event, type OpenEvent, readEvents } from "@claw/events";
import { type EventLog, openSqliteLog } from "@claw/eventlog";
import { makeRedactor } from "@claw/redact";
import { makeHealth, makeMetrics, newId, noDiagnostics } from "@claw/runtime";
import { Effect, Exit, Fiber, Scope, Stream } from "effect";
import { TestClock } from "effect/testing";
import { startPolicy } from "../src/index.ts";
import { AT, fact, heard, noticed, S1 } from "./given-sight.ts";

export const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(work).pipe(Effect.provide(TestClock.layer({ warningDelay: "10 minutes" }))),
  );

export const redactor = makeRedactor({ linkKey: "test" });

/** A policy in a scope of its own, whose clocks stand still until the test moves them. */
export const start = Effect.fnUntraced(function* (
  log: EventLog,
  given: { wallMs?: number; monoMs?: number; dataDir?: string } = {},
) {
  const scope = yield* Scope.fork(yield* Scope.Scope);
  const now = { wallMs: given.wallMs ?? AT, monoMs: given.monoMs ?? 0 };
  const metrics = makeMetrics();
  const policy = yield* startPolicy({
    log,
    clocks: { wallMs: () => now.wallMs, monoMs: () => now.monoMs },
    ids: { newId },
    redactor,
    health: makeHealth(),
    metrics,
    diagnostics: noDiagnostics,
    ...(given.dataDir === undefined ? {} : { dataDir: given.dataDir }),
  }).pipe(Scope.provide(scope));
  return { ...policy, now, metrics, end: Scope.close(scope, Exit.void) };
});

/** A log that holds facts of the one session, each an entry, after its host was heard. */
export const logWith = Effect.fnUntraced(function* (...events: readonly OpenEvent[]) {
  const log: EventLog = yield* openSqliteLog({ path: ":memory:" });
  const facts = { next: 1 };
  const tell = (...more: readonly OpenEvent[]) =>
    Effect.forEach(more, (event) => log.append([{ entry: fact((facts.next += 1) - 1, [event]) }]));
  yield* log.append([{ entry: noticed(heard("connected")) }]);
  yield* tell(...events);
  return { log, tell };
});

let lastCommand = 0;
export const ask = (type: string, fields: object): Command =>
  Command.parse({ type, commandId: `ask-${(lastCommand += 1)}`, ...fields });
export const target = { sessionId: S1 };
export const send = (text = "go on", more: object = {}) => ask("session.send", { target, text, ...more });
export const acquire = (more: object = {}) => ask("lease.acquire", { target, ...more });
export const renew = (leaseId: string) => ask("lease.renew", { leaseId });

export const eventsOf = (entry: Entry): readonly Event[] =>
  readEvents({ entry }).flatMap((read) => (read.status === "known" ? [read.event] : []));

export const decided = (log: EventLog) =>
  Effect.map(Stream.runCollect(log.read({ after: 0, lane: DECIDED })), (all) =>
    all.map(({ entry }) => entry),
  );

export const typesIn = (log: EventLog) =>
  Effect.map(decided(log), (all) => all.flatMap(eventsOf).map(({ type }) => type));

/** Waits for a fiber, while the time of the test goes on. */
export const awaited = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>) {
  for (let n = 0; n < 1_000 && fiber.pollUnsafe() === undefined; n += 1) {
    yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)));
    yield* TestClock.adjust("10 millis");
  }
  return yield* Fiber.join(fiber);
});

/** Waits for a decision of this type. */
export const said = Effect.fnUntraced(function* (log: EventLog, type: Event["type"]) {
  const found = log.follow(0).pipe(
    Stream.filter(({ entry }) => entry.envelope.lane === DECIDED),
    Stream.filter(({ entry }) => eventsOf(entry).some((event) => event.type === type)),
    Stream.map(({ entry }) => entry),
    Stream.runHead,
  );
  const head = yield* awaited(yield* Effect.forkScoped(found));
  return head._tag === "Some" ? head.value : null;
});

/** Lets the leader look at least twice at what is due. */
export const looksTwice = TestClock.adjust("600 millis");
