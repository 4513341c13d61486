import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { skewOf } from "../src/index.ts";

describe("versions of connector and supervisor (N1-039)", () => {
  it.each([
    ["0.1.0", "0.1.0"],
    ["0.1.0", "0.1.9"],
    ["1.4.2", "1.3.0"],
    ["1.4.2", "1.5.7"],
    ["1.4", "v1.5.0-rc.1"],
    ["1.4.2+build.7", "1.3.0"],
    ["1.0.0", "1.1.0"],
  ])("supervisor %s and connector %s fit", (house, connector) => {
    expect(skewOf(house, connector)).toEqual({ verdict: "fits" });
  });

  it.each([
    ["1.4.2", "1.6.0", "The connector is 1.6, the supervisor 1.4: update the supervisor first."],
    ["1.4.2", "1.2.9", "The connector is 1.2, the supervisor 1.4: update the connector."],
    ["1.4.2", "2.4.2", "The connector is 2.4, the supervisor 1.4: update the supervisor first."],
    ["2.0.0", "1.9.0", "The connector is 1.9, the supervisor 2.0: update the connector."],
    ["0.9.0", "1.0.0", "The connector is 1.0, the supervisor 0.9: update the supervisor first."],
    ["1.9.0", "1.10.0-dev", null],
    ["1.9.0", "1.11.0", "The connector is 1.11, the supervisor 1.9: update the supervisor first."],
  ])("supervisor %s and connector %s: %s", (house, connector, sentence) => {
    expect(skewOf(house, connector)).toEqual(
      sentence === null ? { verdict: "fits" } : { verdict: "too_far", sentence },
    );
  });

  it.each([
    ["0.1.0", "dev"],
    ["0.1.0", "1"],
    ["checkout", "0.1.0"],
    ["0.1.0", "0.1.0 <script>"],
    ["0.1.0", "9999999.1.0"],
    ["0.1.0", ""],
  ])("supervisor %s and connector %s are not compared, and that is said", (house, connector) => {
    expect(skewOf(house, connector).verdict).toBe("unreadable");
  });

  it("is the same from both sides, but for who has to be updated", () => {
    const version = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 5 })).map((parts) => `${parts.join(".")}.0`);
    fc.assert(
      fc.property(version, version, (one, other) => {
        expect(skewOf(one, other).verdict).toBe(skewOf(other, one).verdict);
      }),
    );
  });
});
