import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { backoffMs, defaultBackoff } from "../../src/domain/backoff.ts";

describe("backoffMs", () => {
  it("N1-040: stays below an exponential ceiling and below the cap", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.nat(100), random, (attempt, chance) => {
        const wait = backoffMs(defaultBackoff, attempt, chance);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThan(Math.min(defaultBackoff.capMs, defaultBackoff.baseMs * 2 ** attempt));
      }),
    );
  });

  it("uses the whole range, so that a crowd spreads", () => {
    expect(backoffMs(defaultBackoff, 0, 0)).toBe(0);
    expect(backoffMs(defaultBackoff, 50, 0.9999)).toBeGreaterThan(4_990);
  });
});
