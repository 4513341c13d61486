/** The leader's memory of deadlines finds what a walk over all commands would find. */
import type { CommandId } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Deadlines, noDeadlines, pastDeadline, watched, withoutSaid } from "../src/domain/deadlines.ts";
import { dueOfCommands, OVERDUE_AFTER_MS } from "../src/domain/due.ts";
import { evolve } from "../src/domain/house.ts";
import type { OutcomeSight, Sight } from "../src/domain/sight.ts";
import { emptyHouse, type House, type KnownCommand } from "../src/domain/state.ts";
import { noIndex } from "../src/domain/sight-fold.ts";
import { AT, H1, S1, tokenOf } from "./given-sight.ts";
import { session } from "./given-writes.ts";
import { scaled } from "./scale.ts";

type Step =
  | { readonly kind: "accept" | "end" | "forget" | "sweep"; readonly id: string; readonly ms: number }
  | { readonly kind: "tick" | "restart"; readonly id: string; readonly ms: number };

const aStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    "accept",
    "accept",
    "accept",
    "end",
    "end",
    "forget",
    "sweep",
    "restart",
    "tick",
    "tick",
    "tick",
  ),
  id: fc.constantFrom(...Array.from({ length: 12 }, (_, n) => `c${n}`)),
  ms: fc.integer({ min: 0, max: 20_000 }),
}) as fc.Arbitrary<Step>;

interface Given {
  house: House;
  /** What was swept out of the house, and not said. */
  swept: readonly KnownCommand[];
  outcomes: OutcomeSight[];
  at: number;
  deadlines: Deadlines;
}

const command = (id: CommandId, at: number, waitsMs: number): KnownCommand => ({
  commandId: id,
  sessionId: S1,
  hostId: H1,
  origin: { rootIds: [id], hop: 0, path: [] },
  kind: "send",
  token: tokenOf(1),
  at,
  deadlineAt: at + waitsMs,
  isOverdue: false,
});

const sightOf = ({ outcomes }: Given): Sight => ({
  ...noIndex,
  session: () => session("thread-1", { outcomes }),
  host: () => null,
});

function take(given: Given, { kind, id: name, ms }: Step): void {
  const id = name as CommandId;
  const { house, outcomes, at } = given;
  const known = house.commands.get(id);
  const set = (one: KnownCommand): House => ({ ...house, commands: house.commands.set(id, one) });
  switch (kind) {
    case "accept":
      given.house = set(command(id, at, ms));
      given.swept = given.swept.filter(({ commandId }) => commandId !== id);
      given.outcomes = outcomes.map((one) => (one.commandId === id ? { ...one, isOfEarlier: true } : one));
      return;
    case "end":
      if (known !== undefined)
        given.outcomes = [
          ...outcomes.filter(({ commandId }) => commandId !== id),
          { commandId: id, outcome: "succeeded", turnId: null },
        ];
      return;
    case "forget":
      return sweep(given, (one) => one.commandId === id);
    case "sweep":
      return sweep(given, (one) => one.at < at - ms);
    case "restart":
      given.deadlines = noDeadlines(emptyHouse);
      given.swept = [];
      return;
    case "tick":
      given.at = at + ms;
  }
}

/** The leader has looked since they were accepted. */
function sweep(given: Given, isOld: (one: KnownCommand) => boolean): void {
  const { house, at } = given;
  given.deadlines = watched(given.deadlines, house, sightOf(given), at, true);
  const gone = [...house.commands.values()].filter((one) => isOld(one) && !one.isOverdue);
  given.swept = [...given.swept, ...gone];
  given.house = { ...house, commands: house.commands.filter((one) => !isOld(one)) };
}

/** Finds what is due both ways, and says it, as the leader does. */
function look(given: Given): void {
  const { house, at } = given;
  const sight = sightOf(given);
  given.deadlines = watched(given.deadlines, house, sight, at, true);
  const found = dueOfCommands(house, sight, { at, monoMs: at }, pastDeadline(given.deadlines, at));
  const all = [...house.commands.values(), ...given.swept];
  const walked = dueOfCommands(house, sight, { at, monoMs: at }, all);
  const names = (all: typeof found) => all.map(({ entryId }) => entryId).toSorted();
  expect(names(found)).toEqual(names(walked));
  for (const { events } of found.slice(0, 2)) {
    const [event] = events;
    if (event?.type !== "command.overdue") throw new Error("only commands become overdue");
    given.house = evolve(given.house, event);
    given.swept = given.swept.filter(({ commandId }) => commandId !== event.data.commandId);
    given.deadlines = withoutSaid(given.deadlines, event.data.commandId);
  }
}

/** A past bug: said twice. */
const ACCEPTED_ANEW_AND_SWEPT: Step[] = [
  { kind: "accept", id: "c0", ms: 0 },
  { kind: "tick", id: "c0", ms: 0 },
  { kind: "accept", id: "c0", ms: 0 },
  { kind: "forget", id: "c0", ms: 0 },
  { kind: "tick", id: "c0", ms: 5_000 },
];

describe("what the memory of deadlines finds overdue", () => {
  it("is what a walk over all commands finds that were not said, whatever is accepted, ends, is swept out or accepted anew", () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 80 }), (steps) => {
        const given: Given = {
          house: emptyHouse,
          swept: [],
          outcomes: [],
          at: AT,
          deadlines: noDeadlines(emptyHouse),
        };
        for (const step of steps) {
          take(given, step);
          if (step.kind === "tick") look(given);
        }
      }),
      { numRuns: scaled(5_000), examples: [[ACCEPTED_ANEW_AND_SWEPT]] },
    );
  });

  it("is kept while the sight has not read that it was accepted anew, however far its deadline is over", () => {
    const c1 = "c1" as CommandId;
    const house = {
      ...emptyHouse,
      commands: emptyHouse.commands.set(c1, command(c1, AT, 1_000)),
    };
    const told = { commandId: c1, outcome: "succeeded", turnId: null } as const;
    const seeing = (outcome: OutcomeSight): Sight => ({
      ...noIndex,
      session: () => session("thread-1", { outcomes: [outcome] }),
      host: () => null,
    });
    const at = AT + 1_000 + OVERDUE_AFTER_MS;
    const behind = watched(noDeadlines(emptyHouse), house, seeing(told), at, false);
    const sight = seeing({ ...told, isOfEarlier: true });
    const after = watched(behind, house, sight, at + 1_000, true);
    const found = dueOfCommands(house, sight, { at, monoMs: at }, pastDeadline(after, at));
    expect(found.map(({ entryId }) => entryId)).toEqual(["due/c1/overdue"]);
  });

  it("is forgotten by the memory once it ended after its deadline, so that a look costs what is due", () => {
    const ids = Array.from({ length: 100 }, (_, n) => `c${n}` as CommandId);
    const commands = ids.reduce((all, id) => all.set(id, command(id, AT, 1_000)), emptyHouse.commands);
    const house = { ...emptyHouse, commands };
    const outcomes = ids.map((commandId) => ({ commandId, outcome: "succeeded", turnId: null }) as const);
    const sight: Sight = {
      ...noIndex,
      session: () => session("thread-1", { outcomes }),
      host: () => null,
    };
    const before = watched(noDeadlines(emptyHouse), house, sight, AT, true);
    expect(before.waiting).toHaveLength(100);
    const after = watched(before, house, sight, AT + 1_000 + OVERDUE_AFTER_MS, true);
    expect(after.waiting).toEqual([]);
    expect(watched(after, house, sight, AT + 9e9, true)).toBe(after);
  });
});
