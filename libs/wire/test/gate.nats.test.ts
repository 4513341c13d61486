/** The gate over a real server: one verdict for each command, and an honest `GateClosed` for whatever else happens. */
import { PATIENT } from "@claw/testkit/nats";
import { Command, EntryId, position, refusals, talkSubjects, Via } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Deferred, Effect } from "effect";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askGate, type Gate, GateClosed, type GateVerdict, serveGate } from "../src/index.ts";
import { accepted, admin, caller, closedWith, revoke, yes } from "./given-gate.ts";
import { begin, openOwnWorld, openWorld, run, type TalkWorld, troubles, until } from "./talk-world.ts";

let world: TalkWorld;
let policy: NatsConnection;
let gateway: NatsConnection;
beforeAll(async () => {
  world = await openWorld();
  [policy, gateway] = [await world.connection(), await world.connection()];
});
afterAll(() => world.end());

describe("a command through NATS", () => {
  it("has its own verdict, whoever asks beside", async () => {
    const other = await world.connection();
    const gates = [askGate(gateway), askGate(other)];
    const asked = Array.from({ length: 600 }, (_, n) => n + 1);
    const verdicts = await run(
      Effect.andThen(
        serveGate(policy, yes),
        Effect.forEach(asked, (n) => (gates[n % 2] as Gate).submit(revoke(n), caller(n)), {
          concurrency: 120,
        }),
      ),
    );
    expect(verdicts).toEqual(asked.map(accepted));
  });

  it("reaches policy as it was said, with the principal that the gateway proved", async () => {
    const seen: unknown[] = [];
    const gate: Gate = {
      submit: (command, principal) => Effect.sync(() => (seen.push(command, principal), accepted(7))),
    };
    await run(Effect.andThen(serveGate(policy, gate), askGate(gateway).submit(revoke(7), admin)));
    expect(seen).toEqual([revoke(7), admin]);
  });

  it("reaches policy with the session that asks, and as a dry run; a gateway of the first versions says neither", async () => {
    const seen: unknown[] = [];
    const gate: Gate = {
      submit: (_command, _principal, options) => Effect.sync(() => (seen.push(options), accepted(7))),
    };
    const via = Via.parse({ sessionId: "s-1", turnId: "turn-1" });
    await run(
      Effect.gen(function* () {
        yield* serveGate(policy, gate);
        const asking = askGate(gateway);
        yield* asking.submit(revoke(7), admin, { via });
        yield* asking.submit(revoke(7), admin, { isDryRun: true });
        const old = JSON.stringify({ command: revoke(7), principal: admin });
        const reply = yield* Effect.promise(() => gateway.request(talkSubjects.gate, old, PATIENT));
        expect(reply.json()).toEqual(accepted(7));
      }),
    );
    expect(seen).toEqual([
      { via, isDryRun: false },
      { via: null, isDryRun: true },
      { via: null, isDryRun: false },
    ]);
  });

  it("is not understood by a policy of the first versions where it says more than those knew", async () => {
    const asked: unknown[] = [];
    const old = policy.subscribe(talkSubjects.gate, {
      callback: (_error, message) => {
        asked.push(message.json());
        message.respond(JSON.stringify({ decision: "closed", reason: "misread", retryAfterMs: 1 }));
      },
    });
    await policy.flush();
    const asking = askGate(gateway);
    await run(Effect.flip(asking.submit(revoke(1), admin, { isDryRun: true })));
    await run(Effect.flip(asking.submit(revoke(1), admin)));
    old.unsubscribe();
    expect(asked).toEqual([
      { asked: { command: revoke(1), principal: admin, via: null, isDryRun: true } },
      { command: revoke(1), principal: admin },
    ]);
  });

  it("may bear the longest text there is, whatever letters it has (S1-090)", async () => {
    const seen: number[] = [];
    const gate: Gate = {
      submit: (command) =>
        Effect.sync(() => (seen.push("text" in command ? (command.text?.length ?? 0) : 0), accepted(7))),
    };
    const send = (text: string): Command =>
      Command.parse({ type: "session.send", commandId: "c-1", target: { sessionId: "s-1" }, text });
    const letters = ["x", '"', "\n", "\u0001", "\u20ac", "\ud83d\ude00"];
    const texts = letters.map((letter) => letter.repeat(65_536 / letter.length));
    await run(
      Effect.gen(function* () {
        yield* serveGate(policy, gate);
        for (const text of texts)
          expect(yield* askGate(gateway).submit(send(text), admin)).toEqual(accepted(7));
      }),
    );
    expect(seen).toEqual(texts.map(() => 65_536));
  });

  it("carries every verdict unchanged", async () => {
    const code = fc.constantFrom(...(Object.keys(refusals) as (keyof typeof refusals)[]));
    const place = fc.option(fc.integer({ min: 1 }).map(position));
    const entryId = fc.integer({ min: 1 }).map((n) => EntryId.parse(`decision/c-${n}`));
    const facts = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,8}Id$/),
      fc.option(fc.oneof(fc.string(), fc.integer())),
    );
    const verdict: fc.Arbitrary<GateVerdict> = fc.oneof(
      fc.record(
        {
          decision: fc.constant("accepted" as const),
          entryId: fc.option(entryId),
          position: place,
          facts,
        },
        { requiredKeys: ["decision", "entryId", "position"] },
      ),
      fc.record(
        {
          decision: fc.constant("refused" as const),
          code,
          rule: fc.constantFrom("no cycle", "host is heard"),
          facts,
          entryId: fc.option(entryId),
          position: place,
        },
        { requiredKeys: ["decision", "code", "facts", "entryId", "position"] },
      ),
    );
    let next: GateVerdict = accepted(1);
    const gate: Gate = { submit: () => Effect.sync(() => next) };
    await run(
      Effect.gen(function* () {
        yield* serveGate(policy, gate);
        const asking = askGate(gateway);
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(verdict, async (given) => {
              next = given;
              expect(await Effect.runPromise(asking.submit(revoke(1), admin))).toEqual(
                JSON.parse(JSON.stringify(given)),
              );
            }),
            { numRuns: 200 },
          ),
        );
      }),
    );
  });
});

describe("no verdict", () => {
  it("nobody leads: closed at once, with when to ask again", async () => {
    const { all, onTrouble } = troubles();
    const from = Date.now();
    expect(await run(closedWith(askGate(gateway, { onTrouble })))).toEqual(
      new GateClosed({ reason: "no policy answers", retryAfterMs: 1_000 }),
    );
    expect(Date.now() - from).toBeLessThan(1_000);
    expect(all).toEqual(["gate/unanswered"]);
  });

  it("a policy that takes too long: closed after the time that was given", async () => {
    const closed = await run(
      Effect.andThen(
        serveGate(policy, { submit: () => Effect.never }),
        closedWith(askGate(gateway, { timeoutMs: 100 })),
      ),
    );
    expect(closed.reason).toBe("no policy answers");
  });

  it("policy's own word travels", async () => {
    const word = new GateClosed({ reason: "another policy leads", retryAfterMs: 10_000 });
    const closed = await run(
      Effect.andThen(serveGate(policy, { submit: () => Effect.fail(word) }), closedWith(askGate(gateway))),
    );
    expect(closed).toEqual(word);
  });

  it("a policy that stops while it works says so, and the next one that leads answers", async () => {
    const begun = Deferred.makeUnsafe<void>();
    const slow: Gate = {
      submit: () => Effect.andThen(Deferred.succeed(begun, undefined), Effect.never),
    };
    const asking = askGate(gateway);
    const stepDown = await begin(serveGate(policy, slow));
    const answer = run(closedWith(asking));
    await Effect.runPromise(Deferred.await(begun));
    await stepDown();
    expect(await answer).toMatchObject({ reason: "this policy stops" });
    expect(await run(closedWith(asking))).toMatchObject({ reason: "no policy answers" });
    const successor = await world.connection();
    expect(await run(Effect.andThen(serveGate(successor, yes), asking.submit(revoke(3), admin)))).toEqual(
      accepted(3),
    );
  });

  it("a policy that is killed while it works: closed in time", async () => {
    const begun = Deferred.makeUnsafe<void>();
    const doomed = await world.connection();
    const asking = askGate(gateway, { timeoutMs: 300 });
    await begin(
      serveGate(doomed, { submit: () => Effect.andThen(Deferred.succeed(begun, undefined), Effect.never) }),
    );
    const answer = run(closedWith(asking));
    await Effect.runPromise(Deferred.await(begun));
    await doomed.close();
    expect(await answer).toMatchObject({ reason: "no policy answers" });
  });

  it("a policy that breaks over one command answers the next", async () => {
    const { all, onTrouble } = troubles();
    const gate: Gate = {
      submit: (command, principal) =>
        command.commandId === "c-1" ? Effect.die(new Error("broken")) : yes.submit(command, principal),
    };
    const asking = askGate(gateway);
    const outcome = await run(
      Effect.andThen(
        serveGate(policy, gate, { onTrouble }),
        Effect.all([closedWith(asking), asking.submit(revoke(2), admin)]),
      ),
    );
    expect(outcome).toMatchObject([{ reason: "this policy stops" }, accepted(2)]);
    expect(all).toEqual(["gate/failed"]);
  });
});

describe("nonsense", () => {
  const nonsense = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc
      .record({ command: fc.constantFrom(revoke(1), {}, null), principal: fc.constantFrom(admin, {}, 3) })
      .map((value) => new TextEncoder().encode(JSON.stringify(value))),
  );

  it("asked of policy is answered, counted and forgotten", async () => {
    const { all, onTrouble } = troubles();
    await run(
      Effect.gen(function* () {
        yield* serveGate(policy, yes, { onTrouble });
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(nonsense, async (data) => {
              const { decision } = (await gateway.request(talkSubjects.gate, data, PATIENT)).json<{
                decision: string;
              }>();
              expect(["closed", "accepted"]).toContain(decision);
            }),
            { numRuns: 300 },
          ),
        );
        gateway.publish(talkSubjects.gate, JSON.stringify({ command: revoke(1), principal: admin }));
        expect(yield* askGate(gateway).submit(revoke(5), admin)).toEqual(accepted(5));
      }),
    );
    expect(new Set(all)).toEqual(new Set(["gate/malformed"]));
  });

  it("is whatever names somebody with control characters", async () => {
    const evil = JSON.stringify({ command: revoke(1), principal: { ...admin, name: "a\u001b[2Jb" } });
    await run(
      Effect.gen(function* () {
        yield* serveGate(policy, yes);
        const reply = yield* Effect.promise(() => gateway.request(talkSubjects.gate, evil, PATIENT));
        expect(reply.json()).toMatchObject({ decision: "closed", reason: "the request was not understood" });
      }),
    );
  });

  it("answered by policy is no verdict", async () => {
    const { all, onTrouble } = troubles();
    let next: Uint8Array = new Uint8Array();
    const liar = policy.subscribe(talkSubjects.gate, {
      callback: (_error, message) => void message.respond(next),
    });
    await policy.flush();
    const asking = askGate(gateway, { onTrouble });
    await fc.assert(
      fc.asyncProperty(nonsense, async (data) => {
        next = data;
        const closed = await run(closedWith(asking));
        expect(closed.reason).toBe("policy's answer was not understood");
      }),
      { numRuns: 300 },
    );
    liar.unsubscribe();
    expect(all).toHaveLength(300);
  });
});

describe("a server that is away", () => {
  it("closes the gate at once while it is known to be away, and opens it again", async () => {
    const own = await openOwnWorld();
    const [serving, asker] = [await own.connection(), await own.connection()];
    await run(
      Effect.gen(function* () {
        yield* serveGate(serving, yes);
        const asking = askGate(asker, { timeoutMs: 10_000 });
        yield* Effect.promise(() => own.server.stop("SIGKILL"));
        yield* Effect.promise(() => until("seen", () => asker.info === undefined));
        const from = Date.now();
        expect((yield* closedWith(asking)).reason).toBe("the log is away");
        expect(Date.now() - from).toBeLessThan(5_000);
        yield* Effect.promise(() => own.server.start());
        yield* Effect.promise(async () => {
          const back = (one: NatsConnection) => until("back", () => one.info !== undefined);
          await Promise.all([back(serving), back(asker)]);
          await Promise.all([serving.flush(), asker.flush()]);
        });
        expect(yield* asking.submit(revoke(4), admin)).toEqual(accepted(4));
      }),
    );
  });
});
