/** Time, figures and foreign text as pages show them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ageOf, clockOf, msOf } from "../src/words/age.ts";
import { counted, figure, roughly } from "../src/words/figures.ts";
import { initials, notShown, oneLine, plain, shortId } from "../src/words/safe.ts";
import { titleOf } from "../src/words/title.ts";

const NBSP = "\u00a0";

describe("ages", () => {
  test.each([
    [-5, "0 s"],
    [999, "0 s"],
    [48_000, "48 s"],
    [60_000, "1 m"],
    [260_000, "4 m 20 s"],
    [600_000, "10 m"],
    [26 * 60_000 + 59_000, "26 m"],
    [2 * 3_600_000, "2 h"],
    [24 * 3_600_000, "1 d"],
    [50 * 3_600_000, "2 d"],
  ])("%i ms is %s, with spaces that do not break", (ms, said) => {
    expect(ageOf(ms)).toBe(said.replaceAll(" ", NBSP));
  });

  test("a moment is told in UTC, and what is no time is none", () => {
    expect(clockOf(Date.UTC(2026, 10, 21, 14, 32, 7))).toBe("14:32:07");
    expect(msOf("2026-11-21T14:32:07.000Z")).toBe(Date.UTC(2026, 10, 21, 14, 32, 7));
    expect([msOf(null), msOf(undefined), msOf("soon")]).toEqual([null, null, null]);
  });
});

test("figures: thousands apart, and large ones by their size", () => {
  expect([figure(1_284_771), roughly(412_000), roughly(5_660_000), roughly(9_999)]).toEqual([
    "1,284,771",
    `412${NBSP}k`,
    `5.66${NBSP}M`,
    "9,999",
  ]);
  expect([counted(1, "session"), counted(2, "session"), counted(2, "entry", "entries")]).toEqual([
    "1 session",
    "2 sessions",
    "2 entries",
  ]);
});

describe("X1-021 text of hosts and models", () => {
  test("loses what turns or hides the text around it, and keeps its words", () => {
    expect(plain("rm \u202e-rf\u2066 /\u0007tmp\u200b")).toBe("rm -rf /tmp");
    expect(plain("two\nlines\tand a tab")).toBe("two\nlines\tand a tab");
    expect(oneLine("  two\n lines ")).toBe("two lines");
  });

  test("what is not shown of it is said, so that nobody decides by a part", () => {
    expect(notShown("git push\nnow")).toBeNull();
    expect(notShown("rm \u202e-rf\u2066")).toBe("Not shown: 2 characters that cannot be seen.");
    expect(notShown("abcdef", 4)).toBe("Not shown: the last 2 letters.");
    expect(notShown("abc\u200bdef", 4)).toBe(
      "Not shown: 1 characters that cannot be seen and the last 2 letters.",
    );
  });

  test("never grows, is capped, and says so", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (text, max) => {
          const shown = plain(text, max);
          expect(shown.length).toBeLessThanOrEqual(max + 1);
          // oxlint-disable-next-line no-control-regex -- what must not be there
          expect(shown).not.toMatch(/[\u0000-\u0008\u202a-\u202e\u2066-\u2069]/);
          if (shown.length > max) expect(shown.endsWith("…")).toBe(true);
        },
      ),
    );
  });
});

test("a session is called by its name, else its purpose, else how it began, else its id", () => {
  const session = {
    sessionId: "01a1fae8-7c3e-7d02-9b1f-4e60c1a2d9f7",
    name: null,
    purpose: null,
    preview: null,
  };
  expect(titleOf(session)).toBe("Session a2d9f7");
  expect(titleOf({ ...session, preview: "Fix\nthe build" })).toBe("Fix the build");
  expect(titleOf({ ...session, preview: "Fix the build", purpose: "CI" })).toBe("CI");
  expect(titleOf({ ...session, name: "  ", purpose: "CI" })).toBe("CI");
  expect(shortId("short")).toBe("short");
});

test("a person's mark has two letters", () => {
  expect(["Mara Lindqvist", "unix:mara@fra-01", "mara", ""].map(initials)).toEqual(["ML", "MA", "MA", "?"]);
});
