/** What readers may believe of leases and of the house's own rules. */
import { DECIDED, limitNames, limits, SessionId, sessionLane } from "@claw/events";
import { describe, expect, test } from "vitest";
import { presentRules, RulesView } from "../src/index.ts";
import {
  after,
  AT,
  by,
  granted,
  inLane,
  kept,
  leaseEnd,
  observed,
  offered,
  policyFact,
  refusedFor,
  type Step,
  together,
  who,
} from "./acting.ts";
import { ALL } from "./given.ts";

describe("a lease", () => {
  const state = (...steps: readonly Step[]): string => {
    const reader = after(observed, ...steps);
    const lease = reader.lease("l1");
    const writer = reader.session("s1")?.writer?.leaseId ?? "nobody";
    return lease === null
      ? "none"
      : [lease.state, lease.how, writer].filter((word) => word !== null).join(" ");
  };
  const foreign = policyFact("lease.granted", { leaseId: "l1", sessionId: "s2" });
  const rows: readonly (readonly [string, readonly Step[], string])[] = [
    ["is offered: nobody writes by it yet", [offered()], "offered nobody"],
    ["N1-013 is in force once it is granted", [offered(), granted()], "inForce l1"],
    ["is not granted without an offer", [granted()], "none"],
    ["is not granted in another session", [offered(), foreign], "offered nobody"],
    ["lapses", [offered(), leaseEnd("lapsed")], "ended lapsed nobody"],
    ["is not granted after its end", [offered(), leaseEnd("lapsed"), granted()], "ended lapsed nobody"],
    ["is released", [offered(), granted(), leaseEnd("released")], "ended released nobody"],
    ["expires", [offered(), granted(), leaseEnd("expired")], "ended expired nobody"],
    ["is broken", [offered(), granted(), leaseEnd("broken")], "ended broken nobody"],
    ["yields to a person", [offered(), granted(), leaseEnd("yielded")], "ended yielded nobody"],
    ["ends once", [offered(), granted(), leaseEnd("released"), leaseEnd("broken")], "ended released nobody"],
    ["is offered once", [offered(), granted(), offered("l1", 9)], "inForce l1"],
    [
      "does not end with another's",
      [offered(), granted(), offered("l2"), leaseEnd("lapsed", "l2")],
      "inForce l1",
    ],
    ["is not made by a host", [by("host", offered())], "none"],
    ["is not granted by a host, who only fences", [offered(), by("host", granted())], "offered nobody"],
    ["is not ended by a host", [offered(), granted(), by("host", leaseEnd("released"))], "inForce l1"],
  ];
  test.each(rows)("%s", (_title, steps, expected) => {
    expect(state(...steps)).toBe(expected);
  });

  test("says who holds it, by which token, and since when; when it runs out it does not say", () => {
    expect(after(observed, offered(), granted(), leaseEnd("broken")).lease("l1")).toEqual({
      leaseId: "l1",
      sessionId: "s1",
      hostId: "host-a",
      endpointId: "main",
      holder: { kind: "claw", name: "claw-1", role: "claw", group: "default" },
      token: { generation: 1, counter: 1 },
      ttlMs: 30_000,
      state: "ended",
      offeredAt: AT + 1_000,
      offerUntil: AT + 10_000,
      grantedAt: AT + 2_000,
      endedAt: AT + 3_000,
      how: "broken",
      reason: "because broken",
      endedBy: null,
    });
  });

  test.each(["released", "broken"] as const)("says who %s it, and the command its session", (how) => {
    const end = together(kept("c1", `lease.${how === "broken" ? "break" : "release"}`), leaseEnd(how));
    const reader = after(observed, offered(), granted(), end);
    expect(reader.lease("l1")).toMatchObject({ how, reason: `because ${how}`, endedBy: who });
    const command = { sessionId: "s1", hostId: "host-a", endpointId: "main", act: null };
    expect(reader.command("c1")).toMatchObject(command);
    expect(reader.commands({ sessionId: "s1" }, ALL).rows.map(({ commandId }) => commandId)).toEqual(["c1"]);
  });

  test("a renewal that comes too late is found at the session all the same", () => {
    const late = refusedFor("lease_unknown", { facts: { leaseId: "l1" } }, "lease.renew");
    const reader = after(observed, offered(), leaseEnd("lapsed"), late);
    expect(reader.command("r-lease_unknown")).toMatchObject({ sessionId: "s1", hostId: null });
    expect(after(observed, late).command("r-lease_unknown")?.sessionId).toBeNull();
  });

  test("N1-020 a session says when automation gave way, until a lease is granted again", () => {
    const yielded = (...steps: readonly Step[]) =>
      after(observed, ...steps).session("s1")?.automationYieldedAt;
    const gaveWay = [offered(), granted(), leaseEnd("yielded")];
    expect(yielded(offered(), granted())).toBeNull();
    expect(yielded(...gaveWay)).toBe(AT + 3_000);
    expect(yielded(...gaveWay, offered("l2"), granted("l2"))).toBeNull();
    expect(yielded(offered(), granted(), leaseEnd("released"))).toBeNull();
  });
});

describe("the house's rules", () => {
  const set = (limit: string, value: number | null) =>
    policyFact("policy.set", { limit, value, reason: "more" });
  const turn = (state: "halted" | "running", scope = "global", id: string | null = null) =>
    policyFact("switch.set", { scope, id, state, reason: "so" });
  const muted = (count: number, until: number | null, origin = "session/s1") =>
    policyFact("origin.muted", { origin, count, until });

  function rulesAfter(nowMs: number, ...steps: readonly Step[]) {
    const reader = after(...steps);
    const rows = {
      limits: reader.rules("limit", ALL).rows,
      switches: reader.rules("switch", ALL).rows,
      grants: reader.rules("grant", ALL).rows,
      rulings: reader.rules("ruling", ALL).rows,
      mutes: reader.rules("mute", ALL).rows,
    };
    return RulesView.parse(presentRules(rows, nowMs));
  }

  test("S1-130 show every limit with its default, and the ones that were changed with the reason", () => {
    const { limits: shown } = rulesAfter(
      AT,
      set("hops", 2),
      set("claw_rate", 9),
      set("claw_rate", null),
      set("later", 1),
    );
    expect(shown.map(({ name }) => name)).toEqual(limitNames);
    expect(shown.find(({ name }) => name === "hops")).toMatchObject({
      value: 2,
      default: limits.hops.default,
      reason: "more",
      sinceAt: new Date(AT).toISOString(),
    });
    for (const { name, value, default: usual, reason } of shown)
      if (name !== "hops") expect([value, reason]).toEqual([usual, null]);
  });

  test("S1-128 show what is halted, each scope by itself", () => {
    const steps = [
      turn("halted"),
      turn("halted", "session", "s1"),
      turn("halted", "host", "s1"),
      turn("running"),
    ];
    expect(rulesAfter(AT, ...steps).switches.map(({ scope, id }) => [scope, id])).toEqual([
      ["host", "s1"],
      ["session", "s1"],
    ]);
  });

  test("say who changed them: whoever asked for the command of the same entry", () => {
    const by = (...steps: readonly Step[]) => {
      const shown = rulesAfter(AT, ...steps);
      return [shown.limits.find(({ name }) => name === "hops")?.by, shown.switches[0]?.by];
    };
    const asked = [together(kept("c1", "policy.set"), set("hops", 2)), together(kept("c2"), turn("halted"))];
    expect(by(...asked)).toEqual([who, who]);
    expect(by(set("hops", 2), turn("halted"))).toEqual([null, null]);
  });

  test("show no value that policy does not obey", () => {
    const shown = rulesAfter(AT, set("hops", 2), set("hops", 99_999)).limits;
    expect(shown.find(({ name }) => name === "hops")?.value).toBe(2);
  });

  const minutesLater = (n: number, step: Step): readonly Step[] => [
    ...Array.from({ length: n * 60 - 1 }, (_, i) => kept(`wait-${i}`)),
    step,
  ];
  const five = Array.from({ length: 5 }, () => refusedFor("rate_limited"));

  test("S1-168 show a mute as soon as it begins, and what it is for", () => {
    expect(rulesAfter(AT, ...five.slice(1)).muted).toEqual([]);
    const until = AT + 4_000 + 600_000;
    const expected = {
      origin: "claw/default/claw-1",
      refusals: 5,
      code: "rate_limited",
      unwritten: 0,
      until: new Date(until).toISOString(),
      sinceAt: new Date(AT).toISOString(),
    };
    expect(rulesAfter(until - 1, ...five).muted).toEqual([expected]);
    expect(rulesAfter(until, ...five).muted).toEqual([]);
    expect(rulesAfter(AT, ...five, refusedFor("halted"), refusedFor("muted")).muted).toEqual([expected]);
    const counted = [...five, muted(40, until, expected.origin), muted(3, null, expected.origin)];
    expect(rulesAfter(AT, ...counted).muted).toEqual([{ ...expected, unwritten: 43 }]);
  });

  test.each([
    ["a person", { principal: { kind: "person", name: "ann", role: "operator" } }, "session.send"],
    ["whoever interrupts", {}, "session.interrupt"],
    ["whoever gives a lease back", {}, "lease.release"],
  ])("%s is not muted", (_who, more, type) => {
    expect(rulesAfter(AT, ...five.map(() => refusedFor("forbidden", more, type))).muted).toEqual([]);
  });

  test("mutes follow the limits as they were then, and count each minute by itself", () => {
    const two = [set("mute_refusals", 2), set("mute_ms", 1_000), ...five.slice(3)];
    expect(rulesAfter(AT, ...two).muted).toMatchObject([
      { refusals: 2, until: new Date(AT + 4_000).toISOString() },
    ]);
    expect(rulesAfter(AT, ...five.slice(1), ...minutesLater(1, refusedFor("halted"))).muted).toEqual([]);
    const again = [...two, refusedFor("halted"), refusedFor("cycle")];
    expect(rulesAfter(AT, ...again).muted).toMatchObject([{ refusals: 2, code: "cycle" }]);
  });

  test("a count of a mute that no refusal here explains is shown as policy says it", () => {
    const until = AT + 600_000;
    const steps = [muted(5, until), muted(40, until), muted(3, null), muted(2, null, "claw/c")];
    const expected = { origin: "session/s1", refusals: 0, unwritten: 48, code: null };
    expect(rulesAfter(until - 1, ...steps).muted).toMatchObject([expected]);
    expect(rulesAfter(until, ...steps).muted).toEqual([]);
    const again = rulesAfter(AT, ...steps, muted(6, until + 1));
    expect(again.muted).toMatchObject([{ unwritten: 6, sinceAt: new Date(AT + 4_000).toISOString() }]);
  });

  test("S1-168 a mute is shown as soon as it begins, also where refusals that mute nobody were counted before", () => {
    const waits = (n: number, word: string) => Array.from({ length: n }, (_, i) => kept(`${word}-${i}`));
    const counted = muted(31, null, "claw/default/claw-1");
    const [first, ...others] = five;
    const steps = [counted, ...waits(49, "long"), first as Step, ...waits(19, "short"), ...others];
    expect(rulesAfter(AT, ...steps).muted).toMatchObject([
      { refusals: 5, sinceAt: new Date(AT + 50_000).toISOString() },
    ]);
  });

  test("are policy's to say: what stands in another lane is nothing", () => {
    const lane = sessionLane(SessionId.parse("s1"));
    const steps = [set("hops", 2), turn("halted"), muted(5, AT + 600_000)].map((step) => inLane(lane, step));
    const { limits: shown, switches, muted: silent } = rulesAfter(AT, ...steps);
    expect([switches, silent, shown.every(({ reason }) => reason === null)]).toEqual([[], [], true]);
    expect(rulesAfter(AT, inLane(DECIDED, turn("halted"))).switches).toHaveLength(1);
  });
});
