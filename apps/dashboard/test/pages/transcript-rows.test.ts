import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTool, joined, rowsOf, type TranscriptRow } from "../../src/pages/session/domain/rows.ts";
import { landmarks, nextPlace, placesOf } from "../../src/pages/session/domain/search.ts";
import { acceptedIn, voiceOf } from "../../src/pages/session/domain/voices.ts";
import type { ItemShape } from "../../src/pages/session/shapes.ts";
import { command, item, tool } from "./made.ts";

const rows = (items: readonly ItemShape[]): readonly TranscriptRow[] =>
  rowsOf({ items, turns: new Map(), accepted: new Map() });

const anyItem: fc.Arbitrary<ItemShape> = fc
  .record({
    turn: fc.integer({ min: 0, max: 3 }),
    id: fc.integer({ min: 0, max: 30 }),
    isTool: fc.boolean(),
    phase: fc.constantFrom("started" as const, "completed" as const),
  })
  .map(({ turn, id, isTool: isCall, phase }) =>
    (isCall ? tool : item)({ turnId: `t${turn}`, itemId: `i${id}`, phase }),
  );

describe("rows of a transcript", () => {
  it("S1-079 hold every item once, in its order, whatever runs of calls there are", () => {
    fc.assert(
      fc.property(fc.array(anyItem), (items) => {
        const shown = rows(items).flatMap((row) => {
          if (row.kind === "turn") return [];
          return row.kind === "message" ? [row.item] : row.items;
        });
        expect(shown).toEqual(items);
      }),
    );
  });

  it("begin each turn with its head, and let no run of calls go over it", () => {
    fc.assert(
      fc.property(fc.array(anyItem), (items) => {
        let turnId: string | null = null;
        for (const row of rows(items)) {
          if (row.kind === "turn") turnId = row.turnId;
          else if (row.kind === "message") expect(row.item.turnId).toBe(turnId);
          else expect(new Set(row.items.map((one) => one.turnId))).toEqual(new Set([turnId]));
        }
      }),
    );
  });

  it("take an item that nobody knows for a call, unless it says something", () => {
    expect(isTool(item({ kind: "tomorrow", text: "words" }))).toBe(false);
    expect(isTool(item({ kind: "tomorrow", text: null }))).toBe(true);
    expect(isTool(item({ kind: "userMessage", text: null }))).toBe(false);
  });

  it("never let a beginning take the place of an end", () => {
    const ended = tool({ phase: "completed", output: "all" });
    const begun = tool({ phase: "started" });
    expect(joined([ended], [begun])).toEqual([ended]);
    expect(joined([begun], [ended])).toEqual([ended]);
  });
});

describe("voices", () => {
  const accepted = acceptedIn([command({ commandId: "c1" })], "s1");

  it("S1-138 a mark counts only with a command that was accepted for this session", () => {
    const marked = item({ kind: "userMessage", clientId: "claw:c1" });
    expect(voiceOf(marked, accepted).who).toBe("command");
    expect(voiceOf(marked, acceptedIn([command({ sessionId: "s2" })], "s1"))).toEqual({
      who: "marked",
      commandId: "c1",
    });
    expect(voiceOf(marked, acceptedIn([command({ decision: "refused" })], "s1")).who).toBe("marked");
  });

  it("without a mark it is a person's, and what is no user message is Codex's", () => {
    expect(voiceOf(item({ kind: "userMessage" }), accepted)).toEqual({ who: "person" });
    expect(voiceOf(item({ clientId: "claw:c1" }), accepted)).toEqual({ who: "codex" });
  });
});

describe("finding", () => {
  const found = rows([
    item({ itemId: "a", kind: "userMessage", text: "Find the Needle" }),
    tool({ itemId: "b", output: "a needle here" }),
    item({ itemId: "c", text: "none" }),
    tool({ itemId: "d", turnId: "t2", exitCode: 1 }),
  ]);

  it("looks at words, commands and outputs, without regard to case", () => {
    expect(placesOf(found, "NEEDLE")).toEqual([1, 2]);
    expect(placesOf(found, "  ")).toEqual([]);
  });

  it("jumps to what failed and to what people said", () => {
    expect(landmarks(found, "error")).toEqual([5]);
    expect(landmarks(found, "person")).toEqual([1]);
  });

  it("goes on around the end", () => {
    expect(nextPlace([1, 4], 1, 1)).toBe(4);
    expect(nextPlace([1, 4], 4, 1)).toBe(1);
    expect(nextPlace([1, 4], 1, -1)).toBe(4);
    expect(nextPlace([], 1, 1)).toBeNull();
  });
});
