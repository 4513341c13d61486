/** The order of a transcript: as its lane was told, whatever times its items bear. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { after, AT, hostFact, observed, session, type Step } from "./acting.ts";
import { ALL } from "./given.ts";

interface Told {
  /** Ms after the turn before. */
  readonly laterMs: number;
  /** Heard as it happened; else read in the history, where a turn's start is a whole second and its items' starts are not known. */
  readonly isLive: boolean;
}

const turns = fc.array(
  fc.record({
    laterMs: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3_000 })),
    isLive: fc.boolean(),
  }),
  { minLength: 1, maxLength: 20 },
);

const itemOf = (type: "item.started" | "item.completed", turnId: string, startedAt: number | null): Step =>
  hostFact(
    type,
    {
      turnId,
      itemId: `${turnId}-m`,
      kind: "agentMessage",
      startedAt,
      ...(type === "item.completed" && {
        status: null,
        completedAt: null,
        durationMs: null,
        exitCode: null,
        clientId: null,
        cutBytes: 0,
      }),
    },
    { text: turnId, command: null, output: null, tool: null, paths: [] },
  );

function told(turnId: string, beganAt: number, isLive: boolean): readonly Step[] {
  const startedAt = Math.floor(beganAt / 1_000) * 1_000;
  return [
    hostFact("turn.started", { turnId, startedAt }),
    ...(isLive ? [itemOf("item.started", turnId, beganAt)] : []),
    itemOf("item.completed", turnId, null),
  ];
}

const shown = (...steps: readonly Step[]): readonly (string | null)[] =>
  after(observed, ...steps)
    .items(session, ALL)
    .rows.map(({ text }) => text);

describe("a transcript", () => {
  test("S1-157 what was heard and what was read in the history stand in the order in which they were told", () => {
    fc.assert(
      fc.property(turns, (all: readonly Told[]) => {
        let beganAt = AT;
        const steps = all.flatMap(({ laterMs, isLive }, index) =>
          told(`T${index}`, (beganAt += laterMs), isLive),
        );
        expect(shown(...steps)).toEqual(all.map((_, index) => `T${index}`));
      }),
    );
  });

  test("W-24 a turn that is told late stands where it began, to the second", () => {
    const late = [...told("T2", AT + 5_300, true), ...told("T1", AT + 2_700, false)];
    expect(shown(...late)).toEqual(["T1", "T2"]);
  });
});
