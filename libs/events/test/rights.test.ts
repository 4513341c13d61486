/** Which grant and which ruling counts: the narrowest that says something and has not ended (ADR 0013). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  grantKey,
  grantOver,
  type GrantPlace,
  type GrantReach,
  GrantScope,
  placesOver,
  QuestionKind,
  Right,
  rightOver,
  rulingKey,
  rulingOver,
} from "../src/index.ts";
import { scaled } from "./scale.ts";

const reach = { sessionId: "s1", hostId: "h1", group: "night" } as unknown as GrantReach;
const NOW = 1_800_000_000_000;

/** The places that count, others of the same scopes, and names that stand in the wrong scope. */
const place: fc.Arbitrary<GrantPlace> = fc.record({
  scope: fc.constantFrom(...GrantScope.options),
  id: fc.constantFrom("s1", "h1", "night", "s2", "h2", "day"),
});
const until = fc.constantFrom(null, NOW - 1, NOW, NOW + 1);
const grant = fc.record({
  place,
  right: fc.constantFrom(...Right.options),
  state: fc.constantFrom("open", "closed", null),
  until,
});
const ruling = fc.record({
  place,
  kind: fc.option(fc.constantFrom(...QuestionKind.options)),
  answer: fc.constantFrom("decline", "ask", "accept", null),
  until,
});

/** From what is said, without any key: the last word in each place, and of those the narrowest. */
const countsIn = (scope: GrantScope, { scope: of, id }: GrantPlace): boolean =>
  scope === of &&
  (scope === "global" || id === { session: "s1", host: "h1", group: "night" }[scope as "session"]);
const hasEnded = ({ until: end }: { readonly until: number | null }): boolean => end !== null && NOW >= end;

describe("the narrowest that says something counts", () => {
  it("S1-092 S1-093 of grants, against a naive model", () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 12 }), fc.constantFrom(...Right.options), (said, right) => {
        const filed = new Map(said.map((one) => [grantKey(one.right, one.place), one] as const));
        const expected = GrantScope.options
          .map((scope) => said.findLast((one) => one.right === right && countsIn(scope, one.place)))
          .find((one) => one !== undefined && one.state !== null && !hasEnded(one));
        expect(grantOver(filed, right, reach, NOW)).toBe(expected ?? null);
        expect(rightOver(filed, right, reach, NOW)).toBe(expected?.state ?? "closed");
      }),
      { numRuns: scaled(10_000) },
    );
  });

  it("N1-026 S1-094 S1-188 of rulings, and in one place that of the very kind", () => {
    fc.assert(
      fc.property(
        fc.array(ruling, { maxLength: 12 }),
        fc.constantFrom(...QuestionKind.options),
        (said, kind) => {
          const filed = new Map(said.map((one) => [rulingKey(one.kind, one.place), one] as const));
          const expected = GrantScope.options
            .flatMap((scope) =>
              [kind, null].map((of) => said.findLast((one) => one.kind === of && countsIn(scope, one.place))),
            )
            .find((one) => one !== undefined && one.answer !== null && !hasEnded(one));
          expect(rulingOver(filed, kind, reach, NOW)).toBe(expected ?? null);
        },
      ),
      { numRuns: scaled(10_000) },
    );
  });
});

it("a session is reached in four places, the narrowest first", () => {
  expect(placesOver(reach).map(({ scope, id }) => `${scope}:${id}`)).toEqual([
    "session:s1",
    "host:h1",
    "group:night",
    "global:null",
  ]);
});

it("what is global is filed once, whatever stands beside it", () => {
  expect(grantKey("send", { scope: "global", id: "x" })).toBe(
    grantKey("send", { scope: "global", id: null }),
  );
});
