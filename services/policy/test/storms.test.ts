/** Agents that always answer stop, whoever they know and whatever they claim (N1-028, S1-168, W-28, RELIABILITY §5). */
import { describe, expect, it } from "vitest";
import { outstandingStart } from "../src/domain/desk.ts";
import { AT } from "./given.ts";
import { ask, expectedTurn, houseWith, setLimit, setSwitch, sightOf, twoGroups } from "./given-writes.ts";
import {
  agentId,
  type Behaviour,
  decided,
  halt,
  later,
  makeWorld,
  operatorSends,
  personTypes,
  runWorld,
  type Send,
  tally,
  type Topology,
  type World,
} from "./agents.ts";
import { scaled } from "./scale.ts";

/** Mulberry32: small, and the same everywhere. */
const randomOf = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  };
};
const honest = (seed = 1): Behaviour => ({
  random: randomOf(seed),
  patience: 0,
  lies: false,
  isInterrupted: false,
  slownessMs: 600,
  isRecalled: true,
});
const SLOW_MS = 30_000;

/** No rate and no mute holds anybody back: what stops is stopped by the causes alone. */
const rates = ["session", "pair", "target", "group", "global"];
const unhurried = houseWith(
  twoGroups,
  sightOf([]),
  ...rates.flatMap((name) => [
    [setLimit(`${name}_rate`, 100_000), {}] as const,
    [setLimit(`${name}_burst`, 10_000), {}] as const,
  ]),
  [setLimit("mute_refusals", 1_000), {}],
  [setLimit("human_quiet_ms", 0), {}],
);

const most = (counts: ReadonlyMap<string, number>): number => Math.max(0, ...counts.values());

function expectCalm(world: World): void {
  const { roots, edges } = tally(world);
  expect(most(roots)).toBeLessThanOrEqual(50);
  expect(most(edges)).toBeLessThanOrEqual(2);
  for (const { from, to, data } of world.sends) {
    expect(data.origin?.path).not.toContain(to);
    expect(from).not.toBe(to);
    if (from !== null) expect(data.origin?.path.at(-1)).toBe(from);
  }
}

const ring = (size: number): Topology => Array.from({ length: size }, (_, agent) => [(agent + 1) % size]);

describe("rings", () => {
  it.each([
    [2, 1, "cycle"],
    [3, 2, "cycle"],
    [10, 5, "too_many_hops"],
  ])("of %i: %i sends, then %s (A>B>C>A stops at the third)", (size, sends, code) => {
    const world = makeWorld(unhurried, ring(size), honest());
    personTypes(world, 0);
    expect(runWorld(world)).toBe(true);
    expect(world.sends).toHaveLength(sends);
    expect([...world.refused]).toEqual([[code, 1]]);
  });
});

describe("W-28: nine agents in triangles", () => {
  /** Three triangles whose first corners are a fourth: each loop has three sides, so a guard that looks at pairs sees none. */
  const triangles: Topology = [[1, 3], [2], [0], [4, 6], [5], [3], [7, 0], [8], [6]];
  it("unguarded it is a storm without end", () => {
    let told = [0];
    let messages = 0;
    while (messages < 398 && told.length > 0) {
      told = told.flatMap((agent) => triangles[agent] ?? []);
      messages += told.length;
    }
    expect(messages).toBeGreaterThanOrEqual(398);
  });
  it.each([0, 1, 2])("it stops below 20 sends, wherever a person starts it (agent %i)", (agent) => {
    const world = makeWorld(unhurried, triangles, honest());
    personTypes(world, agent);
    expect(runWorld(world)).toBe(true);
    expect(world.sends.length).toBeGreaterThan(0);
    expect(most(tally(world).roots)).toBeLessThan(20);
    expectCalm(world);
  });
});

describe("everybody knows everybody", () => {
  it("one cause spends its 50 commands, and is over", () => {
    const everybody = Array.from({ length: 10 }, (_, one) =>
      Array.from({ length: 10 }, (__, other) => other).filter((other) => other !== one),
    );
    const world = makeWorld(
      houseWith(unhurried, sightOf([]), [setLimit("root_turns", 50), {}]),
      everybody,
      honest(),
    );
    personTypes(world, 0);
    expect(runWorld(world)).toBe(true);
    expect(most(tally(world).roots)).toBe(50);
    expect(world.refused.get("budget_spent")).toBeGreaterThan(0);
    expectCalm(world);
  });
});

const SEED = Number(process.env["CLAW_TEST_SEED"] ?? "28");

/** Up to twelve agents, some of whom know nobody, some themselves. */
function randomTopology(random: () => number): Topology {
  const size = 2 + Math.floor(random() * 11);
  const density = random();
  return Array.from({ length: size }, () =>
    Array.from({ length: size }, (_, other) => other).filter(() => random() < density),
  );
}

function storm(seed: number): World {
  const random = randomOf(seed);
  const topology = randomTopology(random);
  const behaviour = {
    ...honest(),
    random,
    patience: Math.floor(random() * 3),
    lies: random() < 0.5,
    isInterrupted: true,
    slownessMs: random() < 0.3 ? SLOW_MS : 600,
  };
  const world = makeWorld(random() < 0.7 ? unhurried : twoGroups, topology, behaviour);
  const beginnings = 1 + Math.floor(random() * 3);
  for (let index = 0; index < beginnings; index += 1) {
    const agent = Math.floor(random() * topology.length);
    const begin = random() < 0.7 ? personTypes : operatorSends;
    later(world, Math.floor(random() * 20_000), () => begin(world, agent));
  }
  return world;
}

describe("S1-032 random topologies (RELIABILITY §5)", () => {
  it(`${scaled(10_000)} of them stop, each cause within its budget; interrupts go through meanwhile (seeds from ${SEED})`, () => {
    let sends = 0;
    let interrupts = 0;
    for (let run = 0; run < scaled(10_000); run += 1) {
      const seed = SEED * 1_000_000 + run;
      const world = storm(seed);
      expect(runWorld(world), `seed ${seed} ended`).toBe(true);
      try {
        expectCalm(world);
        expect(
          world.interrupts.filter((one) => one.startsWith("operator") && !one.endsWith("accepted")),
        ).toEqual([]);
        expect(world.interrupts.filter((one) => /rate_limited|muted|halted|budget/.test(one))).toEqual([]);
      } catch (fault) {
        throw new Error(`seed ${seed}`, { cause: fault });
      }
      sends += world.sends.length;
      interrupts += world.interrupts.length;
    }
    expect(sends).toBeGreaterThan(scaled(10_000));
    expect(interrupts).toBeGreaterThan(scaled(10_000) / 2);
  }, 600_000);
});

describe("a kill switch", () => {
  const CAUSE = `turn:${agentId(0)}/turn-1`;
  const clique: Topology = Array.from({ length: 8 }, (_, one) =>
    Array.from({ length: 8 }, (__, other) => other).filter((other) => other !== one),
  );
  type Given = readonly [
    scope: Parameters<typeof setSwitch>[0],
    id: string | null,
    reaches: (send: Send) => boolean,
  ];
  const scopes: readonly Given[] = [
    ["global", null, () => true],
    ["group", "default", () => true],
    ["host", "h1", () => true],
    ["session", agentId(3), ({ from, to }) => from === agentId(3) || to === agentId(3)],
    ["root", CAUSE, ({ data }) => data.origin?.rootIds.includes(CAUSE) === true],
  ];
  /** What is asked and what starts after a halt, in worlds of hosts that let a send wait for up to half a minute. */
  function halted([scope, id, reaches]: Given, isRecalled: boolean) {
    const found = { asked: 0, late: 0, starts: 0, refused: 0 };
    for (let seed = 0; seed < 20; seed += 1) {
      const world = makeWorld(unhurried, clique, {
        ...honest(seed),
        patience: 5,
        slownessMs: SLOW_MS,
        isRecalled,
      });
      for (const agent of [0, 1, 2]) personTypes(world, agent);
      const haltMs = 3_000 + seed * 300;
      later(world, haltMs, () => halt(world, setSwitch(scope, id)));
      expect(runWorld(world)).toBe(true);
      const since = AT + haltMs;
      found.asked += world.sends.filter((one) => one.at > since && reaches(one)).length;
      found.late += world.starts.filter(({ at, send }) => at > since + 1_000 && reaches(send)).length;
      found.starts += world.starts.length;
      found.refused += world.refused.get("halted") ?? 0;
    }
    expect(found.starts).toBeGreaterThan(0);
    expect(found.refused).toBeGreaterThan(0);
    return found;
  }

  it.each(scopes)(
    "of scope %s: no turn starts later than a second after it, however slow the host",
    (...given) => expect(halted(given, true)).toMatchObject({ asked: 0, late: 0 }),
  );
  it.each(scopes)("of scope %s that took nothing back would let turns start long after it", (...given) => {
    const { asked, late } = halted(given, false);
    expect(asked).toBe(0);
    expect(late).toBeGreaterThan(0);
  });
  it("of a session stops what is written to it and what it writes, and no other", () => {
    const world = makeWorld(unhurried, clique, honest());
    decided(world, setSwitch("session", agentId(1)), {});
    for (const agent of [0, 1]) personTypes(world, agent);
    runWorld(world);
    expect(world.sends.filter(({ from, to }) => from === agentId(1) || to === agentId(1))).toEqual([]);
    expect(world.sends.length).toBeGreaterThan(10);
  });
  it("of a root stops what came of it, and no other", () => {
    const world = makeWorld(unhurried, clique, honest());
    for (const agent of [0, 1]) personTypes(world, agent);
    decided(world, setSwitch("root", `turn:${agentId(0)}/turn-1`), {});
    runWorld(world);
    expect(tally(world).roots.has(`turn:${agentId(0)}/turn-1`)).toBe(false);
    expect(tally(world).roots.has(`turn:${agentId(1)}/turn-2`)).toBe(true);
  });
});

describe("one start at a time", () => {
  it("in a storm no session ever has two that may still start a turn", () => {
    for (let seed = 0; seed < scaled(200); seed += 1) {
      const world = storm(90_000 + seed);
      const open = new Map<string, string>();
      const push = world.sends.push.bind(world.sends);
      world.sends.push = (one) => {
        const { commandId, instruction } = one.data;
        if (expectedTurn(instruction) === null) {
          const before = open.get(one.to);
          const outcomes = world.sessions.get(one.to)?.outcomes ?? [];
          expect(before === undefined || outcomes.some((seen) => seen.commandId === before)).toBe(true);
          open.set(one.to, commandId);
          expect(outstandingStart(world.house, world.sight, one.to, world.at)?.commandId).toBe(commandId);
        }
        return push(one);
      };
      runWorld(world);
    }
  });
});

describe("what was refused", () => {
  it("leaves a storm of refusals muted, and asking on prolongs nothing", () => {
    const world = makeWorld(twoGroups, ring(2), honest());
    personTypes(world, 0);
    const { via } = { via: { sessionId: agentId(0), turnId: null } };
    const who = {
      principal: { kind: "session", name: agentId(0), role: "session" } as const,
      via,
      sight: world.sight,
    };
    const echo = (ms: number) => {
      const { verdict, after } = ask(world.house, { ...setSwitch("global", null) }, { ...who, at: AT + ms });
      world.house = after;
      return verdict.decision === "refused" ? verdict.code : verdict.decision;
    };
    expect([1, 2, 3, 4, 5].map(echo)).toEqual(Array(5).fill("forbidden"));
    expect(world.house.tempers.get(`session/${agentId(0)}`)?.mutedUntil).toBe(AT + 5 + 600_000);
    for (let ms = 6; ms < 600_000; ms += 10_000) echo(ms);
    expect(world.house.tempers.get(`session/${agentId(0)}`)?.mutedUntil).toBe(AT + 5 + 600_000);
  });
});
