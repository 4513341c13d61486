/** Budgets of causes, mutes and kill switches (S1-168, RELIABILITY §5). */
import { describe, expect, it } from "vitest";
import type { House } from "../src/domain/house.ts";
import { AT, typesOf } from "./given.ts";
import {
  acquire,
  active,
  ask,
  asSession,
  cid,
  claw,
  eventOf,
  houseWith,
  interrupt,
  operator,
  renew,
  send,
  session,
  setLimit,
  setSwitch,
  sid,
  sightOf,
  turn,
  twoGroups,
} from "./given-writes.ts";
import { admin } from "./given.ts";

describe("what one cause may spend", () => {
  const root = "turn:a/T1";
  const started = (over: object) => {
    const sent = cid("c1");
    const base = {
      startedAt: AT,
      lastAt: AT,
      commandIds: [sent],
      starts: 1,
      edges: new Map<string, number>(),
    };
    const command = {
      commandId: sent,
      sessionId: sid("b"),
      hostId: "h1" as never,
      origin: { rootIds: [root], hop: 0, path: [sid("a")] },
      kind: "send" as const,
      token: { generation: 1, counter: 1 },
      at: AT,
      deadlineAt: AT + 30_000,
      isOverdue: false,
    };
    return {
      ...twoGroups,
      roots: twoGroups.roots.set(root, { ...base, ...over }),
      commands: twoGroups.commands.set(sent, command),
    };
  };
  const sight = (tokens: number) =>
    sightOf([
      active("a", "T1", { hasPerson: true, tokens: 9_000_000 }),
      session("b", {
        turns: [
          turn("T2", { commandIds: [cid("c1")], tokens, isOver: true }),
          turn("T3", { tokens: 9_000_000 }),
        ],
      }),
      session("c"),
    ]);
  const spend = (over: object, tokens = 0, at = AT) =>
    ask(started(over), send("c"), { sight: sight(tokens), at, ...asSession("a") }).verdict;
  const budget = (rule: string, limit: string, value: number) => ({
    rule,
    code: "budget_spent",
    facts: { limit, value, rootId: root },
  });
  it("50 commands", () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
    expect(spend({ commandIds: ids(49) }).decision).toBe("accepted");
    expect(spend({ commandIds: ids(50) })).toMatchObject(budget("root commands", "root_commands", 50));
  });
  it("25 turns", () => {
    expect(spend({ starts: 24 }).decision).toBe("accepted");
    expect(spend({ starts: 25 })).toMatchObject(budget("root turns", "root_turns", 25));
  });
  it("2,000,000 tokens of the turns that it had a part in", () => {
    expect(spend({}, 1_999_999).decision).toBe("accepted");
    expect(spend({}, 2_000_000)).toMatchObject(budget("root tokens", "root_tokens", 2_000_000));
  });
  it("two hours", () => {
    expect(spend({}, 0, AT + 7_199_999).decision).toBe("accepted");
    expect(spend({}, 0, AT + 7_200_000)).toMatchObject(budget("root wall time", "root_wall_ms", 7_200_000));
  });
  it("a person who starts anew has all of it again", () =>
    expect(
      ask(started({ starts: 25 }), send("c"), { sight: sight(0), principal: operator }).verdict.decision,
    ).toBe("accepted"));
});

describe("mutes: five refusals in a minute, then ten minutes", () => {
  const sight = sightOf([session("s1"), session("s2", { hostId: "h2" as never })]);
  const byClaw = { sight, principal: claw() } as const;
  const refusedTimes = (times: readonly number[], who: object = byClaw): House =>
    times.reduce((house, ms) => ask(house, send("s2"), { ...byClaw, ...who, at: AT + ms }).after, twoGroups);
  const isMuted = (house: House, ms: number) => {
    const { verdict } = ask(house, send("s1"), { ...byClaw, at: AT + ms });
    return verdict.decision === "refused" && verdict.code === "muted";
  };
  const five = [0, 1, 2, 3, 4];
  it("begins with the fifth, ends by itself, and says how long it lasts", () => {
    expect(isMuted(refusedTimes(five.slice(1)), 5)).toBe(false);
    const muted = refusedTimes(five);
    expect(ask(muted, send("s1"), { ...byClaw, at: AT + 1_000 }).verdict).toMatchObject({
      rule: "mute",
      code: "muted",
      facts: { until: AT + 600_004, retryAfterMs: 599_004 },
    });
    expect(isMuted(muted, 600_003)).toBe(true);
    expect(isMuted(muted, 600_004)).toBe(false);
  });
  it("five that are not of one minute do nothing", () =>
    expect(isMuted(refusedTimes([0, 20_000, 40_000, 59_000, 60_001]), 60_002)).toBe(false));
  it("asking on prolongs nothing, also where another rule says no first", () => {
    const muted = refusedTimes([...five, ...Array.from({ length: 100 }, (_, index) => 10 + index * 5_000)]);
    expect(isMuted(muted, 600_004)).toBe(false);
  });
  it("after it a new minute begins", () => {
    const again = refusedTimes([...five, 600_010, 600_011, 600_012, 600_013]);
    expect(isMuted(again, 600_014)).toBe(false);
    expect(isMuted(refusedTimes([...five, ...five.map((ms) => 600_010 + ms)]), 600_020)).toBe(true);
  });
  it("silences that one Claw, and no interrupt or lease of it", () => {
    const muted = refusedTimes(five);
    expect(ask(muted, send("s1"), { sight, principal: claw("emil") }).verdict.decision).toBe("accepted");
    const { verdict } = ask(muted, interrupt("s1"), { ...byClaw, at: AT + 10 });
    expect(verdict).toMatchObject({ code: "session_idle" });
    expect(ask(muted, renew("gone"), { ...byClaw, at: AT + 10 }).verdict).toMatchObject({
      code: "lease_unknown",
    });
  });
  it("people are never muted, and refused interrupts mute nobody", () => {
    let house = twoGroups;
    for (let index = 0; index < 20; index += 1) {
      ({ after: house } = ask(house, send("s9"), { sight, principal: operator }));
      ({ after: house } = ask(house, interrupt("s1"), byClaw));
    }
    expect(house.tempers.size).toBe(0);
  });
});

describe("kill switches", () => {
  const sight = sightOf([
    active("s1", "T1", { commandIds: [cid("c1")] }),
    session("s2", { hostId: "h2" as never }),
    session("s3"),
  ]);
  const halted = (scope: Parameters<typeof setSwitch>[0], id: string | null) =>
    houseWith(twoGroups, sight, [setSwitch(scope, id), {}]);
  it.each([
    ["session", "s1"],
    ["host", "h1"],
    ["group", "default"],
    ["global", null],
  ] as const)("a halt of %s %s stops writes and leases of everybody there", (scope, id) => {
    const house = halted(scope, id);
    for (const principal of [claw(), operator, admin])
      for (const command of [send("s1"), acquire("s1")])
        expect(ask(house, command, { sight, principal }).verdict).toMatchObject({
          rule: "kill switch",
          code: "halted",
          facts: { scope, id },
        });
    const other = ask(house, send("s2"), { sight, principal: operator }).verdict.decision;
    expect(other).toBe(scope === "global" ? "refused" : "accepted");
  });
  it("people interrupt all the same, automation does nothing at all", () => {
    const house = halted("global", null);
    for (const principal of [operator, admin])
      expect(ask(house, interrupt("s1"), { sight, principal }).verdict.decision).toBe("accepted");
    expect(ask(house, interrupt("s1"), { sight, principal: claw() }).verdict).toMatchObject({
      code: "halted",
    });
  });
  it("what a halted session asks of others is stopped as well", () => {
    const house = halted("session", "s1");
    const known = { ...house, commands: house.commands };
    const calling = sightOf([active("s1", "T1", { hasPerson: true }), session("s3")]);
    expect(ask(known, send("s3"), { sight: calling, ...asSession("s1") }).verdict).toMatchObject({
      code: "halted",
    });
  });
  it("the widest one is named, and all of them have to be lifted", () => {
    const both = houseWith(halted("session", "s3"), sight, [setSwitch("global", null), {}]);
    expect(ask(both, send("s3"), { sight, principal: operator }).verdict).toMatchObject({
      facts: { scope: "global" },
    });
    const one = houseWith(both, sight, [setSwitch("global", null, "running"), {}]);
    expect(ask(one, send("s3"), { sight, principal: operator }).verdict).toMatchObject({
      facts: { scope: "session" },
    });
    const none = houseWith(one, sight, [setSwitch("session", "s3", "running"), {}]);
    expect(ask(none, send("s3"), { sight, principal: operator }).verdict.decision).toBe("accepted");
    expect(none.halted.size).toBe(0);
  });
  it.each([
    ["session", "s1", 1],
    ["session", "s9", 0],
    ["session", "no session's id!", 0],
    ["host", "h1", 1],
    ["host", "h9", 0],
    ["group", "default", 1],
    ["group", "g9", 0],
    ["root", "turn:s1/T1", 1],
    ["root", "turn:s1/T9", 0],
    ["root", "turn:s9/T1", 0],
    ["root", "c9", 0],
    ["global", null, undefined],
  ] as const)("a switch of %s %s is set, and says whether that is known", (scope, id, known) => {
    for (const state of ["halted", "running"] as const) {
      const { verdict, events } = ask(twoGroups, setSwitch(scope, id, state), { sight, principal: operator });
      if (verdict.decision === "refused") expect([scope, state]).toEqual(["global", "running"]);
      else expect([verdict.facts?.["known"], events.length]).toEqual([known, 2]);
    }
  });
  it("a cause is known as soon as something came of it", () => {
    const sent = send("s1");
    const house = houseWith(twoGroups, sightOf([session("s1")]), [sent, { principal: operator }]);
    const { verdict } = ask(house, setSwitch("root", sent.commandId), { sight, principal: operator });
    expect(verdict).toMatchObject({ decision: "accepted", facts: { known: 1 } });
  });
  it("switches and limits are changed under a halt, and both are recorded", () => {
    const house = halted("global", null);
    const { events } = ask(house, setSwitch("global", null, "running"), { sight, principal: admin });
    expect(typesOf(events)).toEqual(["command.accepted", "switch.set"]);
    expect(eventOf(events, "switch.set").data).toMatchObject({ scope: "global", id: null, state: "running" });
    expect(ask(house, setLimit("hops", 1), { sight, principal: admin }).verdict.decision).toBe("accepted");
  });
});
