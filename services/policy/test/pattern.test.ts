/** What a rule accepts by pattern, and which folder lies under which. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isUnder, resolved } from "../src/domain/folders.ts";
import { isLike } from "../src/domain/pattern.ts";
import { scaled } from "./scale.ts";

/** As slow as it is plain: what each `*` may stand for is tried. */
function isLikeSlowly(text: string, pattern: string): boolean {
  if (pattern === "") return text === "";
  const rest = pattern.slice(1);
  if (pattern.startsWith("*"))
    return isLikeSlowly(text, rest) || (text !== "" && isLikeSlowly(text.slice(1), pattern));
  return text.startsWith(pattern.charAt(0)) && isLikeSlowly(text.slice(1), rest);
}

describe("a pattern", () => {
  it.each([
    ["npm test", "npm test", true],
    ["npm test", "npm *", true],
    ["npm test", "npm", false],
    ["npm test", "*test", true],
    ["npm test\nrm -rf /", "npm test", false],
    ["aXbXc", "a*b*c", true],
    ["abc", "a*bc*c", false],
    ["", "*", true],
    ["", "", true],
    ["x", "", false],
    ["a.c", "a.c", true],
    ["abc", "a.c", false],
    ["[x]", "[x]", true],
  ])("%j like %j: %s", (text, pattern, expected) => expect(isLike(text, pattern)).toBe(expected));

  it("is what trying everything says", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 9 }),
        fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 }),
        (text, pattern) => {
          expect(isLike(text, pattern)).toBe(isLikeSlowly(text, pattern));
        },
      ),
      { numRuns: scaled(10_000) },
    ));

  it("takes no time that could be used against the house", () => {
    // By the processor's clock, and the least of several: what else the machine does is no part of it.
    const took = Array.from({ length: 5 }, () => {
      const began = process.threadCpuUsage();
      expect(isLike("a".repeat(4_096), "*a".repeat(500) + "*b")).toBe(false);
      return process.threadCpuUsage(began).user / 1_000;
    });
    expect(Math.min(...took)).toBeLessThan(200);
  });
});

describe("a folder under another, by its name", () => {
  it.each([
    ["/srv", "/srv", true],
    ["/srv", "/srv/app", true],
    ["/srv/", "/srv//app/.", true],
    ["/srv", "/srvx", false],
    ["/srv", "/srv/../etc", false],
    ["/srv", "/srv/a/../../srv/b", true],
    ["/", "/etc", true],
    ["/srv/app", "/srv", false],
    ["srv", "/srv", false],
    ["/srv", "srv/app", false],
  ])("%s holds %s: %s", (root, path, expected) => expect(isUnder(root, path)).toBe(expected));
  it("never climbs above the root", () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "..", ".", "")), (parts) => {
        const path = resolved(`/${parts.join("/")}`) ?? "";
        expect(path.startsWith("/")).toBe(true);
        expect(path.split("/")).not.toContain("..");
      }),
    ));
});
