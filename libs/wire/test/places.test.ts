/** Places at the gate: never more than there are, never more than one caller's share, and all of them come back. */
import type { Principal } from "@claw/events";
import fc from "fast-check";
import { expect, it } from "vitest";
import { callerOf, makePlaces } from "../src/index.ts";

it("are bounded in all and for each caller, and who is within both finds one", () => {
  const act = fc.record({ caller: fc.constantFrom("a", "b", "c", "d"), isLeaving: fc.boolean() });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const places = makePlaces({ most: 7, each: 3 });
      const held: { caller: string; leave: () => void }[] = [];
      for (const { caller, isLeaving } of acts) {
        const own = held.filter((one) => one.caller === caller);
        if (isLeaving) {
          const [gone] = own;
          if (gone === undefined) continue;
          gone.leave();
          held.splice(held.indexOf(gone), 1);
        } else {
          const place = places.take(caller);
          const expected = held.length >= 7 ? "all taken" : own.length >= 3 ? "own taken" : "taken";
          expect(typeof place === "string" ? place : "taken").toBe(expected);
          if (typeof place !== "string") held.push({ caller, leave: place.leave });
        }
        expect(places.taken()).toBe(held.length);
      }
    }),
  );
});

it("two Claws of one name in two groups are two callers, and no name is taken for another's", () => {
  const callers: readonly Principal[] = [
    { kind: "claw", name: "a", role: "claw", group: "g1" as never },
    { kind: "claw", name: "a", role: "claw", group: "g2" as never },
    { kind: "claw", name: "a", role: "claw" },
    { kind: "claw", name: "g1/a", role: "claw" },
    { kind: "person", name: "a", role: "admin" },
    { kind: "person", name: "a", role: "viewer" },
  ];
  expect(new Set(callers.map(callerOf)).size).toBe(callers.length);
});
