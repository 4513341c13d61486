/** Leases and tokens as decisions make them (S1-172, N1-012, DESIGN 6.2). */
import { describe, expect, it } from "vitest";
import type { House } from "../src/domain/house.ts";
import { AT, fold, typesOf } from "./given.ts";
import {
  acquire,
  active,
  ask,
  breakLease,
  claw,
  eventOf,
  houseWith,
  interrupt,
  operator,
  release,
  renew,
  send,
  session,
  sid,
  sightOf,
  twoGroups,
} from "./given-writes.ts";

const s1 = sid("s1");
const sight = sightOf([session("s1"), session("s2")]);
const dora = { principal: claw("dora"), sight, generation: 3 } as const;
const emil = { principal: claw("emil"), sight, generation: 3 } as const;
const boss = { principal: operator, sight, generation: 3 } as const;

const asked = acquire("s1", 20_000);
const offered = houseWith(twoGroups, sight, [asked, dora]);
const leaseId = asked.commandId;
const granted = fold(
  [{ type: "lease.granted", at: AT + 100, data: { leaseId, sessionId: s1 }, body: null }],
  offered,
);
const leaseIn = (house: House) => house.desks.get(s1)?.lease ?? null;

describe("a lease that is asked for", () => {
  it("is offered in the entry that accepts it, for ten seconds", () => {
    const { verdict, events } = ask(twoGroups, asked, dora);
    expect(verdict).toEqual({
      decision: "accepted",
      facts: { leaseId, generation: 3, counter: 1, ttlMs: 20_000, state: "offered" },
    });
    expect(typesOf(events)).toEqual(["command.accepted", "lease.offered"]);
    expect(eventOf(events, "lease.offered").data).toEqual({
      leaseId,
      sessionId: "s1",
      hostId: "h1",
      endpointId: "main",
      holder: dora.principal,
      token: { generation: 3, counter: 1 },
      ttlMs: 20_000,
      offerUntil: AT + 10_000,
    });
    expect(leaseIn(offered)).toMatchObject({ state: "offered", grantedAt: null });
    expect(leaseIn(granted)).toMatchObject({ state: "inForce", grantedAt: AT + 100 });
  });

  it("by its holder again is the same lease, and nothing is recorded", () => {
    for (const [house, state] of [
      [offered, "offered"],
      [granted, "inForce"],
    ] as const) {
      const { verdict, events } = ask(house, acquire("s1", 99_000), dora);
      expect(verdict).toMatchObject({ facts: { leaseId, counter: 1, ttlMs: 20_000, state } });
      expect(events).toEqual([]);
    }
  });

  it("by anybody else is refused while it is offered or in force, and so is every write", () => {
    for (const house of [offered, granted])
      for (const who of [emil, boss])
        for (const command of [acquire("s1"), send("s1")]) {
          const { verdict } = ask(house, command, who);
          expect(verdict).toMatchObject({
            rule: "lease",
            code: "lease_held",
            facts: { leaseId, holder: "dora" },
          });
        }
    expect(ask(offered, send("s1"), { ...emil, at: AT + 4_000 }).verdict).toMatchObject({
      facts: { retryAfterMs: 6_000 },
    });
  });

  it("W-16 says nothing about other sessions", () =>
    expect(ask(granted, send("s2"), emil).verdict.decision).toBe("accepted"));
});

describe("tokens only grow", () => {
  const tokenOf = (house: House, command: ReturnType<typeof send>, who: object) =>
    eventOf(ask(house, command, { sight, ...who }).events, "command.accepted").data.instruction?.token;

  it("a single write takes the next one, and so does the next lease", () => {
    const once = houseWith(twoGroups, sight, [send("s1", { deadlineMs: 1_000 }), boss]);
    const later = { ...boss, at: AT + 60_000 };
    expect(tokenOf(once, send("s1"), later)).toEqual({ generation: 3, counter: 2 });
    const { events } = ask(once, acquire("s1"), later);
    expect(eventOf(events, "lease.offered").data.token).toEqual({ generation: 3, counter: 2 });
  });

  it("all writes under a lease carry its token, also in a later generation", () => {
    expect(tokenOf(granted, send("s1"), dora)).toEqual({ generation: 3, counter: 1 });
    expect(tokenOf(granted, send("s1"), { ...dora, generation: 4 })).toEqual({ generation: 3, counter: 1 });
  });

  it("another generation begins no counter anew, and none goes back", () => {
    const once = houseWith(twoGroups, sight, [send("s1", { deadlineMs: 1_000 }), boss]);
    const later = { ...boss, at: AT + 60_000 };
    expect(tokenOf(once, send("s1"), { ...later, generation: 4 })).toEqual({ generation: 4, counter: 2 });
    expect(tokenOf(once, send("s1"), { ...later, generation: 1 })).toEqual({ generation: 3, counter: 2 });
  });

  it("after a lease ended whoever writes next takes a later one", () => {
    const given = houseWith(granted, sight, [release(leaseId), dora]);
    expect(leaseIn(given)).toBeNull();
    expect(given.leases.size).toBe(0);
    expect(tokenOf(given, send("s1"), emil)).toEqual({ generation: 3, counter: 2 });
  });

  it("an operator interrupts under another's lease with the newest token, and does not fence its holder off", () => {
    const running = { sight: sightOf([active("s1", "T1", { hasPerson: true })]) };
    const { events, after } = ask(granted, interrupt("s1"), { ...boss, ...running });
    expect(eventOf(events, "command.accepted").data.instruction?.token).toEqual({
      generation: 3,
      counter: 1,
    });
    expect(leaseIn(after)).not.toBeNull();
    expect(ask(granted, interrupt("s1"), { ...emil, ...running }).verdict).toMatchObject({
      code: "lease_held",
    });
  });
});

describe("renewing, giving back, taking away", () => {
  it("a renewal is told and not recorded (DESIGN 14.8)", () => {
    const { verdict, events } = ask(granted, renew(leaseId), dora);
    expect(verdict).toEqual({
      decision: "accepted",
      facts: { leaseId, generation: 3, counter: 1, ttlMs: 20_000, state: "inForce" },
    });
    expect(events).toEqual([]);
  });
  it("only its holder renews it or gives it back", () => {
    for (const who of [emil, boss])
      for (const command of [renew(leaseId), release(leaseId)])
        expect(ask(granted, command, who).verdict).toMatchObject({
          rule: "own lease",
          code: "lease_not_yours",
          facts: { holder: "dora" },
        });
  });
  it("what is over cannot be renewed, given back or broken", () => {
    const over = houseWith(granted, sight, [breakLease("s1"), boss]);
    expect(ask(over, renew(leaseId), dora).verdict).toMatchObject({ code: "lease_unknown" });
    expect(ask(over, release(leaseId), dora).verdict).toMatchObject({ code: "lease_unknown" });
    expect(ask(over, breakLease("s1"), boss).verdict).toMatchObject({ code: "lease_unknown" });
    expect(ask(over, acquire("s1"), emil).verdict.decision).toBe("accepted");
  });
  it("an operator breaks it with a reason, and that is recorded", () => {
    const { events } = ask(offered, breakLease("s1"), boss);
    expect(typesOf(events)).toEqual(["command.accepted", "lease.broken"]);
    expect(eventOf(events, "lease.broken").data).toEqual({ leaseId, sessionId: "s1", reason: "it hangs" });
  });
  it("it needs no host to be given back", () => {
    const gone = { ...sight, host: () => null };
    expect(ask(granted, release(leaseId), { ...dora, sight: gone }).verdict.decision).toBe("accepted");
    expect(ask(granted, breakLease("s1"), { ...boss, sight: gone }).verdict.decision).toBe("accepted");
  });
});

describe("the fold", () => {
  it.each(["lease.released", "lease.expired", "lease.broken", "lease.lapsed", "lease.yielded"] as const)(
    "%s ends it, and one that is not the present lease changes nothing",
    (type) => {
      const said = (id: string) => ({
        type,
        at: AT + 200,
        data: { leaseId: id as typeof leaseId, sessionId: s1, reason: "so" },
        body: null,
      });
      expect(leaseIn(fold([said(leaseId)], granted))).toBeNull();
      expect(fold([said("another")], granted)).toBe(granted);
    },
  );
  it("a grant told twice, or of a lease that is over, changes nothing", () => {
    const again = {
      type: "lease.granted",
      at: AT + 900,
      data: { leaseId, sessionId: s1 },
      body: null,
    } as const;
    expect(fold([again], granted)).toBe(granted);
    const over = houseWith(granted, sight, [release(leaseId), dora]);
    expect(fold([again], over)).toBe(over);
  });
});
