/** What sessions may do over MCP only where a trusted policy opens it, and how grants and rulings are made (S1-092, S1-093, S1-131, S1-132, X1-002). */
import type { GrantScope, Right } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { House } from "../src/domain/house.ts";
import { AT } from "./given.ts";
import { attempt, bound, forest, fork, inPersonsTurn, report, ruling, spawn, stop } from "./given-spawns.ts";
import {
  active,
  ask,
  asSession,
  cid,
  claw,
  closedGroups,
  eventOf,
  grant,
  houseWith,
  interrupt,
  operator,
  send,
  session,
  sid,
  sightOf,
  twoGroups,
} from "./given-writes.ts";
import { scaled } from "./scale.ts";

const sight = sightOf([
  inPersonsTurn("a"),
  active("b", "T1", { commandIds: [] }),
  session("c", { hostId: "h2" as never }),
]);
const codeOf = (house: House, command: Parameters<typeof ask>[1], who: object, at = AT): string => {
  const { verdict } = ask(house, command, { sight, at, ...who });
  return verdict.decision === "refused" ? verdict.code : "accepted";
};

describe("S1-092: a session writes only where a policy opens it", () => {
  it.each([
    ["send", send("b")],
    ["interrupt", interrupt("b")],
    ["spawn", spawn()],
    ["spawn", fork("a")],
  ] as const)("%s: refused, and the refusal names the right (%o)", (right, command) => {
    const { verdict, events } = ask(closedGroups, command, { sight, ...asSession("a") });
    expect(verdict).toEqual({
      decision: "refused",
      rule: "right",
      code: "not_enabled",
      facts: { right, sessionId: "a" },
    });
    expect(events).toHaveLength(1);
  });
  it("a grant opens that right and no other, at once, until it ends or is taken back", () => {
    const open = houseWith(closedGroups, sight, [grant("send", { until: AT + 60_000 }), {}]);
    expect(codeOf(open, send("b"), asSession("a"), AT + 59_999)).not.toBe("not_enabled");
    expect(codeOf(open, spawn(), asSession("a"))).toBe("not_enabled");
    expect(codeOf(open, send("b"), asSession("a"), AT + 60_000)).toBe("not_enabled");
    const closed = houseWith(open, sight, [grant("send", { state: null }), {}]);
    expect(codeOf(closed, send("b"), asSession("a"))).toBe("not_enabled");
  });
  it("people and Claws need none", () => {
    for (const principal of [operator, claw()])
      expect(codeOf(closedGroups, spawn(), { principal })).toBe("accepted");
  });
  it("to report, and to read the list, needs none", () => {
    const { verdict, events } = ask(closedGroups, report({ purpose: "tests" }), { sight, ...asSession("a") });
    expect(verdict.decision).toBe("accepted");
    expect(eventOf(events, "progress.reported")).toMatchObject({
      data: { sessionId: "a", state: "working", phase: null, percent: null },
      body: { note: "half way", purpose: "tests" },
    });
  });
});

describe("X1-002: a session's own children", () => {
  const { house, rows } = forest(houseWith(closedGroups, sight, [grant("spawn"), {}]), [0, 1]);
  const seen = sightOf(
    rows.map((row) =>
      row.sessionId === "s1" || row.sessionId === "s2"
        ? {
            ...active(row.sessionId, "T9", { commandIds: [cid(`spawn-${row.sessionId}`)] }),
            spawnId: row.spawnId,
          }
        : row,
    ),
  );
  const verdictOf = (command: Parameters<typeof ask>[1], by: string) =>
    ask(house, command, { sight: seen, at: AT + 10_000_000, ...asSession(by) }).verdict;
  it("are interrupted and stopped without any right", () => {
    expect(verdictOf(interrupt("s1"), "s0").decision).toBe("accepted");
    expect(verdictOf(stop("s1"), "s0").decision).toBe("accepted");
  });
  it("only the direct ones", () => {
    expect(verdictOf(interrupt("s2"), "s0")).toMatchObject({
      code: "not_enabled",
      facts: { right: "interrupt" },
    });
    expect(verdictOf(stop("s2"), "s0")).toMatchObject({ code: "forbidden" });
    expect(verdictOf(stop("s0"), "s0")).toMatchObject({ code: "forbidden" });
    expect(verdictOf(stop("s0"), "s1")).toMatchObject({ code: "forbidden" });
  });
  it("also under the name they were asked for", () => {
    expect(verdictOf(interrupt("req-spawn-s1"), "s0").decision).toBe("accepted");
    expect(verdictOf(stop("req-spawn-s1"), "s0").decision).toBe("accepted");
  });
  it("a thread that only bears the mark of a spawn is nobody's child", () => {
    const forged = sightOf([...rows, session("evil", { spawnId: cid("spawn-s1") })]);
    const { verdict } = ask(house, stop("evil"), { sight: forged, ...asSession("s0") });
    expect(verdict).toMatchObject({ code: "forbidden", facts: { relation: "group" } });
    const [row] = bound("elsewhere", "spawn-s1", { hostId: "h2" as never });
    const moved = sightOf([...rows, row as never]);
    expect(ask(house, stop("elsewhere"), { sight: moved, ...asSession("s0") }).verdict).toMatchObject({
      code: "forbidden",
    });
  });
});

describe("S1-131: the narrowest grant that says something counts", () => {
  const scopes: readonly GrantScope[] = ["session", "host", "group", "global"];
  const idOf = { session: "a", host: "h1", group: "default", global: null } as const;
  const others = { session: "b", host: "h2", group: "night", global: null } as const;
  const rights: readonly Right[] = ["send", "interrupt", "spawn", "transcript"];
  const step = fc.record({
    right: fc.constantFrom(...rights),
    scope: fc.constantFrom(...scopes),
    isOther: fc.boolean(),
    state: fc.constantFrom("open" as const, "closed" as const, null),
    untilMs: fc.option(fc.integer({ min: 1_000, max: 100_000 })),
  });
  it("is what a naive model says, whatever was granted before", () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.nat(120_000), (steps, laterMs) => {
        const model = new Map<string, { state: string | null; until: number | null }>();
        let house = closedGroups;
        for (const { right, scope, isOther, state, untilMs } of steps) {
          const id = (isOther ? others : idOf)[scope];
          const until = untilMs === null ? null : AT + untilMs;
          model.set(`${right} ${scope} ${id}`, { state, until });
          ({ after: house } = ask(house, grant(right, { scope, id, state, until }), { sight }));
        }
        const at = AT + laterMs;
        const said = scopes.flatMap((scope) => {
          const one = model.get(`spawn ${scope} ${idOf[scope]}`);
          return one === undefined || one.state === null || (one.until !== null && at >= one.until)
            ? []
            : [one.state];
        });
        const isOpen = (said[0] ?? "closed") === "open";
        expect(codeOf(house, spawn(), asSession("a"), at) === "not_enabled").toBe(!isOpen);
      }),
      { numRuns: scaled(1_000) },
    ));
});

describe("grants and rulings", () => {
  it.each([
    ["a grant for nobody", grant("send", { scope: "session" }), "id"],
    ["a grant for the whole house with an id", grant("send", { id: "x" }), "id"],
    ["a grant that is over before it begins", grant("send", { until: AT }), "until"],
    ["a ruling for nobody", ruling({ scope: "host" }), "id"],
    ["asking without an end", ruling({ answer: "ask" }), "waitMs"],
    ["an end without asking", ruling({ waitMs: 5_000 }), "waitMs"],
    ["accepting without a pattern", ruling({ answer: "accept" }), "pattern"],
    ["a pattern without accepting", ruling({ answer: "ask", waitMs: 5_000, pattern: "*" }), "pattern"],
    ["taking a ruling away with a pattern", ruling({ answer: null, pattern: "*" }), "pattern"],
  ] as const)("%s is a mistake", (_what, command, where) =>
    expect(ask(twoGroups, command, { sight }).verdict).toMatchObject({
      code: "bad_request",
      facts: { where },
    }),
  );
  it("say whether what they name is known", () => {
    const facts = (command: Parameters<typeof ask>[1]) => ask(twoGroups, command, { sight }).verdict;
    expect(facts(grant("send", { scope: "session", id: "a" }))).toMatchObject({ facts: { known: 1 } });
    expect(facts(grant("send", { scope: "session", id: "typo" }))).toMatchObject({ facts: { known: 0 } });
    expect(facts(ruling({ scope: "group", id: "night" }))).toMatchObject({ facts: { known: 1 } });
    expect(facts(grant("send"))).toEqual({ decision: "accepted" });
  });
  it("of a session under the name it was asked for are those of its thread", () => {
    const seen = sightOf(bound("t1", "spawn-1"));
    const { events } = ask(twoGroups, grant("send", { scope: "session", id: "req-spawn-1" }), {
      sight: seen,
    });
    expect(eventOf(events, "policy.granted").data.id).toBe("t1");
  });
  it("are refused for a session that has no thread yet: a `closed` would be lost with its name", () => {
    const place = { scope: "session", id: "req-spawn-1" } as const;
    for (const command of [grant("send", { state: "closed", ...place }), ruling(place)])
      expect(ask(twoGroups, command, { sight }).verdict).toMatchObject({
        code: "bad_request",
        facts: { where: "id", scope: "session" },
      });
  });
  it("are bounded, and can always be taken away", () => {
    const many = new Map(
      Array.from({ length: 2_000 }, (_, n) => [
        `send/session/x${n}`,
        { state: "open" as const, until: null },
      ]),
    );
    const full = { ...twoGroups, grants: many };
    expect(ask(full, grant("send"), { sight }).verdict).toMatchObject({
      code: "too_many",
      facts: { limit: 2_000 },
    });
    expect(ask(full, grant("send", { state: null }), { sight }).verdict.decision).toBe("accepted");
  });
  it("that have ended are let go", () => {
    const one = houseWith(twoGroups, sight, [grant("transcript", { until: AT + 1 }), {}]);
    const next = ask(one, ruling(), { sight, at: AT + 5 }).after;
    expect(next.rulings.size).toBe(1);
    expect(ask(next, grant("interrupt"), { sight, at: AT + 5 }).after.grants.has("transcript/global")).toBe(
      false,
    );
  });
});

describe("who asks for what is the house's own", () => {
  it("only a session reports of itself", () =>
    expect(ask(twoGroups, report(), { sight, principal: operator }).verdict).toMatchObject({
      code: "session_only",
      rule: "session alone",
    }));
  it("only the house tells of who tried what a key is not for", () => {
    const gateway = { kind: "house", name: "gateway", role: "admin" } as const;
    const { events } = ask(twoGroups, attempt(), { sight, principal: gateway });
    expect(eventOf(events, "caller.attempted").data).toEqual({
      kind: "thread_mismatch",
      keyId: "key-1",
      sessionId: "s1",
      claimed: "s2",
      count: 3,
    });
    expect(ask(twoGroups, attempt(), { sight }).verdict).toMatchObject({
      rule: "house alone",
      code: "forbidden",
      facts: { role: "admin", needs: "house" },
    });
    expect(ask(twoGroups, attempt(), { sight, ...asSession("a") }).verdict).toMatchObject({ rule: "scope" });
  });
  it("what is refused to a session counts against it; a stop does not", () => {
    let house = closedGroups;
    for (let n = 0; n < 6; n += 1) ({ after: house } = ask(house, stop("b"), { sight, ...asSession("a") }));
    expect(codeOf(house, spawn(), asSession("a"))).toBe("not_enabled");
    for (let n = 0; n < 6; n += 1) ({ after: house } = ask(house, spawn(), { sight, ...asSession("a") }));
    expect(codeOf(house, spawn(), asSession("a"))).toBe("muted");
  });
  it("nobody takes an id that the house makes", () => {
    for (const prefix of ["auto", "stop"]) {
      const command = send("b", { commandId: cid(`${prefix}-${"0".repeat(40)}`) });
      expect(ask(twoGroups, command, { sight }).verdict).toMatchObject({
        code: "bad_request",
        rule: "caller's id",
      });
    }
    expect(
      ask(twoGroups, send(sid("b"), { commandId: cid("stop-the-press") }), { sight }).verdict,
    ).not.toMatchObject({
      rule: "caller's id",
    });
  });
});
