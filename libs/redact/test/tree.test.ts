import * as fc from "fast-check";
import type { Json } from "@claw/redact";
import { secretFormats, seededRng } from "@claw/redact/formats";
import { describe, expect, it } from "vitest";
import { leaks, redactor, scale } from "./support.ts";

const MARK = /^‹redacted:[a-z0-9-]+:h=[0-9a-f]{4}›$/;
const at = (value: Json, key: string): Json | undefined => (value as Record<string, Json>)[key];

describe("tree (X1-022, N1-043)", () => {
  it.each([
    "password",
    "clientSecret",
    "api-key",
    "refresh_token",
    "Authorization",
    "set-cookie",
    "PGPASSWORD",
  ])("takes the value under %s out, whatever its shape", (key) => {
    expect(at(redactor.tree({ [key]: "short" }).value, key)).toMatch(MARK);
    expect(at(redactor.tree({ [key]: 12_345_678 }).value, key)).toMatch(MARK);
    expect(JSON.stringify(redactor.tree({ [key]: { deep: ["plain", { er: "words" }] } }).value)).not.toMatch(
      /plain|words/,
    );
  });

  it("takes out the values of header lists and of cookie objects", () => {
    const list = redactor.tree([
      { name: "Authorization", value: "abc" },
      { name: "Accept", value: "text/html" },
    ]);
    expect(list.value).toEqual([
      { name: "Authorization", value: expect.stringMatching(MARK) },
      { name: "Accept", value: "text/html" },
    ]);
    expect(redactor.tree({ cookies: { theme: "dark" } }).value).toEqual({
      cookies: { theme: expect.stringMatching(MARK) },
    });
  });

  it("leaves counters, paging tokens and empty fields alone", () => {
    const value = {
      tokenUsage: { total: 5 },
      max_tokens: 100,
      nextPageToken: "abc",
      token: null,
      secret: "",
      ok: true,
    };
    expect(redactor.tree(value)).toEqual({ value, count: 0, kinds: {} });
  });

  it("redacts keys, and loses no value when two keys become one mark", () => {
    const rng = seededRng(1);
    const key = secretFormats[2]?.make(rng) ?? "";
    const { value } = redactor.tree({ [key]: 1, [`${key} `]: 2, plain: 3 });
    expect(Object.keys(value as object)).toHaveLength(3);
    expect(leaks(JSON.stringify(value), key)).toBe(false);
  });

  it("treats __proto__ as data and pollutes nothing", () => {
    const source = JSON.parse(
      '{"__proto__":{"isAdmin":true},"a":{"constructor":{"prototype":{"x":1}}}}',
    ) as Json;
    const { value } = redactor.tree(source);
    expect(JSON.stringify(value)).toBe(JSON.stringify(source));
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
  });

  it("walks a tree 200,000 levels deep", () => {
    const depth = 200_000;
    const { value } = redactor.tree(JSON.parse("[".repeat(depth) + "]".repeat(depth)) as Json);
    let levels = 0;
    for (let node: Json | undefined = value; Array.isArray(node); node = (node as readonly Json[])[0])
      levels += 1;
    expect(levels).toBe(depth);
  });

  it("copies harmless JSON as it is, leaves its source alone, and is idempotent", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const source = json as Json;
        const before = JSON.stringify(source);
        const once = redactor.tree(source);
        expect(JSON.stringify(source)).toBe(before);
        if (once.count === 0) expect(JSON.stringify(once.value)).toBe(before);
        expect(redactor.tree(once.value)).toEqual({ value: once.value, count: 0, kinds: {} });
      }),
      { numRuns: 500 * scale },
    );
  });

  it("is not fooled by a value that is dressed as a mark", () => {
    for (const value of [
      "‹redacted:hunter2›",
      "‹redacted:jwt:h=12ab› hunter2",
      "‹redacted:hunter2:h=12ab›",
    ]) {
      expect(JSON.stringify(redactor.tree({ password: value }).value)).not.toContain("hunter2");
    }
    const mark = "‹redacted:jwt:h=12ab›";
    expect(redactor.tree({ password: mark }).value).toEqual({ password: mark });
  });

  it("counts what it took out, by kind", () => {
    const rng = seededRng(2);
    const text = secretFormats.find(({ name }) => name === "npm")?.make(rng) ?? "";
    expect(redactor.tree({ a: text, b: [text], password: "x1" })).toMatchObject({
      count: 3,
      kinds: { "npm-token": 2, "secret-field": 1 },
    });
  });
});
