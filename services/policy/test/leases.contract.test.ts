/** Leases through the gate, and what becomes of them by itself, on the SQLite log. */
import type { Gate } from "@claw/wire";
import { Effect } from "effect";
import { describe, expect, it } from "vitest";
import { admin, principalOf } from "./given.ts";
import { acquire, awaited, logWith, looksTwice, renew, run, said, start, typesIn } from "./given-acting.ts";
import { fenced, message, observed, T1 } from "./given-sight.ts";

describe("a lease (DESIGN 6.2)", () => {
  /** Offered, fenced by its host, and granted. What is asked next comes after the grant was taken in. */
  const granted = Effect.fnUntraced(function* (
    { gate }: { readonly gate: Gate },
    { log, tell }: Effect.Success<ReturnType<typeof logWith>>,
  ) {
    const lease = acquire();
    expect(yield* gate.submit(lease, admin)).toMatchObject({ decision: "accepted" });
    yield* tell(fenced(lease.commandId, 1));
    yield* said(log, "lease.granted");
    yield* gate.submit(lease, admin, { isDryRun: true });
    return lease.commandId;
  });

  it("is granted when its host has fenced, and expires by the monotonic clock when nobody renews it", () =>
    run(
      Effect.gen(function* () {
        const house = yield* logWith(observed());
        const one = yield* start(house.log);
        const leaseId = yield* granted(one, house);
        one.now.wallMs += 9_000_000;
        one.now.monoMs = 29_999;
        yield* looksTwice;
        expect(yield* typesIn(house.log)).not.toContain("lease.expired");
        one.now.monoMs = 30_000;
        const entry = yield* said(house.log, "lease.expired");
        expect(entry?.envelope.id).toBe(`due/${leaseId}/expired`);
        expect(yield* typesIn(house.log)).toEqual([
          "policy.led",
          "command.accepted",
          "lease.offered",
          "lease.granted",
          "lease.expired",
        ]);
      }),
    ));

  it("N1-014 renewals are answered and leave no entry, and neither does its holder's repeated wish", () =>
    run(
      Effect.gen(function* () {
        const house = yield* logWith(observed());
        const one = yield* start(house.log);
        const leaseId = yield* granted(one, house);
        const before = yield* house.log.last;
        for (const monoMs of [20_000, 40_000, 60_000]) {
          one.now.monoMs = monoMs;
          const verdict = { decision: "accepted", entryId: null, position: null } as const;
          const facts = { leaseId, counter: 1, ttlMs: 30_000, state: "inForce" };
          expect(yield* one.gate.submit(renew(leaseId), admin)).toMatchObject({ ...verdict, facts });
          expect(yield* one.gate.submit(acquire(), admin)).toMatchObject({ ...verdict, facts });
          yield* looksTwice;
        }
        expect(yield* house.log.last).toBe(before);
        expect(yield* Effect.promise(() => one.metrics.metrics())).toContain('outcome="answered"} 6');
        one.now.monoMs = 90_000;
        expect(yield* said(house.log, "lease.expired")).not.toBeNull();
        expect(yield* one.gate.submit(renew(leaseId), admin)).toMatchObject({ code: "lease_unknown" });
      }),
    ));

  it("N1-013 a policy that takes the lead gives it a full TTL, however little was left", () =>
    run(
      Effect.gen(function* () {
        const house = yield* logWith(observed());
        const one = yield* start(house.log);
        yield* granted(one, house);
        one.now.monoMs = 29_000;
        yield* one.end;
        const two = yield* start(house.log, { monoMs: 500_000 });
        two.now.monoMs = 529_999;
        yield* looksTwice;
        expect(yield* typesIn(house.log)).not.toContain("lease.expired");
        two.now.monoMs = 530_000;
        expect(yield* said(house.log, "lease.expired")).not.toBeNull();
      }),
    ));

  it("N1-012 is not renewed by a leader that was relieved and does not know it yet", () =>
    run(
      Effect.gen(function* () {
        const house = yield* logWith(observed());
        const one = yield* start(house.log);
        const leaseId = yield* granted(one, house);
        const two = yield* start(house.log);
        expect(yield* Effect.flip(one.gate.submit(renew(leaseId), admin))).toMatchObject({
          _tag: "GateClosed",
        });
        expect(yield* two.gate.submit(renew(leaseId), admin)).toMatchObject({ decision: "accepted" });
      }),
    ));

  it("lapses where nobody fenced, and another may have the next one", () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* logWith(observed());
        const { gate, now } = yield* start(log);
        yield* gate.submit(acquire(), admin);
        expect(yield* gate.submit(acquire(), principalOf("operator"))).toMatchObject({ code: "lease_held" });
        now.wallMs += 10_000;
        yield* said(log, "lease.lapsed");
        expect(yield* gate.submit(acquire(), principalOf("operator"))).toMatchObject({
          decision: "accepted",
          facts: { counter: 2 },
        });
      }),
    ));

  it("N1-020 yields to a person's message at once", () =>
    run(
      Effect.gen(function* () {
        const house = yield* logWith(observed());
        const one = yield* start(house.log);
        const leaseId = yield* granted(one, house);
        yield* house.tell(message(T1, null));
        const entry = yield* said(house.log, "lease.yielded");
        expect(entry?.envelope.id).toBe(`due/${leaseId}/yielded`);
      }),
    ));

  it("N1-013 a renewal that is answered right before its expiry would be written keeps it", () =>
    run(
      Effect.gen(function* () {
        const house = yield* logWith(observed());
        const slow = { hold: Promise.resolve() };
        // An append that waits holds the leader's turn, as a slow disk does.
        const append: typeof house.log.append = (drafts) =>
          Effect.andThen(
            Effect.promise(() => slow.hold),
            house.log.append(drafts),
          );
        const one = yield* start({ ...house.log, append });
        const leaseId = yield* granted(one, house);
        const held = Promise.withResolvers<void>();
        slow.hold = held.promise;
        one.now.monoMs = 29_999;
        const waiting = yield* Effect.forkScoped(
          one.gate.submit(acquire({ target: { sessionId: "nobody" } }), principalOf("operator")),
        );
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)));
        const renewal = yield* Effect.forkScoped(one.gate.submit(renew(leaseId), admin));
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)));
        one.now.monoMs = 30_000;
        yield* looksTwice;
        held.resolve();
        yield* awaited(waiting);
        expect(yield* awaited(renewal)).toMatchObject({ decision: "accepted", facts: { state: "inForce" } });
        yield* looksTwice;
        expect(yield* typesIn(house.log)).not.toContain("lease.expired");
      }),
    ));
});
