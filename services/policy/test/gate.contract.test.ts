import { type Command, DECIDED, readEvents, type Via } from "@claw/events";
import { type EventLog, openSqliteLog } from "@claw/eventlog";
import { makeRedactor } from "@claw/redact";
import { makeHealth, makeMetrics, newId, noDiagnostics } from "@claw/runtime";
import { Effect, type Scope, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { REFUSALS_PER_MINUTE } from "../src/domain/refusal-budget.ts";
import { type Policy, startPolicy } from "../src/index.ts";
import { admin, AT, hostAdd, principalOf, tokenCreate, waive } from "./given.ts";

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

const start = (log: EventLog, wallMs = () => AT) =>
  Effect.gen(function* () {
    const metrics = makeMetrics();
    const health = makeHealth();
    const policy: Policy = yield* startPolicy({
      log,
      clocks: { wallMs, monoMs: () => 0 },
      ids: { newId },
      redactor: makeRedactor({ linkKey: "test" }),
      health,
      metrics,
      diagnostics: noDiagnostics,
    });
    return { gate: policy.gate, health, metrics };
  });

const decided = (log: EventLog) =>
  Effect.map(Stream.runCollect(log.read({ after: 0, lane: DECIDED })), (entries) =>
    entries.map((logged) =>
      readEvents(logged).map((read) => (read.status === "known" ? read.event.type : "?")),
    ),
  );

describe("the gate", () => {
  it("X1-007 records what it decided: one entry, and a repeat gets the first verdict with its place (DESIGN 14.8)", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const { gate } = yield* start(log);
        const command = hostAdd("h1", "t1");
        const first = yield* gate.submit(command, admin);
        expect(first).toEqual({
          decision: "accepted",
          entryId: `decision/${command.commandId}`,
          position: 2,
        });
        expect(yield* gate.submit(command, admin)).toEqual(first);
        expect(yield* gate.submit({ ...command, until: AT + 1 } as Command, admin)).toMatchObject({
          code: "command_id_reused",
          position: 3,
        });
        expect(yield* decided(log)).toEqual([
          ["policy.led"],
          ["command.accepted", "host.added"],
          ["command.refused"],
        ]);
      }),
    ));

  it("X1-007 remembers refusals too, and everything across a restart", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const command = hostAdd("h1", "t1");
        const [accepted, refused] = yield* Effect.scoped(
          Effect.gen(function* () {
            const { gate } = yield* start(log);
            return [
              yield* gate.submit(command, admin),
              yield* gate.submit(tokenCreate("t1"), admin),
            ] as const;
          }),
        );
        expect(refused).toMatchObject({ code: "token_exists" });
        const { gate } = yield* start(log);
        expect(yield* gate.submit(command, admin)).toEqual(accepted);
        expect(yield* gate.submit(hostAdd("h1", "t2"), admin)).toMatchObject({ code: "host_exists" });
      }),
    ));

  it("closes when another policy leads: nothing is stored at a stale head (N1-001)", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const old = yield* start(log);
        const young = yield* start(log);
        const lost = yield* Effect.flip(old.gate.submit(hostAdd("h1", "t1"), admin));
        expect(lost).toMatchObject({ _tag: "GateClosed", reason: "another policy leads" });
        expect(old.health.isReady()).toBe(false);
        expect(yield* young.gate.submit(hostAdd("h1", "t2"), admin)).toMatchObject({ decision: "accepted" });
        expect(yield* Effect.flip(old.gate.submit(hostAdd("h2", "t3"), admin))).toMatchObject({
          _tag: "GateClosed",
        });
        expect(yield* decided(log)).toEqual([
          ["policy.led"],
          ["policy.led"],
          ["command.accepted", "host.added"],
        ]);
      }),
    ));

  it("decides concurrent commands one after another: of many for one host, one wins", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const { gate } = yield* start(log);
        const asks = Array.from({ length: 30 }, (_, n) => gate.submit(hostAdd("h1", `t${n}`), admin));
        const verdicts = yield* Effect.all(asks, { concurrency: "unbounded" });
        expect(verdicts.filter(({ decision }) => decision === "accepted")).toHaveLength(1);
      }),
    ));

  it("refuses beyond its queue as a passing fault", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const { gate } = yield* start(log);
        const asks = Array.from({ length: 300 }, (_, n) =>
          Effect.exit(gate.submit(tokenCreate(`t${n}`), { ...admin, name: `admin-${n % 10}` })),
        );
        const exits = yield* Effect.all(asks, { concurrency: "unbounded" });
        expect(exits.filter(({ _tag }) => _tag === "Failure")).toHaveLength(300 - 256);
      }),
    ));

  it("whoever names turns at random makes nobody's call look as if its turn were unknown", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const { gate } = yield* start(log);
        const naming = { via: { sessionId: "s1", turnId: "T-never" } as unknown as Via };
        const flood = Array.from({ length: 128 }, (_, n) =>
          Effect.exit(gate.submit(tokenCreate(`t${n}`), { ...admin, name: `flooder-${n % 4}` }, naming)),
        );
        const asked = Effect.exit(gate.submit(tokenCreate("mine"), admin, naming));
        const plain = Effect.exit(gate.submit(tokenCreate("yours"), admin));
        const exits = yield* Effect.all([...flood, asked, plain], { concurrency: "unbounded" });
        expect(exits.at(-2)).toMatchObject({ _tag: "Failure" });
        expect(exits.at(-1)).toMatchObject({ _tag: "Success", value: { decision: "accepted" } });
        expect(yield* gate.submit(tokenCreate("mine"), admin)).toMatchObject({ decision: "accepted" });
      }),
    ));

  it("one caller who asks without end leaves places for others", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const { gate } = yield* start(log);
        const flood = Array.from({ length: 300 }, (_, n) =>
          Effect.exit(gate.submit(tokenCreate(`t${n}`), { ...admin, name: "flooder" })),
        );
        const asked = Effect.exit(gate.submit(tokenCreate("mine"), admin));
        const exits = yield* Effect.all([...flood, asked], { concurrency: "unbounded" });
        expect(exits.filter(({ _tag }) => _tag === "Failure")).toHaveLength(300 - 32);
        expect(exits.at(-1)).toMatchObject({ _tag: "Success", value: { decision: "accepted" } });
      }),
    ));

  it("writes a bounded number of refusals per principal and minute, and counts the rest", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        let now = AT;
        const { gate, metrics } = yield* start(log, () => now);
        const viewer = principalOf("viewer");
        for (let n = 0; n < REFUSALS_PER_MINUTE + 5; n += 1) {
          const verdict = yield* gate.submit(waive(), viewer);
          expect(verdict).toMatchObject({ code: "forbidden" });
          expect(verdict.position === null).toBe(n >= REFUSALS_PER_MINUTE);
        }
        expect(yield* Effect.promise(() => metrics.metrics())).toContain('outcome="unrecorded"} 5');
        now += 60_000;
        expect((yield* gate.submit(waive(), viewer)).position).not.toBeNull();
      }),
    ));

  it("keeps secrets out of the log (S1-137)", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const { gate } = yield* start(log);
        const secret = `${"gh"}p_${"0aB1cD2eF3".repeat(4).slice(0, 36)}`;
        const verdict = yield* gate.submit({ ...waive(), reason: `use ${secret}` } as Command, admin);
        expect(verdict).toMatchObject({ code: "secret_in_text" });
        const all = yield* Stream.runCollect(log.read({ after: 0 }));
        expect(JSON.stringify(all)).not.toContain(secret);
      }),
    ));
});
