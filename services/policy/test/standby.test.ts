/** Many policies on one log: who leads, what stands by, and what becomes of an answer that was lost. Time is a test's. */
import { Command } from "@claw/events";
import { openMemoryLog } from "@claw/testkit/memory-log";
import { type Health, makeHealth } from "@claw/runtime";
import { Effect, Fiber, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { admin, hostAdd, tokenCreate } from "./given.ts";
import { fact, fenced, heard, noticed, observed, S1 } from "./given-sight.ts";

import { fault, ledBy, makePulse, pass, run, start, streamOf } from "./given-fleet.ts";

const acquire = Command.parse({ type: "lease.acquire", commandId: "l1", target: { sessionId: S1 } });

describe("one leads, others stand by (DESIGN 14.6)", () => {
  it("a second policy stands by while the first one beats, however long, and takes the lead 10 s after its last sign", () =>
    run(
      Effect.gen(function* () {
        const { stream } = streamOf(yield* openMemoryLog());
        const { pulse, state } = makePulse();
        const first = yield* start(stream, { pulse });
        const second = yield* start(stream, { pulse });
        expect([first.isLeading(), second.isLeading()]).toEqual([true, false]);
        yield* pass(60);
        expect([first.isLeading(), second.isLeading()]).toEqual([true, false]);
        expect(second.health.isReady()).toBe(false);
        expect(yield* Effect.flip(second.gate.submit(tokenCreate("t1"), admin))).toMatchObject({
          _tag: "GateClosed",
        });
        state.isCut = true;
        yield* pass(8);
        expect(second.isLeading()).toBe(false);
        yield* pass(4);
        expect([first.isLeading(), second.isLeading()]).toEqual([false, true]);
        expect(yield* second.gate.submit(tokenCreate("t1"), admin)).toMatchObject({ decision: "accepted" });
        expect(yield* ledBy(stream)).toEqual([
          "policy.led",
          "policy.led",
          "command.accepted",
          "token.created",
        ]);
      }),
    ));

  it("decisions are a sign of the leader too, where its beats are lost", () =>
    run(
      Effect.gen(function* () {
        const { stream } = streamOf(yield* openMemoryLog());
        const { pulse, state } = makePulse();
        const first = yield* start(stream, { pulse });
        const second = yield* start(stream, { pulse });
        state.isCut = true;
        for (let n = 0; n < 6; n += 1) {
          yield* pass(9);
          yield* first.gate.submit(tokenCreate(`t${n}`), admin);
        }
        expect([first.isLeading(), second.isLeading()]).toEqual([true, false]);
      }),
    ));

  it("a leader that ends says so, and nobody waits for its silence", () =>
    run(
      Effect.gen(function* () {
        const { stream } = streamOf(yield* openMemoryLog());
        const { pulse } = makePulse();
        const first = yield* start(stream, { pulse });
        const second = yield* start(stream, { pulse });
        yield* pass(3);
        yield* first.end;
        yield* pass(0.1);
        expect(second.isLeading()).toBe(true);
        const third = yield* start(stream, { pulse });
        expect(third.isLeading()).toBe(false);
      }),
    ));

  it("a leader that was passed over notices within two seconds, without a command", () =>
    run(
      Effect.gen(function* () {
        const { stream } = streamOf(yield* openMemoryLog());
        const one = makePulse();
        const other = makePulse();
        const first = yield* start(stream, { pulse: one.pulse });
        const second = yield* start(stream, { pulse: other.pulse });
        expect([first.isLeading(), second.isLeading()]).toEqual([true, true]);
        yield* pass(2);
        expect([first.isLeading(), second.isLeading()]).toEqual([false, true]);
        expect(first.health.isReady()).toBe(false);
      }),
    ));

  it("what goes on only while it leads is ended with the lead, and begun with the next one", () =>
    run(
      Effect.gen(function* () {
        const { stream } = streamOf(yield* openMemoryLog());
        const { pulse, state } = makePulse();
        const said: string[] = [];
        const serve = (name: string) =>
          Effect.acquireRelease(
            Effect.sync(() => said.push(`${name} serves`)),
            () => Effect.sync(() => said.push(`${name} stops`)),
          );
        const first = yield* start(stream, { pulse });
        const second = yield* start(stream, { pulse });
        yield* Effect.forkScoped(first.whileLeading(serve("first")));
        yield* Effect.forkScoped(second.whileLeading(serve("second")));
        yield* pass(4);
        expect(said).toEqual(["first serves"]);
        state.isCut = true;
        yield* pass(12);
        expect(said.slice(1).toSorted()).toEqual(["first stops", "second serves"]);
        state.isCut = false;
        yield* second.end;
        yield* pass(12);
        expect(said.slice(3).toSorted()).toEqual(["first serves", "second stops"]);
      }),
    ));
});

describe("what was observed (ADR 0012)", () => {
  const detailOf = (health: Health) => health.parts()["sight"]?.detail;

  it("is read before the lead is taken, and the health says what is waited for", () =>
    run(
      Effect.gen(function* () {
        const { stream, state } = streamOf(yield* openMemoryLog([fact(1, [observed()])]));
        const health = makeHealth();
        state.isDeaf = true;
        const starting = yield* Effect.forkScoped(start(stream, { health }));
        yield* pass(60);
        expect(starting.pollUnsafe()).toBeUndefined();
        expect([health.isReady(), detailOf(health)]).toEqual([false, "reads what was observed"]);
        expect(yield* ledBy(stream)).toEqual([]);
        state.isDeaf = false;
        yield* pass(1);
        const { isLeading } = yield* Fiber.join(starting);
        expect([isLeading(), health.isReady()]).toEqual([true, true]);
      }),
    ));

  it("is read to the end of the log as it was when the lead was taken, before anything is decided", () =>
    run(
      Effect.gen(function* () {
        const { stream, state } = streamOf(yield* openMemoryLog([noticed(heard("connected"))]));
        // What came in the moment before the lead was taken, and is not read yet.
        const append: typeof stream.append = (drafts) =>
          Effect.suspend(() => {
            if (drafts[0]?.entry.envelope.id.startsWith("led/") !== true) return stream.append(drafts);
            state.isDeaf = true;
            return Effect.andThen(stream.append([{ entry: fact(1, [observed()]) }]), stream.append(drafts));
          });
        const starting = yield* Effect.forkScoped(start({ ...stream, append }));
        yield* pass(60);
        expect(starting.pollUnsafe()).toBeUndefined();
        state.isDeaf = false;
        yield* pass(1);
        const { gate } = yield* Fiber.join(starting);
        expect(yield* gate.submit(acquire, admin)).toMatchObject({ decision: "accepted" });
      }),
    ));

  it("closes the gate where it falls far behind the log, and opens it again", () =>
    run(
      Effect.gen(function* () {
        const { stream, state } = streamOf(yield* openMemoryLog());
        const { gate, health } = yield* start(stream);
        state.isDeaf = true;
        yield* stream.append([{ entry: fact(1, [observed()]) }]);
        yield* pass(8);
        expect(yield* Effect.flip(gate.submit(tokenCreate("t1"), admin))).toMatchObject({
          reason: "what was observed is being read",
        });
        expect(health.isReady()).toBe(false);
        state.isDeaf = false;
        yield* pass(8);
        expect(yield* gate.submit(tokenCreate("t1"), admin)).toMatchObject({ decision: "accepted" });
        expect([health.isReady(), detailOf(health)]).toEqual([true, "knows what was observed"]);
      }),
    ));

  it("ends policy where it cannot be followed any more", () =>
    run(
      Effect.gen(function* () {
        const { stream } = streamOf(yield* openMemoryLog());
        const gone = Stream.fromEffect(Effect.delay(Effect.fail(fault("regressed", "never")), "2 seconds"));
        const follow: typeof stream.follow = (after) => Stream.merge(stream.follow(after), gone);
        const { ended } = yield* start({ ...stream, follow });
        yield* pass(3);
        expect(yield* Effect.flip(ended)).toMatchObject({ _tag: "Stopped", exitCode: 1 });
      }),
    ));
});

describe("what is due by itself (ADR 0012)", () => {
  const seen = [noticed(heard("connected")), fact(1, [observed()])];
  const fence = { entry: fact(2, [fenced("l1", 1)]) };
  const granted = ["command.accepted", "lease.offered", "policy.led", "lease.granted"];

  it("N1-013 a lease that one policy offered is granted by the next, and lives a full TTL from then on", () =>
    run(
      Effect.gen(function* () {
        const { stream } = streamOf(yield* openMemoryLog(seen));
        const { pulse } = makePulse();
        const first = yield* start(stream, { pulse });
        const second = yield* start(stream, { pulse });
        yield* pass(3);
        expect(yield* first.gate.submit(acquire, admin)).toMatchObject({ decision: "accepted" });
        yield* first.end;
        yield* pass(1);
        expect(second.isLeading()).toBe(true);
        yield* stream.append([fence]);
        yield* pass(1);
        expect((yield* ledBy(stream)).slice(1)).toEqual(granted);
        yield* second.end;
        yield* pass(20);
        const third = yield* start(stream, { pulse });
        yield* pass(29);
        expect(third.isLeading()).toBe(true);
        expect(yield* ledBy(stream)).not.toContain("lease.expired");
        yield* pass(2);
        expect((yield* ledBy(stream)).at(-1)).toBe("lease.expired");
      }),
    ));

  it("is done by the one that leads, and once, also where two believe that they do", () =>
    run(
      Effect.gen(function* () {
        const { stream } = streamOf(yield* openMemoryLog(seen));
        const first = yield* start(stream);
        yield* first.gate.submit(acquire, admin);
        const second = yield* start(stream);
        expect([first.isLeading(), second.isLeading()]).toEqual([true, true]);
        yield* stream.append([fence]);
        yield* pass(2);
        expect((yield* ledBy(stream)).slice(1)).toEqual(granted);
        expect([first.isLeading(), second.isLeading()]).toEqual([false, true]);
      }),
    ));

  it("is found again where the answer was lost, and not said twice", () =>
    run(
      Effect.gen(function* () {
        const { stream, state } = streamOf(yield* openMemoryLog(seen));
        const { gate, health } = yield* start(stream);
        yield* gate.submit(acquire, admin);
        state.breaks = 1;
        yield* stream.append([fence]).pipe(Effect.ignore);
        state.breaks = 1;
        yield* pass(2);
        expect((yield* ledBy(stream)).filter((type) => type === "lease.granted")).toHaveLength(1);
        expect(health.isReady()).toBe(true);
        expect(yield* gate.submit(tokenCreate("t1"), admin)).toMatchObject({ decision: "accepted" });
      }),
    ));
});

describe("an answer that was lost", () => {
  it("is no reason to step down: the command asked again gets its verdict, and is recorded once", () =>
    run(
      Effect.gen(function* () {
        const { stream, state } = streamOf(yield* openMemoryLog());
        const { gate, isLeading } = yield* start(stream);
        state.breaks = 1;
        const command = hostAdd("h1", "t1");
        expect(yield* Effect.flip(gate.submit(command, admin))).toMatchObject({ reason: "the log is away" });
        expect(yield* gate.submit(command, admin)).toMatchObject({ decision: "accepted" });
        expect(yield* gate.submit(hostAdd("h1", "t2"), admin)).toMatchObject({ code: "host_exists" });
        expect(isLeading()).toBe(true);
        expect(yield* ledBy(stream)).toEqual([
          "policy.led",
          "command.accepted",
          "host.added",
          "command.refused",
        ]);
      }),
    ));

  it("that the log gives as a duplicate is our own: what was appended again was stored once", () =>
    run(
      Effect.gen(function* () {
        const { stream, state } = streamOf(yield* openMemoryLog());
        state.isRepeating = true;
        const { gate, isLeading } = yield* start(stream);
        expect(isLeading()).toBe(true);
        expect(yield* gate.submit(hostAdd("h1", "t1"), admin)).toMatchObject({ decision: "accepted" });
        expect(yield* gate.submit(hostAdd("h1", "t2"), admin)).toMatchObject({ code: "host_exists" });
      }),
    ));

  it("to one command is found before the next is decided", () =>
    run(
      Effect.gen(function* () {
        const { stream, state } = streamOf(yield* openMemoryLog());
        const { gate } = yield* start(stream);
        state.breaks = 1;
        yield* Effect.flip(gate.submit(hostAdd("h1", "t1"), admin));
        expect(yield* gate.submit(hostAdd("h1", "t2"), admin)).toMatchObject({ code: "host_exists" });
      }),
    ));
});

describe("a log that is a stream", () => {
  it("gives no positions: a verdict names its entry, and a repeat the same one", () =>
    run(
      Effect.gen(function* () {
        const { stream } = streamOf(yield* openMemoryLog());
        const { gate } = yield* start(stream);
        const command = hostAdd("h1", "t1");
        const first = yield* gate.submit(command, admin);
        expect(first).toEqual({
          decision: "accepted",
          entryId: `decision/${command.commandId}`,
          position: null,
        });
        expect(yield* gate.submit(command, admin)).toEqual(first);
      }),
    ));

  it("that lost its tail ends policy", () =>
    run(
      Effect.gen(function* () {
        const { stream, state } = streamOf(yield* openMemoryLog());
        const { pulse } = makePulse();
        const { ended } = yield* start(stream, { pulse });
        state.fault = fault("regressed", "never");
        yield* pass(2);
        expect(yield* Effect.flip(ended)).toMatchObject({ _tag: "Stopped", exitCode: 1 });
      }),
    ));

  it("that is away for a while does not", () =>
    run(
      Effect.gen(function* () {
        const { stream, state } = streamOf(yield* openMemoryLog());
        const { pulse } = makePulse();
        const { gate, isLeading, health } = yield* start(stream, { pulse });
        state.fault = fault("unreachable", "later");
        yield* pass(4);
        expect(health.isReady()).toBe(false);
        state.fault = null;
        yield* pass(4);
        expect([isLeading(), health.isReady()]).toEqual([true, true]);
        expect(yield* gate.submit(tokenCreate("t1"), admin)).toMatchObject({ decision: "accepted" });
      }),
    ));
});
