/** Policies of a fleet on a real nats-server: one leads and answers the gate, another takes over, and a log that is gone ends both. */
import { connectNats, openJetStreamLog, openJetStreamPulse, openKeeper } from "@claw/eventlog";
import { DECIDED, NONE } from "@claw/events";
import { makeRedactor } from "@claw/redact";
import { makeHealth, makeMetrics, newId, noDiagnostics, systemClocks } from "@claw/runtime";
import { PATIENT, type NatsServer, startNatsServer } from "@claw/testkit/nats";
import { askGate, serveGate } from "@claw/wire";
import { startStopwatch } from "@claw/testkit/stopwatch";
import { Effect, Exit, Schedule, Scope, Stream } from "effect";
import { expect, it, onTestFinished } from "vitest";
import { startPolicy } from "../src/index.ts";
import { admin, hostAdd, tokenCreate } from "./given.ts";

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

async function givenServer(): Promise<NatsServer> {
  const server = await startNatsServer({ jetstream: "sync_interval: always" });
  onTestFinished(() => server.remove());
  return server;
}

/** A gate that is closed while the lead changes is asked again. */
const RETRY = Schedule.spaced(250);

/** What every test begins with: the streams of the first generation, and somebody who asks. */
const givenFleet = Effect.fnUntraced(function* ({ url }: NatsServer) {
  const link = yield* connectNats({ url, name: "gateway" });
  yield* openKeeper(link, { maxBytes: 50_000_000 }).ensure(true);
  const gate = askGate(link.connection);
  /** Who leads subscribes a moment after it knows that it leads; until then nobody answers, and a gateway asks again. */
  const submit: typeof gate.submit = (...asked) =>
    Effect.retry(gate.submit(...asked), { times: 40, schedule: RETRY });
  return { link, submit };
});

/** A policy as a process of its own would be: its link, its log, and the gate while it leads. */
const startOne = Effect.fnUntraced(function* ({ url }: NatsServer, name: string) {
  const scope = yield* Scope.fork(yield* Scope.Scope);
  return yield* Effect.gen(function* () {
    const link = yield* connectNats({ url, name });
    const log = yield* openJetStreamLog(link);
    const policy = yield* startPolicy({
      log,
      pulse: openJetStreamPulse(link),
      clocks: systemClocks,
      ids: { newId },
      redactor: makeRedactor({ linkKey: "test" }),
      health: makeHealth(),
      metrics: makeMetrics(),
      diagnostics: noDiagnostics,
    });
    yield* Effect.forkScoped(policy.whileLeading(serveGate(link.connection, policy.gate)));
    return { ...policy, link, log, end: Scope.close(scope, Exit.void) };
  }).pipe(Scope.provide(scope));
});

/** Looks again until it is so; gives up after `seconds`. */
const until = (isSo: () => boolean, seconds: number): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const end = performance.now() + seconds * 1_000;
    while (!isSo() && performance.now() < end) yield* Effect.sleep(50);
    return isSo();
  });

it("one answers; when its connection is cut the other takes the lead 10 s later, and knows what was decided (DESIGN 14.6)", async () => {
  const server = await givenServer();
  await run(
    Effect.gen(function* () {
      const { submit } = yield* givenFleet(server);
      const first = yield* startOne(server, "policy-a");
      const second = yield* startOne(server, "policy-b");
      expect([first.isLeading(), second.isLeading()]).toEqual([true, false]);

      const command = hostAdd("h1", "t1");
      const verdict = { decision: "accepted", entryId: `decision/${command.commandId}`, position: null };
      expect(yield* submit(command, admin)).toEqual(verdict);
      expect(yield* submit(command, admin)).toEqual(verdict);

      yield* Effect.promise(() => first.link.connection.close());
      const cutAt = performance.now();
      const watch = startStopwatch();
      expect(yield* until(second.isLeading, 120)).toBe(true);
      expect(performance.now() - cutAt).toBeGreaterThan(7_000);
      expect(watch.stop()).toBeLessThan(20_000);
      expect(yield* submit(command, admin)).toEqual(verdict);
      expect(yield* submit(hostAdd("h1", "t2"), admin)).toMatchObject({ code: "host_exists" });
    }),
  );
});

it("a leader that ends hands over at once; many commands at a time, through both, are each recorded once", async () => {
  const server = await givenServer();
  await run(
    Effect.gen(function* () {
      const { submit } = yield* givenFleet(server);
      const first = yield* startOne(server, "policy-a");
      const second = yield* startOne(server, "policy-b");
      const commands = Array.from({ length: 200 }, (_, n) => tokenCreate(`t${n}`));
      let told = 0;
      const one = (command: (typeof commands)[number]) =>
        Effect.tap(submit(command, admin), () => Effect.sync(() => (told += 1)));
      const asked = Effect.forEach(commands, one, { concurrency: 20 });
      const end = Effect.andThen(
        until(() => told >= 20, 10),
        first.end,
      );
      const [verdicts] = yield* Effect.all([asked, end], { concurrency: 2 });
      expect(verdicts.every(({ decision }) => decision === "accepted")).toBe(true);
      expect(second.isLeading()).toBe(true);
      const lane = yield* Stream.runCollect(second.log.read({ after: NONE, lane: DECIDED }));
      const ids = lane.map(({ entry }) => entry.envelope.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => id.startsWith("decision/"))).toHaveLength(200);
    }),
  );
});

it("a log that is gone ends the leader and the one that stands by within 10 s", async () => {
  const server = await givenServer();
  await run(
    Effect.gen(function* () {
      const { link } = yield* givenFleet(server);
      const first = yield* startOne(server, "policy-a");
      const second = yield* startOne(server, "policy-b");
      yield* Effect.promise(() => link.connection.request("$JS.API.STREAM.DELETE.CLAW_LOG_1", "", PATIENT));
      const watch = startStopwatch();
      for (const { ended } of [first, second])
        expect(yield* Effect.flip(ended)).toMatchObject({ _tag: "Stopped", exitCode: 1 });
      expect(watch.stop()).toBeLessThan(10_000);
    }),
  );
});
