/** Bounds of the gate over a real server: places in all, places of one caller, and bytes. */
import { PATIENT } from "@claw/testkit/nats";
import { type Command, talkSubjects } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Deferred, Effect, Fiber } from "effect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askGate, type Gate, serveGate } from "../src/index.ts";
import { accepted, admin, caller, closedWith, revoke, yes } from "./given-gate.ts";
import { openWorld, run, type TalkWorld, troubles, until } from "./talk-world.ts";

let world: TalkWorld;
let policy: NatsConnection;
let gateway: NatsConnection;
beforeAll(async () => {
  world = await openWorld();
  [policy, gateway] = [await world.connection(), await world.connection()];
});
afterAll(() => world.end());

describe("bounds", () => {
  it("beyond 256 commands in work the next is told so, and room comes back", async () => {
    const { all, onTrouble } = troubles();
    const go = Deferred.makeUnsafe<void>();
    const gate: Gate = {
      submit: (command, principal) => Effect.andThen(Deferred.await(go), yes.submit(command, principal)),
    };
    const [one, two] = [askGate(gateway), askGate(await world.connection())];
    await run(
      Effect.gen(function* () {
        yield* serveGate(policy, gate, { onTrouble });
        const asked = Array.from({ length: 256 }, (_, n) => n + 1);
        const many = yield* Effect.forkScoped(
          Effect.forEach(asked, (n) => one.submit(revoke(n), caller(n)), { concurrency: 256 }),
        );
        yield* Effect.promise(() =>
          until("256 in work", () => gateway.stats().outMsgs >= 256 && all.length === 0),
        );
        yield* Effect.promise(() => gateway.flush());
        yield* Effect.promise(() => policy.flush());
        expect((yield* closedWith(one)).reason).toBe("too many commands wait");
        expect(all).toEqual([]);
        expect((yield* closedWith(two)).reason).toBe("too many commands wait");
        expect(all).toEqual(["gate/busy"]);
        yield* Deferred.succeed(go, undefined);
        yield* Effect.promise(() => until("room", () => many.pollUnsafe() !== undefined));
        expect(yield* two.submit(revoke(9), admin)).toEqual(accepted(9));
      }),
    );
  });

  it("one caller who asks without end has 32 of them, at either end, and leaves the others theirs", async () => {
    const { all, onTrouble } = troubles();
    const go = Deferred.makeUnsafe<void>();
    const begun = new Set<string>();
    const gate: Gate = {
      submit: (command, principal) =>
        Effect.suspend(() => {
          begun.add(command.commandId);
          return Effect.andThen(Deferred.await(go), yes.submit(command, principal));
        }),
    };
    const [one, two] = [askGate(gateway), askGate(await world.connection())];
    await run(
      Effect.gen(function* () {
        yield* serveGate(policy, gate, { onTrouble });
        const flood = Array.from({ length: 300 }, (_, n) => n + 1);
        const asking = yield* Effect.forkScoped(
          Effect.forEach(flood, (n) => Effect.exit(one.submit(revoke(n), admin)), {
            concurrency: "unbounded",
          }),
        );
        yield* Effect.promise(() => until("the share is spent", () => begun.size === 32));
        expect((yield* closedWith(one)).reason).toBe("too many of your commands wait");
        expect(all).toEqual([]);
        expect((yield* closedWith(two)).reason).toBe("too many of your commands wait");
        expect(all).toEqual(["gate/busy"]);
        const other = yield* Effect.forkScoped(two.submit(revoke(999), caller(1)));
        yield* Effect.promise(() => until("another caller is heard", () => begun.has("c-999")));
        yield* Deferred.succeed(go, undefined);
        expect(yield* Fiber.join(other)).toEqual(accepted(999));
        const exits = yield* Fiber.join(asking);
        expect(exits.filter(({ _tag }) => _tag === "Success")).toHaveLength(32);
        expect(yield* one.submit(revoke(9), admin)).toEqual(accepted(9));
      }),
    );
  });

  it("what is larger than agreed is not sent, and not read", async () => {
    const { all, onTrouble } = troubles();
    const huge = { ...revoke(1), reason: "x".repeat(600_000) } as Command;
    expect(await run(Effect.flip(askGate(gateway, { onTrouble }).submit(huge, admin)))).toMatchObject({
      reason: "the command is too large",
    });
    await run(
      Effect.gen(function* () {
        yield* serveGate(policy, yes, { onTrouble });
        const text = JSON.stringify({ command: huge, principal: admin });
        const reply = yield* Effect.promise(() => gateway.request(talkSubjects.gate, text, PATIENT));
        expect(reply.json()).toMatchObject({ decision: "closed" });
      }),
    );
    expect(all).toEqual(["gate/too_large", "gate/too_large"]);
  });
});
