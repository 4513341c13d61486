/** The gate on commands that act on sessions, on the SQLite log. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entry, isIntact, type Via } from "@claw/events";
import { Effect, Fiber } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { admin, principalOf, tokenCreate, waive } from "./given.ts";
import {
  acquire,
  ask,
  awaited,
  decided,
  eventsOf,
  logWith,
  looksTwice,
  redactor,
  run,
  said,
  send,
  start,
  typesIn,
} from "./given-acting.ts";
import { AT, became, observed, S1, started, succeeded, T1 } from "./given-sight.ts";

describe("a write (S1-089, S1-006)", () => {
  it("is recorded with its text as the body, what its host has to do, until when, and why", () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* logWith(observed());
        const { gate } = yield* start(log);
        const command = send("please go on");
        const first = yield* gate.submit(command, admin);
        expect(first).toMatchObject({
          decision: "accepted",
          entryId: `decision/${command.commandId}`,
          facts: { generation: log.generation, counter: 1, mode: "start" },
        });
        const entry = (yield* decided(log)).at(-1) as Entry;
        expect(isIntact(entry)).toBe(true);
        expect(entry.envelope.redactor).toBe(redactor.version);
        expect(JSON.stringify(entry.envelope)).not.toContain("please go on");
        expect(entry.bodies[0]?.salt).toMatch(/^[0-9a-f]{32}$/);
        expect(eventsOf(entry)).toMatchObject([
          {
            type: "command.accepted",
            body: { text: "please go on" },
            data: {
              hostId: "h1",
              deadlineAt: AT + 30_000,
              origin: { hop: 0, rootIds: [command.commandId] },
              instruction: { sessionId: S1, endpointId: "main", act: { kind: "send", expectedTurnId: null } },
            },
          },
        ]);
        expect(yield* gate.submit(command, admin)).toEqual(first);
      }),
    ));

  it("a repeat has the facts of the first verdict after a restart too, and salts are new each time", () =>
    run(
      Effect.gen(function* () {
        const { log, tell } = yield* logWith(observed());
        const one = yield* start(log);
        const [command, lease] = [send("same text"), acquire()];
        const firsts = [yield* one.gate.submit(command, admin)];
        yield* tell(succeeded(command.commandId, T1));
        firsts.push(yield* one.gate.submit(lease, admin));
        yield* one.end;
        const two = yield* start(log);
        expect([yield* two.gate.submit(command, admin), yield* two.gate.submit(lease, admin)]).toEqual(
          firsts,
        );
        expect(firsts[1]).toMatchObject({
          facts: { leaseId: lease.commandId, counter: 2, state: "offered" },
        });
      }),
    ));

  it("with a secret in its text is refused, and the text is nowhere (S1-137)", () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* logWith(observed());
        const { gate } = yield* start(log);
        const secret = `${"gh"}p_${"0aB1cD2eF3".repeat(4).slice(0, 36)}`;
        expect(yield* gate.submit(send(`use ${secret}`), admin)).toMatchObject({
          code: "secret_in_text",
          rule: "no secrets",
        });
        expect(JSON.stringify(yield* decided(log))).not.toContain(secret);
      }),
    ));

  it("a secret is found wherever words of a caller stand", () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* logWith(observed());
        const { gate } = yield* start(log);
        const secret = `${"gh"}p_${"0aB1cD2eF3".repeat(4).slice(0, 36)}`;
        const asked = [
          send("go on", { expectedTurnId: secret }),
          send("go on", { reason: `by ${secret}` }),
          ask("switch.set", { scope: "root", id: secret, state: "halted", reason: "why" }),
          ask("policy.set", { limit: secret, value: 1, reason: "why" }),
        ];
        for (const command of asked)
          expect(yield* awaited(yield* Effect.forkScoped(gate.submit(command, admin)))).toMatchObject({
            code: "secret_in_text",
          });
        expect(JSON.stringify(yield* decided(log))).not.toContain(secret);
      }),
    ));

  it("of a full house's longest text is stored whole", () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* logWith(observed());
        const { gate } = yield* start(log);
        yield* gate.submit(ask("policy.set", { limit: "text_bytes", value: 65_536, reason: "long" }), admin);
        const text = "€".repeat(21_845);
        expect(yield* gate.submit(send(text), admin)).toMatchObject({ decision: "accepted" });
        expect(eventsOf((yield* decided(log)).at(-1) as Entry)[0]?.body).toEqual({ text });
      }),
    ));
});

describe("a turn that is named and not seen yet (DESIGN 14.13)", () => {
  const into = { expectedTurnId: T1, mode: "steer" };

  it("is waited for, while others are answered", () =>
    run(
      Effect.gen(function* () {
        const { log, tell } = yield* logWith(observed());
        const { gate } = yield* start(log);
        const steering = yield* Effect.forkScoped(gate.submit(send("and this", into), admin));
        yield* Effect.yieldNow;
        expect(yield* gate.submit(tokenCreate("t1"), admin)).toMatchObject({ decision: "accepted" });
        expect(steering.pollUnsafe()).toBeUndefined();
        yield* tell(became("active"), started(T1));
        expect(yield* awaited(steering)).toMatchObject({ decision: "accepted", facts: { mode: "steer" } });
      }),
    ));

  it("is refused as unknown when it did not come in half a second; so is the turn that a session asks in", () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* logWith(observed());
        const { gate } = yield* start(log);
        const via: Via = { sessionId: S1, turnId: T1 };
        const session = { kind: "session", name: S1, role: "session" } as const;
        const questions = [
          [gate.submit(send("and this", into), admin), { code: "turn_unknown" }],
          [gate.submit(send(), session, { via }), { decision: "refused" }],
        ] as const;
        for (const [question, verdict] of questions) {
          const asked = yield* Effect.forkScoped(question);
          yield* TestClock.adjust("499 millis");
          expect(asked.pollUnsafe()).toBeUndefined();
          yield* TestClock.adjust("1 millis");
          expect(yield* Fiber.join(asked)).toMatchObject(verdict);
        }
      }),
    ));
});

describe("a command that nobody answered for", () => {
  it("is overdue 5 s after its deadline; one that its host answered for is not", () =>
    run(
      Effect.gen(function* () {
        const { log, tell } = yield* logWith(observed());
        const { gate, now } = yield* start(log);
        const answered = send("one");
        yield* gate.submit(answered, admin);
        yield* tell(succeeded(answered.commandId, T1));
        const forgotten = send("two");
        // Only one start at a time: this one waits until the outcome of the first was seen.
        const tried = gate.submit(forgotten, admin, { isDryRun: true });
        const isFree = Effect.repeat(Effect.delay(tried, "10 millis"), {
          until: ({ decision }) => decision === "accepted",
        });
        yield* awaited(yield* Effect.forkScoped(isFree));
        yield* gate.submit(forgotten, admin);
        now.wallMs += 34_999;
        yield* looksTwice;
        expect(yield* typesIn(log)).not.toContain("command.overdue");
        now.wallMs += 1;
        const entry = yield* said(log, "command.overdue");
        expect(entry?.envelope.id).toBe(`due/${forgotten.commandId}/overdue`);
        yield* looksTwice;
        expect((yield* typesIn(log)).filter((type) => type === "command.overdue")).toHaveLength(1);
      }),
    ));

  it.each([
    ["slept", true],
    ["was away", false],
  ] as const)(
    "is overdue also where policy %s so long that the first decision afterwards sweeps it out",
    (_what, isSameLeader) =>
      run(
        Effect.gen(function* () {
          const { log } = yield* logWith(observed());
          const before = yield* start(log);
          const forgotten = send("one");
          yield* before.gate.submit(forgotten, admin);
          yield* looksTwice;
          const wallMs = AT + 10 * 3_600_000;
          if (!isSameLeader) yield* before.end;
          const { gate, now } = isSameLeader ? before : yield* start(log, { wallMs });
          now.wallMs = wallMs;
          expect(yield* gate.submit(tokenCreate("t1"), admin)).toMatchObject({ decision: "accepted" });
          const entry = yield* said(log, "command.overdue");
          expect(entry?.envelope.id).toBe(`due/${forgotten.commandId}/overdue`);
          yield* looksTwice;
          expect((yield* typesIn(log)).filter((type) => type === "command.overdue")).toHaveLength(1);
        }),
      ),
  );
});

describe("a dry run", () => {
  it("says what would be, and leaves no trace: nothing recorded, charged, counted or renewed", () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* logWith(observed());
        const { gate, metrics } = yield* start(log);
        const before = yield* log.last;
        const [command, viewer] = [send(), principalOf("viewer")];
        for (let n = 0; n < 50; n += 1) {
          expect(yield* gate.submit(command, admin, { isDryRun: true })).toMatchObject({
            decision: "accepted",
            entryId: null,
            position: null,
          });
          expect(yield* gate.submit(waive(), viewer, { isDryRun: true })).toMatchObject({
            code: "forbidden",
          });
        }
        expect(yield* log.last).toBe(before);
        expect(yield* gate.submit(waive(), viewer)).toMatchObject({
          code: "forbidden",
          position: before + 1,
        });
        expect(yield* gate.submit(command, admin)).toMatchObject({
          decision: "accepted",
          facts: { counter: 1 },
        });
        expect(yield* Effect.promise(() => metrics.metrics())).toContain('outcome="tried"} 100');
      }),
    ));
});

describe("a Claw that does not stop asking (DESIGN 14.8)", () => {
  it("is muted, and its refusals are counted in one entry a minute", () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* logWith(observed());
        const { gate, now, metrics } = yield* start(log);
        const claw = { kind: "claw", name: "dora", role: "claw" } as const;
        for (let n = 0; n < 105; n += 1)
          expect(yield* gate.submit(send("hello", { target: { sessionId: "s9" } }), claw)).toMatchObject({
            code: n < 5 ? "session_unknown" : "muted",
          });
        expect((yield* typesIn(log)).filter((type) => type === "command.refused")).toHaveLength(5);
        yield* looksTwice;
        expect(yield* typesIn(log)).not.toContain("origin.muted");
        now.wallMs += 60_000;
        const entry = yield* said(log, "origin.muted");
        expect(entry === null ? [] : eventsOf(entry)).toMatchObject([
          { data: { origin: "claw/default/dora", count: 100, until: AT + 600_000 } },
        ]);
        now.wallMs += 60_000;
        yield* looksTwice;
        expect((yield* typesIn(log)).filter((type) => type === "origin.muted")).toHaveLength(1);
        expect(yield* Effect.promise(() => metrics.metrics())).toContain('outcome="unrecorded"} 100');
      }),
    ));
});

it("what was seen is kept in a file, and what came meanwhile is read before the next lead", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "policy-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  await run(
    Effect.gen(function* () {
      const { log, tell } = yield* logWith(observed());
      const one = yield* start(log, { dataDir });
      yield* one.end;
      yield* tell(became("active"), started(T1));
      const two = yield* start(log, { dataDir });
      expect(yield* two.gate.submit(send(), admin)).toMatchObject({
        decision: "accepted",
        facts: { mode: "steer" },
      });
    }),
  );
});
