/** What readers may believe of runtimes that were registered (ADR 0014, X1-013). */
import { DECIDED } from "@claw/events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lifecycleOfRuntime, presentRuntime, type RuntimeRow, RuntimeView } from "../src/index.ts";
import { facts, type More, registered } from "./registering.ts";
import { after, AT, inLane, policyFact, type Step } from "./acting.ts";
import { testScale } from "./given.ts";

const updated = (revision: number, changes: More): Step =>
  policyFact("runtime.updated", { runtimeId: "r1", revision, changes });
const runtime = (...steps: readonly Step[]): RuntimeRow | null => after(...steps).runtime("r1");
const at = (n: number): number => AT + n * 1_000;

describe("a registered runtime", () => {
  test("is as it was registered, until it is changed; what a change leaves out stays", () => {
    const row = runtime(registered(1), updated(2, { vnc: true, owner: null }));
    expect(row).toEqual({
      ...facts,
      runtimeId: "r1",
      revision: 2,
      vnc: true,
      owner: null,
      registeredAt: at(0),
      updatedAt: at(1),
      endedAt: null,
      factCount: 2,
      lastFactType: "runtime.updated",
    });
  });

  test.each([
    ["an update before there is one", [updated(2, { vnc: true })], null],
    ["an update of a revision that is there already", [registered(2), updated(2, { vnc: true })], [2, false]],
    [
      "a registration of a revision that is there already",
      [registered(2), registered(2, { vnc: true })],
      [2, false],
    ],
    ["an older registration", [registered(2), registered(1, { vnc: true })], [2, false]],
    [
      "what another lane says",
      [registered(1), inLane("session/s1" as typeof DECIDED, updated(2, { vnc: true }))],
      [1, false],
    ],
  ] as const)("is not changed by %s", (_title, steps, expected) => {
    const row = runtime(...steps);
    expect(row === null ? null : [row.revision, row.vnc]).toEqual(expected);
  });

  const ends: readonly (readonly [
    title: string,
    steps: readonly Step[],
    word: string,
    endedAt: number | null,
  ])[] = [
    [
      "stopped stays, whatever is said later",
      [registered(1), updated(2, { status: "stopped" }), updated(3, { status: "ready" })],
      "stopped",
      at(1),
    ],
    [
      "failed goes before stopped, also later",
      [registered(1), updated(2, { status: "stopped" }), updated(3, { status: "failed" })],
      "failed",
      at(1),
    ],
    [
      "failed stays, also when it says stopped",
      [registered(1), updated(2, { status: "failed" }), updated(3, { status: "stopped" })],
      "failed",
      at(1),
    ],
    [
      "a lease that ran out cannot be renewed",
      [registered(1, { leaseUntil: at(1) }), updated(2, { leaseUntil: at(99) })],
      "expired",
      null,
    ],
    [
      "a lease is renewed while it lasts",
      [registered(1, { leaseUntil: at(2) }), updated(2, { leaseUntil: at(99) })],
      "ready",
      null,
    ],
    [
      "expired goes before stopped",
      [registered(1, { leaseUntil: at(1) }), updated(2, { status: "stopped" })],
      "expired",
      null,
    ],
    [
      "failed goes before expired, also later",
      [registered(1, { leaseUntil: at(1) }), updated(2, { status: "failed" })],
      "failed",
      at(1),
    ],
    [
      "a later registration begins anew",
      [registered(1), updated(2, { status: "failed" }), registered(3)],
      "ready",
      null,
    ],
    ["also one that ends at once", [registered(1, { status: "failed" })], "failed", at(0)],
  ];
  test.each(ends)("X1-013 %s", (_title, steps, word, endedAt) => {
    const row = runtime(...steps);
    if (row === null) throw new Error("no runtime");
    expect(lifecycleOfRuntime(row, at(10))).toBe(word);
    expect(row.endedAt).toBe(endedAt);
    const shown = RuntimeView.strict().parse(presentRuntime(row, at(10)));
    expect([shown.status, shown.leaseId !== null]).toEqual([word, word === "ready"]);
  });

  test("X1-013 an end is for ever, whatever is said after it and in whatever order", () => {
    const rank = (word: string): number => ["stopped", "expired", "failed"].indexOf(word);
    const change = fc.record(
      {
        status: fc.constantFrom("ready", "attached", "stopped", "failed", "provisioning"),
        leaseUntil: fc.constantFrom(null, at(2), at(4), at(50)),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
        const steps = [registered(1), ...changes.map((more, n) => updated(n + 2, more as unknown as More))];
        let before = -1;
        for (let n = 1; n <= steps.length; n += 1) {
          const row = runtime(...steps.slice(0, n));
          const now = row === null ? -1 : rank(lifecycleOfRuntime(row, at(n - 1)));
          expect(now).toBeGreaterThanOrEqual(before);
          before = now;
        }
      }),
      { numRuns: 40 * testScale },
    );
  });
});
