/** X1-003, X1-004: threads that Codex starts by itself below a session belong to its tree, as far as their own host says so. */
import type { Event, SessionId } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_STOPPED } from "../src/domain/effects-stop.ts";
import { emptyHouse } from "../src/domain/house.ts";
import { sightIn } from "../src/domain/sight-fold.ts";
import type { SessionSight, Sight } from "../src/domain/sight.ts";
import { treeSize, treeUnder } from "../src/domain/spawned.ts";
import { makeSightIndex } from "../src/sight-index.ts";
import { fact, observed, rowsOf } from "./given-sight.ts";
import { forest, inPersonsTurn, spawn, stop } from "./given-spawns.ts";
import {
  active,
  ask,
  asSession,
  cid,
  grant,
  houseWith,
  operator,
  send,
  session,
  setLimit,
  sid,
  sightOf,
  turn,
  twoGroups,
} from "./given-writes.ts";
import { AT } from "./given.ts";
import { scaled } from "./scale.ts";

const at = AT + 100_000_000;
const byOperator = { principal: operator, at };

/** A sub-agent at work. What its parent told it to do is a message without a mark, as a person's is. */
const worker = (id: string, parent: string, given: Partial<SessionSight> = {}): SessionSight => ({
  ...active(id, "T9", { hasPerson: true }),
  parentSessionId: sid(parent),
  ...given,
});
const resting = (id: string, parent: string, given: Partial<SessionSight> = {}): SessionSight =>
  session(id, { parentSessionId: sid(parent), ...given });
const idsUnder = (sight: Sight, top: string, house = emptyHouse): readonly string[] =>
  treeUnder(house, sight, sid(top))
    .map(({ id }) => id)
    .sort();
const switched = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === "switch.set" ? [event.data.id] : [])).sort();
const interrupted = (events: readonly Event[]) =>
  events
    .flatMap((event) => (event.type === "command.accepted" ? (event.data.instruction?.sessionId ?? []) : []))
    .sort();

/** One word of a session's host: whose sub-agent it is, or nothing of that. */
interface Word {
  readonly id: SessionId;
  readonly host: never;
  readonly parent: SessionId | null;
  readonly seq: number;
}
const entryOf = ({ id, host, parent, seq }: Word) => {
  const { data, ...rest } = observed("idle", host);
  const named = { ...(data as object), parentSessionId: parent } as never;
  return fact(seq, [{ ...rest, data: named }], AT, host, id);
};
/** What is seen after these words, looked up as it is at work. */
function seenAfter(words: readonly Word[]): Sight {
  const rows = rowsOf(words.map(entryOf));
  const index = makeSightIndex((key) => rows.get(key));
  for (const [key, row] of rows) index.note(key, row);
  return sightIn((key) => rows.get(key), index);
}

interface Thread {
  readonly host: string;
  /** The number of the session that it names. It may be itself, one below it, or one of another host. */
  readonly parent: number | null;
  readonly words: readonly boolean[];
}
const threads = fc.array(
  fc.record<Thread>({
    host: fc.constantFrom("h1", "h1", "h2"),
    parent: fc.option(fc.nat({ max: 6 })),
    words: fc.array(fc.boolean(), { maxLength: 3 }),
  }),
  { minLength: 7, maxLength: 7 },
);
/** Each names its parent once at least, among words that name none. */
const wordsOf = (all: readonly Thread[]): readonly Word[] =>
  all.flatMap(({ host, parent, words }, n) =>
    [true, ...words].map((isNamed, index) => ({
      id: sid(`s${n}`),
      host: host as never,
      parent: isNamed && parent !== null ? sid(`s${parent}`) : null,
      seq: index + 1,
    })),
  );
/** Whom one reaches from a session over parents of the same host: told apart from the walk by going up instead of down. */
function reachedFrom(all: readonly Thread[], top: number): readonly string[] {
  const isBelow = (n: number, steps: number): boolean => {
    const { parent, host } = all[n] as Thread;
    if (n === top) return true;
    return parent !== null && steps > 0 && all[parent]?.host === host && isBelow(parent, steps - 1);
  };
  return all.flatMap((_, n) => (isBelow(n, all.length) ? [`s${n}`] : []));
}

describe("whose sub-agent a session is", () => {
  it("X1-003 does not depend on the order of words, is its own host's to say, and ends in a cycle", () => {
    const shuffled = threads.chain((all) => {
      const words = wordsOf(all);
      const order = fc.shuffledSubarray([...words], { minLength: words.length });
      return fc.record({ all: fc.constant(all), order });
    });
    fc.assert(
      fc.property(shuffled, ({ all, order }) => {
        const seen = seenAfter(order);
        for (const top of all.keys()) expect(idsUnder(seen, `s${top}`)).toEqual(reachedFrom(all, top));
      }),
      { numRuns: scaled(1_000) },
    );
  });
  it("is what was said of it first, whatever is said later", () => {
    const word = (seq: number, parent: string | null) =>
      ({ id: sid("s9"), host: "h1" as never, parent: parent === null ? null : sid(parent), seq }) as const;
    const parentAfter = (...words: readonly Word[]) =>
      seenAfter(words).session(sid("s9"))?.parentSessionId ?? null;
    expect(parentAfter(word(1, null))).toBeNull();
    expect(parentAfter(word(1, null), word(2, "s1"), word(3, "s2"), word(4, null))).toBe("s1");
    expect(parentAfter(word(3, null), word(2, "s1"))).toBe("s1");
  });
  it("X1-001 changes nothing for what policy accepted a spawn of", () => {
    const { house, rows } = forest(twoGroups, [0, 1]);
    const seen = sightOf([
      ...rows.map((row) => (row.sessionId === "s2" ? { ...row, parentSessionId: sid("b") } : row)),
      session("b"),
      resting("req-nobody", "b"),
    ]);
    expect(idsUnder(seen, "b", house)).toEqual(["b"]);
    expect(idsUnder(seen, "s0", house)).toEqual(["s0", "s1", "s2"]);
  });
});

describe("a tree with sub-agents", () => {
  const { house, rows } = forest(houseWith(twoGroups, sightOf([]), [grant("spawn"), {}]), [0, 1]);
  const seen = sightOf([
    ...rows,
    worker("a0", "s0"),
    worker("a1", "a0"),
    resting("a2", "s2"),
    worker("afar", "s0", { hostId: "h2" as never }),
    worker("other", "b"),
    session("b"),
  ]);
  it("X1-003 is stopped with them, however deep, and admits nothing to them from then on", () => {
    const { verdict, events, after } = ask(house, stop("s0"), { sight: seen, ...byOperator });
    expect(verdict).toEqual({ decision: "accepted", facts: { halted: 6, interrupts: 2 } });
    expect(switched(events)).toEqual(["a0", "a1", "a2", "s0", "s1", "s2"]);
    expect(interrupted(events)).toEqual(["a0", "a1"]);
    for (const id of ["a0", "a2"])
      expect(ask(after, send(id), { sight: seen, ...byOperator }).verdict).toMatchObject({ code: "halted" });
    expect(ask(after, send("afar"), { sight: seen, ...byOperator }).verdict.decision).toBe("accepted");
  });
  it("X1-003 without `tree` is left alone but for the one", () => {
    const { events } = ask(house, stop("s0", { tree: false }), { sight: seen, ...byOperator });
    expect(switched(events)).toEqual(["s0"]);
  });
  it("N1-020 stopped by a session it is halted, and a turn that may be a person's goes on", () => {
    const working = sightOf([...rows, worker("a0", "s1")]);
    const by = { at, ...asSession("s0") };
    expect(ask(house, stop("s1"), { sight: working, ...by }).verdict).toEqual({
      decision: "accepted",
      facts: { halted: 3, interrupts: 0 },
    });
  });
  it("X1-003 beyond one entry, those at work are stopped first: Codex forgets none that rest", () => {
    const many = Array.from({ length: 150 }, (_, n) => resting(`r${n}`, "s0"));
    const wide = sightOf([...rows, ...many, worker("last", "s0")]);
    const { verdict, events } = ask(house, stop("s0"), { sight: wide, ...byOperator });
    expect(verdict).toMatchObject({ facts: { halted: MAX_STOPPED, interrupts: 1, left: 154 - MAX_STOPPED } });
    expect(switched(events)).toContain("last");
    expect(switched(events)).toContain("s0");
  });
  it("X1-003 is walked to its bound, and sub-agents crowd out nothing that was spawned", () => {
    const crowd = Array.from({ length: 25_000 }, (_, n) => sid(`r${n}`));
    const sight: Sight = {
      ...seen,
      session: (id) => seen.session(id) ?? session(id),
      subAgents: (id) => (id === "s0" ? crowd : []),
    };
    const nodes = treeUnder(house, sight, sid("s0"));
    expect(nodes.length).toBeLessThanOrEqual(20_000);
    expect(nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(["s1", "s2", "r0"]));
    expect(treeSize(house, sight, sid("s0"))).toBe(2);
  });
  it("X1-004 is no larger for them", () => {
    expect(treeSize(house, seen, sid("s2"))).toBe(2);
    const limited = houseWith(house, seen, [setLimit("tree_sessions", 3), {}]);
    const person = sightOf([
      inPersonsTurn("s0", { turns: [turn("T99", { hasPerson: true })] }),
      ...rows.filter(({ sessionId }) => sessionId !== "s0"),
      ...Array.from({ length: 9 }, (_, n) => worker(`w${n}`, "s0")),
    ]);
    const command = spawn({ commandId: cid("third") });
    expect(ask(limited, command, { sight: person, at, ...asSession("s0") }).verdict).toMatchObject({
      decision: "accepted",
    });
  });
});
