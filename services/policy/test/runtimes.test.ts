/** Runtimes that are registered: one at a time under an id, changed by who has seen them, and an end that stays (ADR 0014, X1-011…X1-013). */
import type { Command, Principal } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyHouse, evolve, type House, type KnownRuntime } from "../src/domain/house.ts";
import { endOf, isForgotten, RUNTIMES_KEPT_MS } from "../src/domain/runtimes.ts";
import { AT, fold, principalOf } from "./given.ts";
import { runtimeRegister, runtimeUpdate } from "./given-registry.ts";
import { ask, eventOf, houseWith, session, setLimit, sid, sightOf, twoGroups } from "./given-writes.ts";
import { scaled } from "./scale.ts";

const sight = sightOf([session("s1")]);
type Register = NonNullable<Parameters<typeof runtimeRegister>[1]>;
type Changes = NonNullable<Parameters<typeof runtimeUpdate>[2]>;
const withRun = (given: Register = {}, ...changes: readonly Changes[]): House =>
  houseWith(
    twoGroups,
    sight,
    [runtimeRegister("run-1", given), {}],
    ...changes.map((change, n) => [runtimeUpdate("run-1", n + 1, change), {}] as const),
  );
const verdictOf = (house: House, command: Command, at = AT + 60_000) =>
  ask(house, command, { sight, at }).verdict;

describe("an id is one thing", () => {
  it("a runtime that lives is not registered again, whatever it says", () => {
    for (const status of ["provisioning", "pending_adapter", "ready", "attached", "detached"] as const)
      expect(verdictOf(withRun({ status }), runtimeRegister("run-1"))).toMatchObject({
        rule: "free runtime",
        code: "runtime_exists",
        facts: { runtimeId: "run-1" },
      });
  });
  it("none has the id of a session, nor one that a session is yet to have", () => {
    expect(verdictOf(twoGroups, runtimeRegister("s1"))).toMatchObject({ code: "runtime_exists" });
    expect(verdictOf(twoGroups, runtimeRegister("req-task-1"))).toMatchObject({
      code: "bad_request",
      facts: { where: "runtimeId" },
    });
  });
});

describe("a change", () => {
  it("of what was never registered is refused", () =>
    expect(verdictOf(twoGroups, runtimeUpdate("run-9", 1))).toMatchObject({
      rule: "known runtime",
      code: "runtime_unknown",
    }));
  it("X1-012 is of the revision that was seen: the second of two at once is told the newest", () => {
    const house = withRun({}, { status: "attached" });
    for (const seen of [1, 3])
      expect(verdictOf(house, runtimeUpdate("run-1", seen))).toMatchObject({
        rule: "same revision",
        code: "runtime_changed",
        facts: { runtimeId: "run-1", revision: 2 },
      });
    const { events, after } = ask(house, runtimeUpdate("run-1", 2, { vnc: true }), { sight });
    expect(eventOf(events, "runtime.updated").data).toEqual({
      runtimeId: "run-1",
      revision: 3,
      changes: { vnc: true },
    });
    expect(after.runtimes.get(sid("run-1"))).toMatchObject({ revision: 3, status: "attached" });
  });
  it("what is left out stays, and null is a word", () => {
    const house = withRun({ leaseUntil: AT + 900_000 }, { vnc: true }, { owner: null });
    expect(house.runtimes.get(sid("run-1"))).toMatchObject({
      owner: null,
      leaseUntil: AT + 900_000,
      status: "ready",
    });
    const free = withRun({ leaseUntil: AT + 900_000 }, { leaseUntil: null });
    expect(free.runtimes.get(sid("run-1"))).toMatchObject({ owner: "alice", leaseUntil: null });
  });
});

describe("X1-026: a runtime changes hands by its owner's word or an admin's, whoever else may change it", () => {
  const mallory = { kind: "person", name: "mallory", role: "operator" } as const;
  const judged = (house: House, command: Command, principal: Principal) =>
    ask(house, command, { sight, principal, at: AT + 60_000 }).verdict;
  const lives = withRun();
  const ended = withRun({}, { status: "stopped" });

  it.each([
    ["taken", lives, runtimeUpdate("run-1", 1, { owner: "mallory" })],
    ["made nobody's", lives, runtimeUpdate("run-1", 1, { owner: null })],
    ["taken with its next life", ended, runtimeRegister("run-1", { owner: "mallory" })],
    ["made nobody's with its next life", ended, runtimeRegister("run-1", { owner: null })],
  ])("%s", (_what, house, command) => {
    const refused = { rule: "own runtime", code: "forbidden", facts: { role: "operator", needs: "admin" } };
    expect(judged(house, command, mallory)).toEqual({ decision: "refused", ...refused });
    for (const by of [{ ...mallory, name: "alice" }, principalOf("admin")])
      expect(judged(house, command, by)).toMatchObject({ decision: "accepted" });
  });

  it("its provider goes on saying how it is, and names the owner of what is nobody's", () => {
    const again = [runtimeUpdate("run-1", 1, { status: "attached", owner: "alice" })];
    for (const command of again) expect(judged(lives, command, mallory).decision).toBe("accepted");
    expect(judged(ended, runtimeRegister("run-1"), mallory).decision).toBe("accepted");
    const named = runtimeUpdate("run-1", 1, { owner: "bob" });
    expect(judged(withRun({ owner: null }), named, mallory).decision).toBe("accepted");
  });
});

describe("X1-013: failed > expired > stopped", () => {
  const expired = { leaseUntil: AT + 30_000 };
  /** How it ended, what is said of it then, and what that comes to. */
  const cells = [
    ["stopped", { status: "stopped" }, {}, { status: "ready" }, "runtime_over"],
    ["stopped", { status: "stopped" }, {}, { status: "stopped" }, "runtime_over"],
    ["stopped", { status: "stopped" }, {}, { vnc: true }, "runtime_over"],
    ["stopped", { status: "stopped" }, {}, { status: "failed" }, "accepted"],
    ["expired", {}, expired, { leaseUntil: AT + 900_000 }, "runtime_over"],
    ["expired", {}, expired, { status: "stopped" }, "runtime_over"],
    ["expired", {}, expired, { status: "failed" }, "accepted"],
    ["expired", { status: "stopped" }, expired, { status: "ready" }, "runtime_over"],
    ["failed", { status: "failed" }, {}, { status: "failed" }, "runtime_over"],
    ["failed", { status: "failed" }, {}, { status: "stopped" }, "runtime_over"],
    ["failed", { status: "failed" }, expired, { status: "ready" }, "runtime_over"],
  ] as const;
  it.each(cells)("%s (%o, %o), then %o → %s", (end, said, given, change, outcome) => {
    const house = withRun(given, said);
    const verdict = verdictOf(house, runtimeUpdate("run-1", 2, change));
    if (outcome === "accepted") expect(verdict.decision).toBe("accepted");
    else expect(verdict).toMatchObject({ rule: "living runtime", code: outcome, facts: { status: end } });
  });
  it("a lease ends at its very millisecond, and not before", () => {
    const house = withRun(expired);
    expect(verdictOf(house, runtimeUpdate("run-1", 1), AT + 29_999).decision).toBe("accepted");
    expect(verdictOf(house, runtimeUpdate("run-1", 1), AT + 30_000)).toMatchObject({ code: "runtime_over" });
    expect(verdictOf(house, runtimeRegister("run-1"), AT + 29_999)).toMatchObject({
      code: "runtime_exists",
    });
    expect(verdictOf(house, runtimeRegister("run-1"), AT + 30_000).decision).toBe("accepted");
  });
  it("X1-011 whoever begins anew has the next revision, so that a late word of the life before changes nothing", () => {
    const over = withRun({}, { status: "attached" }, { status: "failed" });
    const { events, after } = ask(over, runtimeRegister("run-1"), { sight });
    expect(eventOf(events, "runtime.registered").data.revision).toBe(4);
    for (const seen of [1, 2, 3])
      expect(verdictOf(after, runtimeUpdate("run-1", seen, { status: "failed" }))).toMatchObject({
        code: "runtime_changed",
        facts: { revision: 4 },
      });
  });
});

describe("what is remembered", () => {
  const later = (house: House, at: number): House => ask(house, setLimit("hops", 4), { at, sight }).after;
  it("a runtime that ended is let go after a month; its revision is never given again", () => {
    const over = withRun({}, { status: "attached" }, { status: "stopped" });
    const since = over.runtimes.get(sid("run-1"))?.at ?? 0;
    expect(later(over, since + RUNTIMES_KEPT_MS).runtimes.size).toBe(1);
    const after = later(over, since + RUNTIMES_KEPT_MS + 1);
    expect([after.runtimes.size, after.revisionFloor]).toEqual([0, 3]);
    for (const id of ["run-1", "run-2"]) {
      const { events } = ask(after, runtimeRegister(id), { sight });
      expect(eventOf(events, "runtime.registered").data.revision).toBe(4);
    }
  });
  it("one that is past its lease counts from that; one that lives stays", () => {
    const until = AT + RUNTIMES_KEPT_MS;
    const house = houseWith(
      twoGroups,
      sight,
      [runtimeRegister("run-1", { leaseUntil: until }), {}],
      [runtimeRegister("run-2"), {}],
    );
    expect(later(house, until + RUNTIMES_KEPT_MS).runtimes.size).toBe(2);
    expect([...later(house, until + RUNTIMES_KEPT_MS + 1).runtimes.entries()].map(([id]) => id)).toEqual([
      "run-2",
    ]);
  });
  it("a change of what nobody registered changes nothing", () => {
    const data = { runtimeId: sid("run-9"), revision: 2, changes: { vnc: true } };
    const event = { type: "runtime.updated", at: AT, data, body: null } as const;
    expect(evolve(emptyHouse, event)).toBe(emptyHouse);
  });
});

describe("laws", () => {
  interface Step {
    readonly id: string;
    readonly isUpdate: boolean;
    readonly status: "ready" | "attached" | "stopped" | "failed" | null;
    readonly leaseMs: number | null;
    /** How far the revision that was seen is behind. */
    readonly behind: number;
    readonly passed: number;
  }
  const step: fc.Arbitrary<Step> = fc.record({
    id: fc.constantFrom("run-1", "run-2"),
    isUpdate: fc.boolean(),
    status: fc.option(fc.constantFrom("ready", "attached", "stopped", "failed")),
    leaseMs: fc.option(fc.integer({ min: 1, max: 40 })),
    behind: fc.constantFrom(0, 0, 1),
    passed: fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 0, max: 20 }) },
      { weight: 1, arbitrary: fc.constantFrom(RUNTIMES_KEPT_MS, RUNTIMES_KEPT_MS + 1) },
    ),
  });
  const done = (isUpdate: boolean, given: Partial<Step> = {}): Step => ({
    id: "run-1",
    isUpdate,
    status: "ready",
    leaseMs: null,
    behind: 0,
    passed: 0,
    ...given,
  });
  /** What was found: a word that a runtime failed, a month after it had stopped, was kept in the log, and its revision given again to the next life. */
  const LATE: readonly Step[] = [
    done(false, { status: "stopped" }),
    done(true, { status: "failed", passed: RUNTIMES_KEPT_MS + 1 }),
    done(false),
    done(true, { behind: 1, status: "failed" }),
  ];
  const seen = { runtime_exists: 0, runtime_unknown: 0, runtime_over: 0, runtime_changed: 0, accepted: 0 };

  /** The newest revision that each id ever had, by what was recorded, beside the house that folds it. */
  const walk = (steps: readonly Step[]): void => {
    const newest = new Map<string, number>();
    let house = twoGroups;
    let at = AT;
    for (const one of steps) {
      at += one.passed;
      const before = house.runtimes.get(sid(one.id));
      const leaseUntil = one.leaseMs === null ? null : at + one.leaseMs;
      const said = { ...(one.status === null ? {} : { status: one.status }), leaseUntil };
      const revision = Math.max(1, (newest.get(one.id) ?? 1) - one.behind);
      const command = one.isUpdate ? runtimeUpdate(one.id, revision, said) : runtimeRegister(one.id, said);
      const { verdict, events } = ask(house, command, { sight, at });
      const word = verdict.decision === "accepted" ? "accepted" : verdict.code;
      seen[word as keyof typeof seen] += 1;
      house = fold(events, house);
      const after = house.runtimes.get(sid(one.id));
      if (word !== "accepted") {
        if (after !== undefined || before === undefined || !isForgotten(before, at))
          expect(after).toBe(before);
        continue;
      }
      const told = events.find(({ type }) => type.startsWith("runtime."))?.data;
      expect(told).toMatchObject({ revision: after?.revision });
      expect(after?.revision).toBeGreaterThan(newest.get(one.id) ?? 0);
      newest.set(one.id, after?.revision ?? 0);
      if (one.isUpdate) wasNoLateWord(one, before, after, revision, at);
    }
  };
  type Known = KnownRuntime | undefined;
  const wasNoLateWord = ({ status }: Step, before: Known, after: Known, revision: number, at: number) => {
    expect(revision).toBe(before?.revision);
    expect(after?.revision).toBe(revision + 1);
    const end = before === undefined ? null : endOf(before, at);
    if (end === null || after === undefined) return;
    expect([end, status]).not.toEqual(["failed", "failed"]);
    expect(endOf(after, at)).toBe("failed");
  };

  it("X1-011 revisions only grow, an end stays until it begins anew, and no late word counts", () => {
    fc.assert(fc.property(fc.array(step, { minLength: 5, maxLength: 25, size: "max" }), walk), {
      numRuns: scaled(1_000),
      examples: [[LATE as Step[]]],
    });
    for (const [word, count] of Object.entries(seen)) expect(count, word).toBeGreaterThan(10);
  });
});
