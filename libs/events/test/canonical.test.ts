import fc from "fast-check";
import { expect, test } from "vitest";
import { canonical, type Json } from "../src/index.ts";

const shuffled = (value: Json, seed: number): Json => {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((member: Json) => shuffled(member, seed));
  const entries = Object.entries(value as Record<string, Json>);
  const turn = entries.length === 0 ? 0 : seed % entries.length;
  return Object.fromEntries(
    [...entries.slice(turn), ...entries.slice(0, turn)].map(([k, v]) => [k, shuffled(v, seed)]),
  );
};

const json = fc.jsonValue().map((value) => value as Json);

test("N1-001 the order in which keys were made does not change the text", () => {
  fc.assert(
    fc.property(json, fc.nat(), (value, seed) => canonical(value) === canonical(shuffled(value, seed))),
  );
});

test("the text reads back as the same value, and writing it again changes nothing", () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonical(value);
      expect(canonical(JSON.parse(text) as Json)).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("a lone surrogate is made well-formed, so that bytes survive a round trip (E30)", () => {
  const text = canonical({ a: "x\ud800y" });
  expect(Buffer.from(text, "utf8").toString("utf8")).toBe(text);
});

test("a number that JSON has no word for is a defect of the caller", () => {
  expect(() => canonical({ a: Number.NaN })).toThrow(RangeError);
});

test("keys are written as JSON writes them, whether they are plain words or need escapes", () => {
  const key = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom('"', "\\", "a b", "\u2028", "", "x_1"));
  fc.assert(
    fc.property(key, (name) => {
      expect(canonical({ [name]: 1 })).toBe(JSON.stringify({ [name.toWellFormed()]: 1 }));
    }),
  );
});
