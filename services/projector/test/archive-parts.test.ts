/** The parts of an archive, pure: what stands in them, and that it cannot be taken for anything else. */
import type { ItemId, TurnId } from "@claw/events";
import type { ItemRow } from "@claw/views";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linesOf } from "../src/domain/archive/lines.ts";
import { itemText } from "../src/domain/archive/transcript.ts";
import { happen, makeWorld, ONE } from "./archiving.ts";

const item = (more: Partial<ItemRow>): ItemRow => ({
  sessionId: ONE,
  turnId: "t-1" as TurnId,
  itemId: "i-1" as ItemId,
  kind: "agentMessage",
  phase: "completed",
  status: null,
  startedAt: null,
  completedAt: 1_795_000_000_000,
  durationMs: null,
  exitCode: null,
  clientId: null,
  text: null,
  command: null,
  output: null,
  tool: null,
  paths: [],
  cutBytes: 0,
  order: "1",
  ...more,
});

/** What a fence of Markdown holds: the lines between the first line of ticks and the next one of as many. */
function fencedIn(markdown: string): string | null {
  const lines = markdown.split("\n");
  const from = lines.findIndex((line) => line.startsWith("```"));
  const ticks = /^`+/.exec(lines[from] ?? "")?.[0] ?? "";
  const to = lines.findIndex((line, index) => index > from && /^ {0,3}(`+)\s*$/.exec(line)?.[1] === ticks);
  return to < 0 ? null : lines.slice(from + 1, to).join("\n");
}

describe("the transcript (X1-035)", () => {
  test("says what was done, with what, and how it ended", () => {
    const text = itemText(item({ kind: "commandExecution", command: "npm test", output: "ok", exitCode: 1 }));
    expect(text).toContain("### commandExecution");
    expect(text).toContain("```sh\nnpm test\n```");
    expect(text).toContain("exit 1");
  });

  test("no text closes its own fence, whatever a model says", () => {
    const hostile = fc
      .array(fc.constantFrom("`", "```", "````\n", "\n", "# no heading\n", "<script>", " ", "x"))
      .map((parts) => `x${parts.join("")}x`);
    fc.assert(
      fc.property(hostile, (text) => {
        expect(fencedIn(itemText(item({ text })))).toBe(text);
      }),
    );
  });
});

describe("the events as NDJSON (X1-035)", () => {
  test("an event is one line, whatever line breaks stand in it, and the same bytes each time", () => {
    const world = makeWorld();
    happen(world, ONE, { text: "a\nb\u2028c" });
    const [placed] = world.ledger;
    if (placed === undefined) throw new Error("no entry");
    const lines = linesOf(placed);
    expect(lines.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(lines)).toMatchObject({ index: 0, entryId: "test/1", body: { text: "a\nb\u2028c" } });
    expect(linesOf(placed)).toBe(lines);
  });

  test("a body that was erased is null, and one that is no JSON is kept as it is", () => {
    const world = makeWorld();
    happen(world, ONE, { text: "a" });
    const [placed] = world.ledger;
    if (placed === undefined) throw new Error("no entry");
    const holding = (body: (typeof placed.entry.bodies)[number]) => ({
      ...placed,
      entry: { ...placed.entry, bodies: [body] },
    });
    expect(JSON.parse(linesOf(holding(null)))).toMatchObject({ body: null });
    expect(JSON.parse(linesOf(holding({ salt: "00".repeat(16), json: "{" })))).toMatchObject({ body: "{" });
  });
});
