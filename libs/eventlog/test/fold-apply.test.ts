import { type EntryId, sequence } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { givenEntry, givenEvent, givenLane } from "../src/contract/given.ts";
import { apply, type Checkpoint, type FoldSpec, type Logged, startOf } from "../src/index.ts";

/** Which names a session had, and in which order: a fold that sees the difference if an event is folded twice, or late. */
const names: FoldSpec<readonly string[]> = {
  name: "names",
  version: 1,
  key: ({ lane, event }) => {
    if (event.type === "session.named") return lane;
    return event.type === "session.closed" ? [lane, "all"] : null;
  },
  evolve: (row = [], { event, entryId }, key) => {
    if (event.type === "session.named") return [...row, event.body?.name ?? "?"];
    return key === "all" && row.length > 3 ? undefined : [...row, entryId];
  },
};

const eventOf = fc.oneof(
  fc.string({ maxLength: 5 }).map((name) => givenEvent("session.named", {}, { name })),
  fc.constant(givenEvent()),
  fc.constant(givenEvent("session.closed", { how: "no such way" })),
  fc.constant(givenEvent("future.happened", { a: 1 })),
);
const history = fc
  .array(fc.tuple(fc.nat(3), fc.array(eventOf, { minLength: 1, maxLength: 4 })), { maxLength: 40 })
  .map((list) =>
    list.map(([lane, events], index): Logged => ({
      sequence: sequence(index + 1),
      entry: givenEntry({ id: `test/${index}`, lane: givenLane(`s${lane}`), events }),
    })),
  );
const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });

interface Folded {
  readonly rows: Map<string, readonly string[]>;
  readonly checkpoint: Checkpoint;
}

/** Folds batches as the shell does: applied, stored, then seen. */
function fold(
  batches: readonly (readonly Logged[])[],
  from: Folded = { rows: new Map(), checkpoint: startOf(1) },
): Folded {
  return batches.reduce<Folded>(({ rows, checkpoint }, batch) => {
    const applied = apply(names, rows, checkpoint, batch);
    return { rows: new Map([...rows, ...applied.touched]), checkpoint: applied.checkpoint };
  }, from);
}

const cut = (list: readonly Logged[], by: readonly number[]): readonly (readonly Logged[])[] => {
  const rest = [...list];
  const batches: Logged[][] = [];
  for (let index = 0; rest.length > 0; index += 1) batches.push(rest.splice(0, by[index % by.length]));
  return batches;
};

describe("the pure core of a fold", () => {
  it("gives the same rows and counts however batches fall (N1-001)", () => {
    fc.assert(
      fc.property(history, cuts, (log, by) => {
        expect(fold(cut(log, by))).toEqual(fold([log]));
      }),
    );
  });

  it("redelivery changes nothing: entries at or before the checkpoint are passed over (N1-005)", () => {
    fc.assert(
      fc.property(history, cuts, fc.nat(), (log, by, back) => {
        const once = fold(cut(log, by));
        const again = apply(names, once.rows, once.checkpoint, log.slice(back % (log.length + 1)));
        expect(again).toEqual({ touched: new Map(), checkpoint: once.checkpoint });
      }),
    );
  });

  it("resuming from any checkpoint gives what one pass gives", () => {
    fc.assert(
      fc.property(history, fc.nat(), (log, at) => {
        const middle = at % (log.length + 1);
        const before = fold([log.slice(0, middle)]);
        expect(fold([log], before)).toEqual(fold([log]));
      }),
    );
  });

  it("counts unknown events and poison, and goes on behind them (N1-004)", () => {
    const events = [
      givenEvent("future.happened"),
      givenEvent("session.closed", { how: "no such way" }),
      { ...givenEvent(), v: 99 },
      givenEvent("session.named", {}, { name: "last" }),
    ];
    const entry = givenEntry({ id: "test/1", events });
    const { touched, checkpoint } = apply(names, new Map(), startOf(1), [{ sequence: sequence(1), entry }]);
    expect(checkpoint).toEqual({
      ...startOf(1),
      sequence: sequence(1),
      entryId: "test/1" as EntryId,
      skipped: { unknown: 2, poison: 1 },
    });
    expect([...touched.values()]).toEqual([["last"]]);
  });

  it("an event at which the fold throws changes no row at all, and the next one does", () => {
    const brittle: FoldSpec<number> = {
      name: "brittle",
      version: 1,
      key: () => ["good", "bad"],
      evolve: (row = 0, { entryId }, key) => {
        if (key === "bad" && entryId === "test/1") throw new Error("brittle");
        return row + 1;
      },
    };
    const log = [1, 2].map((n) => ({ sequence: sequence(n), entry: givenEntry({ id: `test/${n}` }) }));
    const { touched, checkpoint } = apply(brittle, new Map(), startOf(1), log);
    expect(Object.fromEntries(touched)).toEqual({ good: 1, bad: 1 });
    expect(checkpoint.skipped).toEqual({ unknown: 0, poison: 1 });
  });

  it("does not change the rows that it was given", () => {
    fc.assert(
      fc.property(history, (log) => {
        const rows = new Map<string, readonly string[]>([["all", Object.freeze(["x"])]]);
        apply(names, Object.freeze(rows), startOf(1), log);
        expect([...rows]).toEqual([["all", ["x"]]]);
      }),
    );
  });
});
