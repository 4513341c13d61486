import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { makeCorrelator } from "../../src/domain/correlate.ts";
import type { RequestId } from "../../src/domain/framing.ts";

type Step = readonly ["open" | "settle" | "abandon" | "forge" | "drain", number];
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom("open" as const, "settle" as const, "abandon" as const, "forge" as const, "drain" as const),
  fc.nat(30),
);

describe("the correlator", () => {
  it("N1-040: gives each ticket back at most once, and never to a reply that is not its own", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.constantFrom("integer", "string"), (steps, ids) => {
        const calls = makeCorrelator<number>({ inflight: 8, ids });
        const opened: RequestId[] = [];
        const open = new Set<number>();
        for (const [verb, pick] of steps) {
          const id = opened[pick % Math.max(1, opened.length)];
          if (verb === "open") {
            const fresh = calls.open(opened.length);
            expect(fresh === null).toBe(open.size === 8);
            if (fresh !== null) open.add(opened.push(fresh) - 1);
          } else if (verb === "settle" && id !== undefined) {
            const match = calls.settle(id);
            const at = opened.indexOf(id);
            expect(match).toEqual(open.delete(at) ? { kind: "ticket", ticket: at } : { kind: "late" });
          } else if (verb === "abandon" && id !== undefined) {
            calls.abandon(id);
            open.delete(opened.indexOf(id));
          } else if (verb === "forge" && id !== undefined) {
            const forged = typeof id === "number" ? String(id) : Number(id.slice(1));
            expect(calls.settle(forged)).toEqual({ kind: "unknown" });
          } else if (verb === "drain") {
            expect(calls.drain()).toEqual([...open]);
            open.clear();
          }
          expect(calls.size()).toBe(open.size);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("remembers a bounded number of ended calls", () => {
    const calls = makeCorrelator<null>({ inflight: 1, ids: "integer" });
    for (let at = 0; at < 2_000; at += 1) calls.abandon(calls.open(null) ?? 0);
    expect(calls.settle(2_000)).toEqual({ kind: "late" });
    expect(calls.settle(1)).toEqual({ kind: "unknown" });
  });
});
