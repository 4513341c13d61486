import fc from "fast-check";
import { expect, it } from "vitest";
import { type Breaker, CLOSED, count, tripped } from "../src/breaker.ts";

/** Counts entries; true is a quarantined one. Each takes `stepMs`. */
const after = (entries: readonly boolean[], stepMs: number): Breaker =>
  entries.reduce((breaker, isQuarantined, n) => count(breaker, isQuarantined, n * stepMs), CLOSED);

it("trips on more than 20 in a minute, and not on 20", () => {
  const spread = (poison: number) => Array.from({ length: poison * 100 }, (_, n) => n % 100 === 99);
  expect(tripped(after(spread(20), 1), true, 2_000)).toBeNull();
  expect(tripped(after(spread(21), 1), true, 2_100)).toContain("21 entries of the last minute");
  expect(tripped(after(spread(21), 1), false, 2_100)).toBeNull();
  expect(tripped(after(spread(21), 1), true, 120_000)).toBeNull();
});

it("trips on more than 1 % of the last 1,000, and not on 1 %", () => {
  const dense = (poison: number) => Array.from({ length: 1_000 }, (_, n) => n >= 1_000 - poison);
  expect(tripped(after(dense(10), 60_000), true, 60_000_000)).toBeNull();
  expect(tripped(after(dense(11), 60_000), true, 60_000_000)).toContain("11 of the last 1000");
});

it("remembers no more than what can still count, and answers as if it remembered all", () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 1_500 }),
      fc.integer({ min: 1, max: 5_000 }),
      (entries, stepMs) => {
        const breaker = after(entries, stepMs);
        const inWindow = entries.slice(-1_000).filter(Boolean).length;
        expect(tripped(breaker, false, 0) === null).toBe(inWindow <= 10);
        const minute = Math.ceil(60_000 / stepMs);
        expect(breaker.marks.length).toBeLessThanOrEqual(Math.max(1_000, minute));
      },
    ),
  );
});
