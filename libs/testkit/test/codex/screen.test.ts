/** A terminal's screen, for tests that look at it. */
import { describe, expect, it } from "vitest";
import { makeScreen } from "../../src/codex/screen.ts";

const shown = (...bytes: readonly string[]): readonly string[] => {
  const screen = makeScreen(8, 4);
  for (const part of bytes) screen.write(part);
  return screen.text().split("\n");
};

describe("a screen", () => {
  it("shows letters where the cursor is, and nothing of what is written over or erased", () => {
    expect(shown("one\r\ntwo\u001b[1;1Hx")).toEqual(["xne", "two", "", ""]);
    expect(shown("question?\u001b[2J\u001b[Hanswer")).toEqual(["answer", "", "", ""]);
    expect(shown("abcdef\u001b[3G\u001b[K")).toEqual(["ab", "", "", ""]);
    expect(shown("abcdef\u001b[3G\u001b[2X")).toEqual(["ab  ef", "", "", ""]);
    expect(shown("a\r\nb\r\nc\u001b[2;1H\u001b[J")).toEqual(["a", "", "", ""]);
  });
  it("scrolls at its end, and within a region", () => {
    expect(shown("a\r\nb\r\nc\r\nd\r\ne")).toEqual(["b", "c", "d", "e"]);
    expect(shown("a\r\nb\r\nc\r\nd\u001b[2;3r\u001b[3;1H\nx")).toEqual(["a", "c", "x", "d"]);
    expect(shown("a\r\nb\r\nc\r\nd\u001b[2;3r\u001b[2;1H\u001bMx")).toEqual(["a", "x", "b", "d"]);
  });
  it("goes on in the next row where one is full", () => {
    expect(shown("abcdefghij")).toEqual(["abcdefgh", "ij", "", ""]);
  });
  it("takes sequences that come in pieces, and ignores colours, titles and modes", () => {
    expect(shown("\u001b", "[1;", "31mred\u001b]0;title", "\u0007\u001b[?25l!")).toEqual([
      "red!",
      "",
      "",
      "",
    ]);
  });
});
