/** Rates, and whom they hold back (S1-169, RELIABILITY §5). */
import { type GroupId, limitNames, limits } from "@claw/events";
import fc from "fast-check";
import type { OutcomeSight } from "../src/domain/sight.ts";
import { describe, expect, it } from "vitest";
import { drained, isFull, levelAt, waitOf } from "../src/domain/bucket.ts";
import type { Bucket, House } from "../src/domain/house.ts";
import { limitOf } from "../src/domain/limit.ts";
import type { SessionSight } from "../src/domain/sight.ts";
import { AT, hostAdd, houseAfter } from "./given.ts";
import {
  acquire,
  active,
  ask,
  asSession,
  cid,
  claw,
  grant,
  houseWith,
  interrupt,
  operator,
  renew,
  send,
  session,
  setLimit,
  sightOf,
  twoGroups,
} from "./given-writes.ts";

const rateRefusal = (limit: string, retryAfterMs: number | null) => ({
  rule: "rate",
  code: "rate_limited",
  facts: { limit, retryAfterMs },
});

describe("a bucket", () => {
  const size = { perMinute: 6, atOnce: 3 };
  const after = (times: readonly number[]): Bucket | undefined =>
    times.reduce<Bucket | undefined>((bucket, at) => drained(bucket, size, at), undefined);
  it("lets so many through at once, and then one every so often", () => {
    expect(waitOf(after([0, 0]), size, 0)).toBe(0);
    expect(waitOf(after([0, 0, 0]), size, 0)).toBe(10_000);
    expect(waitOf(after([0, 0, 0]), size, 9_999)).toBe(1);
    expect(waitOf(after([0, 0, 0]), size, 10_000)).toBe(0);
  });
  it("holds no more than its size, however long nobody came", () => {
    expect(levelAt(after([0]), size, 9_999_999)).toBe(3);
    expect(isFull(after([0]) ?? { level: 0, at: 0 }, size, 10_000)).toBe(true);
  });
  it("is not filled by a clock that goes back, and needs none to go on", () => {
    const bucket = after([1_000_000, 1_000_000, 1_000_000]);
    expect(waitOf(bucket, size, 0)).toBe(10_000);
    expect(waitOf(drained(drained(bucket, size, 0), size, 0), size, 10_000)).toBe(0);
  });
  it("of rate 0 lets nothing through, ever", () =>
    expect(waitOf(undefined, { perMinute: 0, atOnce: 5 }, 0)).toBeNull());
  it("who waits as long as it is told to is let through", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat(90_000), { maxLength: 40 }),
        (perMinute, atOnce, gaps) => {
          const one = { perMinute, atOnce };
          let bucket: Bucket | undefined;
          let at = AT;
          for (const gap of gaps) {
            at += gap;
            const waitMs = waitOf(bucket, one, at) ?? 0;
            at += waitMs;
            expect(waitOf(bucket, one, at)).toBe(0);
            bucket = drained(bucket, one, at);
          }
        },
      ),
    ));
});

/** Sessions s0… in two groups, all of whose commands are done at once: only limits refuse. */
function quickWorld(size: number) {
  const rows = new Map<string, SessionSight>();
  for (let index = 0; index < size; index += 1)
    rows.set(`s${index}`, session(`s${index}`, index % 2 === 0 ? {} : { hostId: "h2" as never }));
  const sight = { ...sightOf([]), session: (id: string) => rows.get(id) ?? null };
  const done = (to: string, commandId: string): void => {
    const row = rows.get(to);
    if (row === undefined) return;
    const outcome = { commandId: cid(commandId), outcome: "succeeded", turnId: null } as const;
    rows.set(to, { ...row, outcomes: [...row.outcomes, outcome].slice(-64) });
  };
  return { rows, sight, done };
}

describe("S1-169: accepted writes stay within every bucket in every window", () => {
  const groupOfClaw = (name: string): string => (Number(name.slice(1)) % 2 === 0 ? "default" : "night");
  const writes = fc.array(fc.record({ gap: fc.nat(4_000), by: fc.nat(5), to: fc.nat(3) }), {
    minLength: 50,
    maxLength: 200,
  });
  it("of Claws: own, target, group and global", () =>
    fc.assert(
      fc.property(writes, fc.integer({ min: 1, max: 60 }), (asked, globalRate) => {
        const { sight, done } = quickWorld(8);
        let house = houseWith(
          twoGroups,
          sight,
          [setLimit("global_rate", globalRate), {}],
          [setLimit("global_burst", 10), {}],
          [setLimit("mute_refusals", 1_000), {}],
        );
        const accepted: { readonly at: number; readonly keys: readonly string[] }[] = [];
        let at = AT + 60_000;
        for (const { gap, by, to } of asked) {
          at += gap;
          const target = `s${to * 2 + (by % 2)}`;
          const name = `c${by}`;
          const principal = claw(name, groupOfClaw(name));
          const command = send(target);
          const { verdict, after } = ask(house, command, { principal, sight, at });
          house = after;
          if (verdict.decision !== "accepted") {
            expect(verdict.code).toBe("rate_limited");
            continue;
          }
          done(target, command.commandId);
          accepted.push({ at, keys: [`claw ${name}`, `target ${target}`, `group ${by % 2}`, "global"] });
        }
        const sizes = { claw: [60, 15], target: [6, 3], group: [60, 20], global: [globalRate, 10] } as const;
        for (const key of new Set(accepted.flatMap(({ keys }) => keys))) {
          const times = accepted.filter(({ keys }) => keys.includes(key)).map((one) => one.at);
          const [perMinute, atOnce] = sizes[key.split(" ")[0] as keyof typeof sizes];
          for (const [first, from] of times.entries())
            for (const [last, through] of times.entries())
              if (last >= first)
                expect(last - first + 1).toBeLessThanOrEqual(
                  atOnce + ((through - from) * perMinute) / 60_000 + 1e-6,
                );
        }
      }),
      { numRuns: 60 },
    ));
});

describe("whom rates hold back", () => {
  const { sight } = quickWorld(100);
  /** How many of so many sends at once are accepted, and what the next one is refused for. */
  const atOnce = (who: object, targets: (index: number) => string, house: House = twoGroups) => {
    let current = house;
    for (let count = 0; count < 100; count += 1) {
      const { verdict, after } = ask(current, send(targets(count)), { sight, ...who });
      if (verdict.decision === "refused") return { count, verdict, house: current };
      current = after;
    }
    return { count: 100, verdict: null, house: current };
  };
  const even = (index: number) => `s${index * 2}`;
  const caller = (id: string) => {
    const seen = {
      ...sight,
      session: (one: string) => (one === id ? active(id, "T1", { hasPerson: true }) : sight.session(one)),
    };
    return { ...asSession(id, "T1"), sight: seen };
  };

  it("a session: five at once", () => {
    const { count, verdict } = atOnce(caller("s98"), even);
    expect(count).toBe(5);
    expect(verdict).toMatchObject(rateRefusal("session_rate", 6_000));
  });
  it("a Claw: fifteen at once", () => {
    const { count, verdict } = atOnce({ principal: claw() }, even);
    expect(count).toBe(15);
    expect(verdict).toMatchObject(rateRefusal("claw_rate", 1_000));
  });
  it("a person: thirty at once, and by nothing else", () => {
    const { count, verdict, house } = atOnce({ principal: operator }, (index) => `s${index}`);
    expect(count).toBe(30);
    expect(verdict).toMatchObject(rateRefusal("person_rate", 500));
    expect([...house.buckets.entries()].map(([key]) => key)).toEqual(["person/the operator"]);
  });
  it("all of a group: twenty at once; another group is free", () => {
    let house = twoGroups;
    for (const [by, name] of ["a", "b"].entries())
      ({ house } = atOnce({ principal: claw(name) }, (index) => even(index + by * 20), house));
    const third = ask(house, send("s96"), { sight, principal: claw("c") });
    expect(third.verdict).toMatchObject(rateRefusal("group_rate", 1_000));
    expect(ask(house, send("s1"), { sight, principal: claw("d", "night") }).verdict.decision).toBe(
      "accepted",
    );
    expect(ask(house, send("s96"), { sight, principal: operator }).verdict.decision).toBe("accepted");
  });
  it("a pair: twice at once, and it is told of the limit that holds it back the longest", () => {
    const { rows, sight: quick, done } = quickWorld(10);
    let house = houseWith(twoGroups, quick, [setLimit("edge_repeats", 100), {}]);
    const codes = [1, 2, 3].map(() => {
      rows.set("s8", active("s8", "T1", { hasPerson: true }));
      const command = send("s2");
      const { verdict, after } = ask(house, command, { sight: quick, ...asSession("s8") });
      done("s2", command.commandId);
      house = after;
      return verdict;
    });
    expect(codes.map(({ decision }) => decision)).toEqual(["accepted", "accepted", "refused"]);
    expect(codes[2]).toMatchObject(rateRefusal("pair_rate", 15_000));
  });
  it("asking for leases: out of the holder's own bucket alone", () => {
    let house = twoGroups;
    for (let index = 0; index < 15; index += 1)
      ({ after: house } = ask(house, acquire(even(index)), { sight, principal: claw() }));
    expect([...house.buckets.entries()].map(([key]) => key)).toEqual(["claw/default/dora"]);
    expect(ask(house, acquire("s96"), { sight, principal: claw() }).verdict).toMatchObject({
      code: "rate_limited",
    });
    const [leaseId = ""] = [...house.leases.entries()].map(([id]) => id);
    expect(ask(house, renew(leaseId), { sight, principal: claw() }).verdict.decision).toBe("accepted");
  });
  it("interrupts never: not while everything else is, and they cost nothing", () => {
    const { house } = atOnce({ principal: claw() }, even);
    const first = send("s90");
    const busy = ask(house, first, { sight, principal: operator }).after;
    const running = active("s90", "T1", { commandIds: [first.commandId] });
    let current = busy;
    let done: readonly OutcomeSight[] = [];
    for (let index = 0; index < 100; index += 1) {
      const command = interrupt("s90");
      const seen = sightOf([{ ...running, outcomes: done }]);
      const { verdict, after } = ask(current, command, { sight: seen, principal: claw() });
      expect(verdict.decision).toBe("accepted");
      done = [{ commandId: command.commandId, outcome: "failed", turnId: null }];
      current = after;
    }
    expect([...current.buckets.entries()]).toEqual([...busy.buckets.entries()]);
  });
  it("a limit that policy.set changed holds at once, and its default again after null", () => {
    const two = houseWith(twoGroups, sight, [setLimit("claw_burst", 2), {}]);
    expect(atOnce({ principal: claw() }, even, two).count).toBe(2);
    expect(limitOf(houseWith(two, sight, [setLimit("claw_burst", null), {}]), "claw_burst")).toBe(15);
    const none = houseWith(twoGroups, sight, [setLimit("claw_rate", 0), {}]);
    expect(atOnce({ principal: claw() }, even, none)).toMatchObject({
      count: 0,
      verdict: rateRefusal("claw_rate", null),
    });
  });
  it("every limit can be set to its least and its most", () => {
    for (const name of limitNames)
      for (const value of [limits[name].min, limits[name].max])
        expect(limitOf(houseWith(twoGroups, sight, [setLimit(name, value), {}]), name)).toBe(value);
  });
});

describe("fairness: one of a hundred asks a hundred times as often", () => {
  const jain = (counts: readonly number[]): number =>
    counts.reduce((sum, count) => sum + count, 0) ** 2 /
    (counts.length * counts.reduce((sum, count) => sum + count ** 2, 0));
  /** Each origin writes to a session of its own for ten minutes, three times a minute; ten hosts, each with a group. */
  function flooded(muteRefusals: number): readonly number[] {
    const hosts = Array.from({ length: 10 }, (_, index) =>
      hostAdd(`h${index}`, `t${index}`, { group: `g${index}` as GroupId }),
    );
    const rows = new Map<string, SessionSight>();
    const sight = { ...sightOf([]), session: (id: string) => rows.get(id) ?? null };
    let house = houseWith(houseAfter(...hosts, grant("send")), sight, [
      setLimit("mute_refusals", muteRefusals),
      {},
    ]);
    const counts = Array.from({ length: 100 }, () => 0);
    const asks: { readonly at: number; readonly origin: number }[] = [];
    for (let round = 0; round < 30; round += 1)
      for (let origin = 0; origin < 100; origin += 1)
        for (let more = 0; more < (origin === 0 ? 100 : 1); more += 1)
          asks.push({ at: AT + round * 20_000 + origin * 200 + more * 199, origin });
    asks.sort((one, other) => one.at - other.at);
    for (const [index, { at, origin }] of asks.entries()) {
      const hostId = `h${origin % 10}` as never;
      // A new person's turn each time: what is measured is the rate, not the budget of one cause.
      rows.set(`o${origin}`, { ...active(`o${origin}`, `T${index}`, { hasPerson: true }), hostId });
      if (!rows.has(`x${origin}`)) rows.set(`x${origin}`, session(`x${origin}`, { hostId }));
      const command = send(`x${origin}`);
      const { verdict, after } = ask(house, command, { sight, at, ...asSession(`o${origin}`) });
      house = after;
      if (verdict.decision !== "accepted") continue;
      counts[origin] = (counts[origin] ?? 0) + 1;
      const outcome = { commandId: command.commandId, outcome: "succeeded", turnId: null } as const;
      rows.set(`x${origin}`, session(`x${origin}`, { hostId, outcomes: [outcome] }));
    }
    return counts;
  }
  it.each([
    ["muted", 5],
    ["never muted", 1_000],
  ])("Jain's index stays above 0.9 where the flood is %s", (_what, muteRefusals) => {
    const counts = flooded(muteRefusals);
    expect(Math.min(...counts.slice(1))).toBe(30);
    expect(jain(counts)).toBeGreaterThanOrEqual(0.9);
  });
});
