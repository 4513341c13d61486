import fc from "fast-check";
import { expect, test } from "vitest";
import { walk } from "../src/index.ts";

const limits = { depth: 4, nodes: 20, stringBytes: 10, totalBytes: 60 };

test.each([
  ["an honest value", { a: [1, "two", null, true] }, null],
  ["one level too deep", [[[[["x"]]]]], "too_deep"],
  ["too many members", Array.from({ length: 21 }, () => 0), "too_many_nodes"],
  ["a long string", { a: "12345678901" }, "string_too_long"],
  ["a long key", { ["k".repeat(11)]: 1 }, "string_too_long"],
  ["many strings that are large together", Array.from({ length: 8 }, () => "12345678"), "too_large"],
  ["a prototype key", JSON.parse('{"a":{"__proto__":{"isAdmin":true}}}'), "forbidden_key"],
  ["a constructor key", JSON.parse('{"constructor":1}'), "forbidden_key"],
  ["half of a character in a key", JSON.parse('{"a":{"\\ud800":1,"\\ufffd":2}}'), "forbidden_key"],
  ["a number that is none", [Number.POSITIVE_INFINITY], "not_json"],
  ["a function", { f: () => 1 }, "not_json"],
])("%s is %s", (_name, value, code) => {
  expect(walk(value, limits)?.code ?? null).toBe(code);
});

test("W-19 a value nested 200,000 deep is refused without touching the stack", () => {
  const deep: unknown = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`);
  expect(walk(deep)).toEqual({ code: "too_deep", limit: 32 });
});

test("it never throws, whatever the value", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (value) => {
      walk(value, limits);
      expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
    }),
  );
});
