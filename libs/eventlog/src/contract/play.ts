/** The commands of the model test, and the test itself. */
import { NONE, type Sequence } from "@claw/events";
import { Effect, Stream } from "effect";
import fc from "fast-check";
import { expect, it } from "vitest";
import { givenLane } from "./given.ts";
import { type HeldLog, hold, type LogHarness, type MakeHarness, type TestedLog } from "./harness.ts";
import { type DraftPlan, draftOf, draftPlan, headIn, judge, type LogModel } from "./model.ts";

interface Real {
  readonly harness: LogHarness;
  held: HeldLog;
}

type Play = (model: LogModel, log: TestedLog) => Effect.Effect<void, unknown>;

/** A command that asks the log something and compares. */
function command(name: string, play: Play): fc.AsyncCommand<LogModel, Real> {
  return {
    check: () => true,
    run: (model, real) => Effect.runPromise(play(model, real.held.log)),
    toString: () => name,
  };
}

const appendCommand = (plans: readonly DraftPlan[]): fc.AsyncCommand<LogModel, Real> =>
  command(`append ${JSON.stringify(plans)}`, (model, log) =>
    Effect.suspend(() => {
      const drafts = plans.map((plan) => draftOf(model, plan));
      return Effect.map(log.append(drafts), (outcomes) => {
        const expected = drafts.map((draft, index) => {
          const outcome = outcomes[index];
          return judge(model, draft, outcome);
        });
        expect(outcomes).toEqual(expected);
      });
    }),
  );

const readCommand = (at: number, lane: number | null): fc.AsyncCommand<LogModel, Real> =>
  command(`read after #${at} in ${lane ?? "all"}`, (model, log) =>
    Effect.suspend(() => {
      const after = model.stored[at % (model.stored.length + 1)]?.sequence ?? NONE;
      const only = lane === null ? {} : { lane: givenLane(`s${lane}`) };
      const expected = model.stored.filter(
        ({ sequence, entry }) => sequence > after && (lane === null || entry.envelope.lane === only.lane),
      );
      return Effect.map(Stream.runCollect(log.read({ after, ...only })), (read) =>
        expect(read).toEqual(expected),
      );
    }),
  );

const followCommand = (at: number): fc.AsyncCommand<LogModel, Real> =>
  command(`follow after #${at}`, (model, log) =>
    Effect.suspend(() => {
      const start = at % (model.stored.length + 1);
      const after: Sequence | 0 = model.stored[start - 1]?.sequence ?? NONE;
      const expected = model.stored.slice(start);
      return Effect.map(Stream.runCollect(Stream.take(log.follow(after), expected.length)), (seen) =>
        expect(seen).toEqual(expected),
      );
    }),
  );

const headsCommand = (): fc.AsyncCommand<LogModel, Real> =>
  command("heads, last, at and find", (model, log) =>
    Effect.gen(function* () {
      for (const lane of ["s0", "s1", "s2"].map(givenLane))
        expect(yield* log.head(lane)).toBe(headIn(model, lane));
      expect(yield* log.last).toBe(model.stored.at(-1)?.sequence ?? NONE);
      for (const logged of model.stored.slice(-3)) {
        expect(yield* log.at(logged.sequence)).toEqual(logged);
        if (log.find !== undefined) expect(yield* log.find(logged.entry.envelope.id)).toEqual(logged);
      }
    }),
  );

const reopenCommand = (): fc.AsyncCommand<LogModel, Real> => ({
  check: () => true,
  run: async (_, real) => {
    if (!real.harness.lasting) return;
    await Effect.runPromise(real.held.close);
    real.held = await Effect.runPromise(hold(real.harness));
  },
  toString: () => "reopen",
});

const commands = fc.commands(
  [
    fc.array(draftPlan, { maxLength: 12 }).map(appendCommand),
    fc.array(draftPlan, { minLength: 1, maxLength: 3 }).map(appendCommand),
    fc.tuple(fc.nat(60), fc.option(fc.nat(2))).map(([at, lane]) => readCommand(at, lane)),
    fc.nat(60).map(followCommand),
    fc.constant(null).map(headsCommand),
    fc.constant(null).map(reopenCommand),
  ],
  { maxCommands: 60 },
);

/** Plays `runs` random games against an adapter, each on a log of its own. */
export function logModel(name: string, makeHarness: MakeHarness, runs: number): void {
  it(`a log cannot be told from a list, whatever is asked of it: ${name} (N1-001)`, () =>
    fc.assert(
      fc.asyncProperty(commands, async (game) => {
        const harness = makeHarness();
        const real: Real = { harness, held: await Effect.runPromise(hold(harness)) };
        try {
          const knowsIds = real.held.log.find !== undefined;
          await fc.asyncModelRun(() => ({ model: { stored: [], knowsIds }, real }), game);
        } finally {
          await Effect.runPromise(real.held.close);
        }
      }),
      { numRuns: runs },
    ));
}
