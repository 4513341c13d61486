/** Which refusals are written down one by one, and when the rest of them are counted (DESIGN 14.8). */
import { describe, expect, it } from "vitest";
import { mutedUntil, spendRefusal } from "../src/domain/mute.ts";
import {
  countsDue,
  emptyBudget,
  type RefusalBudget,
  REFUSALS_PER_MINUTE,
  spend,
} from "../src/domain/refusal-budget.ts";
import { AT, question } from "./given.ts";
import {
  ask,
  claw,
  houseWith,
  operator,
  send,
  session,
  setLimit,
  sightOf,
  twoGroups,
} from "./given-writes.ts";

/** `at` on a whole minute. */
const MINUTE = 60_000;
const spendTimes = (count: number, caller: string, at = AT, from: RefusalBudget = emptyBudget) => {
  let budget = from;
  let written = 0;
  for (let index = 0; index < count; index += 1) {
    const spent = spend(budget, caller, at);
    ({ budget } = spent);
    written += spent.isWithin ? 1 : 0;
  }
  return { budget, written };
};

describe("refusals of one caller", () => {
  it("so many a minute are written, the rest counted once a minute", () => {
    const { budget, written } = spendTimes(100, "claw/default/dora");
    expect(written).toBe(REFUSALS_PER_MINUTE);
    expect(countsDue(budget, AT + MINUTE - 1).counts).toEqual([]);
    const due = countsDue(budget, AT + MINUTE);
    expect(due.counts).toEqual([{ origin: "claw/default/dora", count: 70, until: null }]);
    expect(countsDue(due.budget, AT + 2 * MINUTE).counts).toEqual([]);
    expect(spendTimes(1, "claw/default/dora", AT + MINUTE, due.budget).written).toBe(1);
  });
  it("one flood takes nothing from anybody else", () => {
    const { budget } = spendTimes(1_000, "claw/default/dora");
    expect(spendTimes(1, "claw/emil", AT, budget).written).toBe(1);
  });
  it("callers beyond a thousand share an account", () => {
    let budget = emptyBudget;
    for (let index = 0; index < 1_200; index += 1) ({ budget } = spend(budget, `claw/${index}`, AT, AT + 9));
    expect(budget.unwritten.size).toBe(1_001);
    expect(countsDue(budget, AT + MINUTE).counts.at(-1)).toEqual({
      origin: "others",
      count: 200,
      until: AT + 9,
    });
  });
});

describe("a muted origin", () => {
  const sight = sightOf([session("s1"), session("s2", { hostId: "h2" as never })]);
  const flood = (limit: number | null) => {
    let house = houseWith(twoGroups, sight, [setLimit("mute_refusals", limit), {}]);
    let budget = emptyBudget;
    const written: string[] = [];
    for (let index = 0; index < 100; index += 1) {
      const asked = question(send("s2"), { principal: claw(), sight, at: AT + index });
      const { verdict, after } = ask(house, asked.command, asked);
      const spent = spendRefusal(budget, house, asked);
      ({ budget } = spent);
      if (verdict.decision !== "refused" || !spent.isWithin) continue;
      written.push(verdict.code);
      house = after;
    }
    return { written, budget, house };
  };
  it("nothing more of it is written than what muted it; its count says until when", () => {
    const { written, budget, house } = flood(null);
    expect(written).toEqual(Array(5).fill("forbidden"));
    const until = AT + 4 + 600_000;
    expect(countsDue(budget, AT + 5 + MINUTE).counts).toEqual([
      { origin: "claw/default/dora", count: 95, until },
    ]);
    const asked = question(send("s1"), { principal: claw(), sight, at: until - 1 });
    expect(mutedUntil(house, asked)).toBe(until);
    expect(mutedUntil(house, { ...asked, at: until })).toBeNull();
    expect(mutedUntil(house, { ...asked, principal: operator })).toBeNull();
  });
  it("as many are written as it takes to mute it, also beyond the usual", () => {
    const { written, house } = flood(60);
    expect(written).toHaveLength(60);
    expect(house.tempers.get("claw/default/dora")?.mutedUntil).toBe(AT + 59 + 600_000);
  });
});
