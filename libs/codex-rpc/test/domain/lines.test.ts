import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { makeLineCutter } from "../../src/domain/lines.ts";

describe("the line cutter", () => {
  it("N1-040: gives the same lines however the stream is cut", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, ""));
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (lines, steps) => {
          const stream = Buffer.from(lines.map((text) => `${text}\n`).join(""));
          const cutter = makeLineCutter(1_000);
          const got: string[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn += 1) {
            const to = at + (steps[turn % steps.length] ?? 1);
            const cut = cutter.push(stream.subarray(at, to));
            if (cut !== "too_long") got.push(...cut.map((bytes) => Buffer.from(bytes).toString()));
            at = to;
          }
          expect(got).toEqual(lines.filter((text) => text !== ""));
        },
      ),
    );
  });

  it("W-19: refuses a line over the limit before it has ended, and one that ends in the same chunk", () => {
    const cutter = makeLineCutter(8);
    expect(cutter.push(Buffer.from("12345678"))).toEqual([]);
    expect(cutter.push(Buffer.from("9"))).toBe("too_long");
    expect(makeLineCutter(8).push(Buffer.from("123456789\n"))).toBe("too_long");
    expect(makeLineCutter(8).push(Buffer.from("12345678\n"))).toHaveLength(1);
  });

  it("leaves out a carriage return", () => {
    expect(makeLineCutter(8).push(Buffer.from("{}\r\n\r\n"))).toEqual(
      [new Uint8Array(Buffer.from("{}"))].map((b) => Buffer.from(b)),
    );
  });
});
