/** The house as a fold of the decided lane: bounded, the same for everybody who folds it, and its tokens only grow. */
import type { Event } from "@claw/events";
import { decidedEvent } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyHouse, evolve, type House, MAX_RECENT } from "../src/domain/house.ts";
import { Keyed } from "../src/domain/keyed.ts";
import { compareTokens } from "@claw/events";
import { AT, fold } from "./given.ts";
import {
  acquire,
  ask,
  cid,
  claw,
  houseWith,
  operator,
  send,
  session,
  setLimit,
  sid,
  sightOf,
  twoGroups,
} from "./given-writes.ts";

const HOUR = 3_600_000;
const sight = sightOf(Array.from({ length: 40 }, (_, index) => session(`s${index}`)));
/** What a house holds, as plain data. */
const plain = (house: House): unknown =>
  Object.fromEntries(
    Object.entries(house).map(([name, value]) => [
      name,
      value instanceof Keyed ? [...value.entries()].sort(([one], [other]) => (one < other ? -1 : 1)) : value,
    ]),
  );

describe("sweeping", () => {
  const busy = houseWith(
    twoGroups,
    sight,
    ...Array.from({ length: 20 }, (_, index) => [send(`s${index}`), { principal: operator }] as const),
    [send("s30", { deadlineMs: 1_000 }), { principal: claw() }],
  );
  const sizes = ({ desks, commands, roots, buckets, tempers }: House) =>
    [desks, commands, roots, buckets, tempers].map(({ size }) => size);
  const later = (ms: number, house = busy) => ask(house, setLimit("hops", 4), { at: AT + ms, sight }).after;

  it("keeps what a cause may still come back to, and lets full buckets go", () => {
    expect(sizes(busy)).toEqual([21, 21, 21, 5, 0]);
    expect(sizes(later(2 * HOUR))).toEqual([21, 21, 21, 0, 0]);
  });
  it("lets everything go that nothing can come back to", () =>
    expect(sizes(later(3 * HOUR))).toEqual([0, 0, 0, 0, 0]));
  it("keeps it longer where causes may go on longer", () => {
    const longer = houseWith(busy, sight, [setLimit("root_wall_ms", 5 * HOUR), {}]);
    expect(sizes(later(4 * HOUR, longer))).toEqual([21, 21, 21, 0, 0]);
  });
  it("keeps leases that are not over, and their desks", () => {
    const leased = houseWith(busy, sight, [acquire("s35"), { principal: operator }]);
    const after = later(5 * HOUR, leased);
    expect([after.leases.size, after.desks.size]).toEqual([1, 1]);
  });
  it("tokens only grow all the same: a session that was swept out goes on above every one of them", () => {
    const after = later(3 * HOUR);
    expect(after.counterFloor).toBe(1);
    const { events } = ask(after, acquire("s0"), {
      principal: operator,
      sight,
      at: AT + 3 * HOUR,
      generation: 1,
    });
    expect(events).toMatchObject([{}, { data: { token: { generation: 1, counter: 2 } } }]);
  });
  it("goes on after a clock that jumped, either way", () => {
    const ahead = later(1_000 * HOUR);
    const back = houseWith(ahead, sight, [send("s1"), { principal: operator, at: AT + 10 * HOUR }]);
    expect(back.commands.size).toBe(1);
    expect(later(14 * HOUR, back).commands.size).toBe(0);
  });
  it("is not done by what the leader says by itself: what is due beside it stays", () => {
    const commandId = [...busy.commands.entries()].map(([id]) => id)[0] ?? cid("");
    const data = { commandId, deadlineAt: AT };
    const after = fold([{ type: "command.overdue", at: AT + 9 * HOUR, data, body: null }], busy);
    expect(sizes(after)).toEqual(sizes(busy));
    expect(after.commands.get(commandId)?.isOverdue).toBe(true);
  });
  it("remembers no more than MAX_RECENT sends of a session", () => {
    let house = houseWith(twoGroups, sight, [setLimit("person_burst", 1_000), {}]);
    for (let index = 0; index < MAX_RECENT + 10; index += 1) {
      const at = AT + index * 40_000;
      ({ after: house } = ask(house, send("s1", { deadlineMs: 1_000 }), { principal: operator, sight, at }));
    }
    expect(house.desks.get(sid("s1"))?.recent).toHaveLength(MAX_RECENT);
  });
});

describe("laws", () => {
  const events: fc.Arbitrary<readonly Event[]> = fc.array(decidedEvent, { maxLength: 60 });
  it("the fold is total, and changes no house that went before", () =>
    fc.assert(
      fc.property(events, (some) => {
        const houses = [emptyHouse];
        const seen = [JSON.stringify(plain(emptyHouse))];
        for (const event of some) {
          const house = evolve(houses.at(-1) ?? emptyHouse, event);
          houses.push(house);
          seen.push(JSON.stringify(plain(house)));
        }
        expect(houses.map((house) => JSON.stringify(plain(house)))).toEqual(seen);
      }),
      { numRuns: 200 },
    ));
  it("no event takes a session's token back, and every lease is on its desk", () =>
    fc.assert(
      fc.property(events, (some) => {
        let house = emptyHouse;
        for (const event of some) {
          const after = evolve(house, event);
          for (const [id, { token }] of house.desks.entries()) {
            const now = after.desks.get(id)?.token ?? null;
            if (token !== null && after.desks.has(id))
              expect(now !== null && compareTokens(now, token) >= 0).toBe(true);
          }
          for (const [leaseId, sessionId] of after.leases.entries())
            expect(after.desks.get(sessionId)?.lease?.leaseId).toBe(leaseId);
          house = after;
        }
      }),
      { numRuns: 300 },
    ));
});

describe("a keyed map", () => {
  it("is a map that leaves the old one as it was", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.option(fc.nat(9)))), (steps) => {
        let keyed = Keyed.empty<string, number>();
        const map = new Map<string, number>();
        for (const [key, value] of steps) {
          const before = keyed;
          const was = JSON.stringify([...before.entries()]);
          keyed = value === null ? keyed.delete(key) : keyed.set(key, value);
          if (value === null) map.delete(key);
          else map.set(key, value);
          expect(JSON.stringify([...before.entries()])).toBe(was);
        }
        const sorted = (entries: Iterable<readonly [string, number]>) =>
          [...entries].sort(([one], [other]) => (one < other ? -1 : 1));
        expect(sorted(keyed.entries())).toEqual(sorted(map));
        expect(keyed.size).toBe(map.size);
        const even = keyed.filter((value) => value % 2 === 0);
        expect(sorted(even.entries())).toEqual(sorted([...map].filter(([, value]) => value % 2 === 0)));
        expect(even.size).toBe([...map.values()].filter((value) => value % 2 === 0).length);
      }),
    ));
});
