import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { piecesOf } from "../../src/pages/session/domain/pieces.ts";
import { sized } from "../../src/words/figures.ts";

/** What may stand between two pieces: one backtick, or a fence with its line. */
const MARKS = "(?:`|```[^\\n`]*\\n|\\n```[ \\t]*)*";
const literally = (text: string): string =>
  text.replaceAll(/[^a-z]/g, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`);

describe("a message in pieces", () => {
  it("shows what stands between backticks apart, and what is not closed as words", () => {
    expect(piecesOf("a `b c` d ` e")).toEqual([
      { kind: "words", text: "a " },
      { kind: "code", text: "b c" },
      { kind: "words", text: " d ` e" },
    ]);
    expect(piecesOf("say:\n```sh\nnpm test\n--all\n```\ndone")).toEqual([
      { kind: "words", text: "say:\n" },
      { kind: "block", text: "npm test\n--all" },
      { kind: "words", text: "\ndone" },
    ]);
    expect(piecesOf("")).toEqual([]);
  });

  it("loses nothing but the marks, whatever the text is", () => {
    const text = fc
      .array(fc.constantFrom("`", "```", "\n", "<b>", "a", " ", "sh"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (whole) => {
        const pieces = piecesOf(whole);
        // Somewhere in the text, in this order, with nothing but marks around them.
        const around = pieces.map(({ text: piece }) => literally(piece)).join(MARKS);
        expect(whole).toMatch(new RegExp(`^${MARKS}${around}${MARKS}$`, "u"));
        for (const { kind, text: piece } of pieces) if (kind === "code") expect(piece).not.toMatch(/[`\n]/);
      }),
      { examples: [["```\n`\n```"], ["```a\na\n```"]] },
    );
  });

  it("stays quick over a long text of marks that close nothing", () => {
    const took = Array.from({ length: 5 }, () => {
      const began = process.threadCpuUsage();
      piecesOf("```".repeat(6_000));
      piecesOf("` ".repeat(9_999));
      return process.threadCpuUsage(began).user / 1_000;
    });
    expect(Math.min(...took)).toBeLessThan(500);
  });
});

it("sizes are said as people say them", () => {
  expect([0, 1, 812, 1_536, 1_234_567, 5_368_709_120].map(sized)).toEqual([
    "0\u00a0bytes",
    "1\u00a0byte",
    "812\u00a0bytes",
    "1.50\u00a0KiB",
    "1.18\u00a0MiB",
    "5.00\u00a0GiB",
  ]);
});
