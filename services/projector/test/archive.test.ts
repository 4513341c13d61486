/** Archives: when they are made, what is compared before they count, and what a process that dies leaves behind (X1-035, X1-036, X1-037). */
import { keysOf } from "@claw/archives";
import { Exit } from "effect";
import { describe, expect, test } from "vitest";
import {
  broken,
  change,
  DAY_MS,
  ended,
  happen,
  livesOn,
  makeWorld,
  ONE,
  round,
  showDecided,
  startHouse,
  type World,
} from "./archiving.ts";

const textOf = (world: World, part: "events" | "transcript" | "summary"): string => {
  const archived = world.archived.get(ONE);
  if (archived === undefined) throw new Error("not archived");
  return Buffer.from(world.objects.get(keysOf(ONE, archived)[part]) ?? "").toString("utf8");
};

describe("a session that ended", () => {
  test("X1-035: has its events as NDJSON, one line each, and a summary that says how it ended", async () => {
    const world = ended();
    await livesOn(world);
    expect(world.asked).toHaveLength(1);
    const lines = textOf(world, "events").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { position: 1, type: "item.completed", body: { text: "fact 0" } },
      { position: 2 },
      { position: 3 },
    ]);
    expect(JSON.parse(textOf(world, "summary"))).toMatchObject({
      sessionId: ONE,
      version: 1,
      position: 3,
      events: 3,
      status: "stopped",
      failure: null,
      isFinal: true,
    });
    expect(textOf(world, "transcript")).toMatch(/^# Session 0199-one\n/);
    expect(broken(world)).toEqual([]);
  });

  test("X1-036: why it failed is in the record, and a failure that comes later makes another archive", async () => {
    const world = ended();
    await livesOn(world);
    change(world, ONE, () => ({ lifecycle: "failed" }), "failed");
    await livesOn(world);
    expect(world.archived.get(ONE)).toMatchObject({ version: 2, status: "failed", failure: "never_began" });
    expect([...world.objects.keys()].every((key) => key.startsWith(`${ONE}/2/`))).toBe(true);
  });

  test("waits for a minute without a fact, and nothing is archived of a lane that is empty", async () => {
    const world = ended();
    world.nowMs -= 3_600_000 - 59_000;
    await livesOn(world);
    expect(world.asked).toEqual([]);
    const empty = makeWorld();
    change(empty, ONE, () => ({ lifecycle: "failed" }), "failed");
    empty.nowMs += DAY_MS;
    await livesOn(empty);
    expect(empty.asked).toEqual([]);
  });
});

test("objects that are gone, as after a restore without them, are made again as the next version", async () => {
  const world = ended();
  await livesOn(world);
  world.objects.clear();
  const house = startHouse(world);
  await round(house);
  expect(world.asked).toHaveLength(1);
  await livesOn(world, false);
  expect([world.archived.get(ONE)?.version, broken(world)]).toEqual([2, []]);
});

describe("a session that lives", () => {
  test("is archived as it changes, once in archive_hours, and not while it does not", async () => {
    const world = makeWorld();
    happen(world, ONE);
    await livesOn(world);
    expect(world.asked).toHaveLength(0);
    world.nowMs += DAY_MS;
    await livesOn(world);
    expect(world.archived.get(ONE)).toMatchObject({ version: 1, isFinal: false, status: "ready" });
    world.nowMs += 3 * DAY_MS;
    await livesOn(world);
    expect(world.asked).toHaveLength(1);
    happen(world, ONE);
    await livesOn(world);
    expect(world.archived.get(ONE)).toMatchObject({ version: 2, events: 2 });
  });
});

describe("retention", () => {
  test("X1-037: rows first, objects then, of what is final alone; the same facts are not archived again", async () => {
    const world = ended();
    await livesOn(world);
    world.nowMs += 364 * DAY_MS;
    await livesOn(world);
    expect(world.objects.size).toBe(3);
    world.nowMs += DAY_MS;
    const house = startHouse(world);
    await round(house);
    expect([world.decided.length, world.objects.size]).toEqual([1, 3]);
    showDecided(world);
    await round(house);
    expect([world.archived.get(ONE)?.deletedAt, world.objects.size]).toEqual([world.nowMs, 0]);
    world.nowMs += 400 * DAY_MS;
    await livesOn(world);
    expect([world.asked.length, world.objects.size]).toEqual([2, 0]);
  });

  test("X1-037: the archive of a session that lives stays, however old it is", async () => {
    const world = makeWorld();
    happen(world, ONE);
    world.nowMs += DAY_MS;
    await livesOn(world);
    world.nowMs += 900 * DAY_MS;
    await livesOn(world);
    expect([world.asked.length, world.objects.size]).toEqual([1, 3]);
  });
});

describe("a house that does not answer", () => {
  test("is asked again with the same command, so that one archive is one decision", async () => {
    const world = ended();
    const house = startHouse(world);
    world.isGateOpen = false;
    expect(Exit.isFailure(await round(house))).toBe(true);
    world.isGateOpen = true;
    await round(house);
    expect(new Set(world.asked.map(({ commandId }) => commandId)).size).toBe(1);
    expect(world.asked).toHaveLength(2);
  });

  test("what was accepted and is not in the rows yet is not asked for again", async () => {
    const world = ended();
    const house = startHouse(world);
    await round(house);
    await round(house);
    expect(world.asked).toHaveLength(1);
  });
});

describe("a process that dies at any step", () => {
  /** A first archive, a second one that makes it needless, and the end of both. */
  async function wholeLife(diesAt: number): Promise<World> {
    const world = { ...ended(2), diesAt };
    await livesOn(world);
    expect(broken(world)).toEqual([]);
    happen(world, ONE, { text: "more" });
    world.nowMs += 3_600_000;
    await livesOn(world);
    expect(broken(world)).toEqual([]);
    expect(world.archived.get(ONE)).toMatchObject({ events: 3, deletedAt: null });
    world.nowMs += 366 * DAY_MS;
    await livesOn(world);
    return world;
  }

  test("X1-036 X1-037: leaves no row without its objects, and in the end no object without its row", async () => {
    const { steps } = await wholeLife(Infinity);
    expect(steps).toBeGreaterThan(25);
    for (let diesAt = 1; diesAt <= steps; diesAt += 1) {
      const world = await wholeLife(diesAt);
      expect([diesAt, world.archived.get(ONE)?.deletedAt === null, world.objects.size]).toEqual([
        diesAt,
        false,
        0,
      ]);
    }
  });
});
