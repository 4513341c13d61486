/** X1-036, difference by difference: whatever is not as the rows say is not finalised, and is made again until it is. */
import { keysOf, PART_NAMES, type PartName } from "@claw/archives";
import { Exit } from "effect";
import { describe, expect, test } from "vitest";
import { type ArchiveHouse } from "../src/archive/house.ts";
import {
  broken,
  change,
  ended,
  happen,
  HOUR_MS,
  ONE,
  round,
  showDecided,
  startHouse,
  type World,
} from "./archiving.ts";

/** One round in which something differs: nothing is asked for. Then it differs no more, and the next round finalises what is right. */
async function differsOnce(world: World, house: ArchiveHouse, mend: () => void): Promise<void> {
  expect(Exit.isSuccess(await round(house))).toBe(true);
  expect(world.asked).toEqual([]);
  expect(world.archived.size).toBe(0);
  mend();
  world.nowMs += HOUR_MS;
  expect(Exit.isSuccess(await round(house))).toBe(true);
  showDecided(world);
  expect(world.asked).toHaveLength(1);
  expect(broken(world)).toEqual([]);
}

/** Does something once, as soon as the last of the three objects was read back: the latest moment at which anything can change. */
function onceReadBack(world: World, act: () => void): void {
  let isDone = false;
  world.comesBack = (key, bytes) => {
    if (!isDone && key.includes("/summary-")) {
      isDone = true;
      act();
    }
    return bytes;
  };
}

const record = (world: World) => {
  const archived = world.archived.get(ONE);
  if (archived === undefined) throw new Error("not archived");
  return archived;
};

describe("event count", () => {
  test("X1-036: the rows count one fact more than the ledger holds", async () => {
    const world = ended();
    change(world, ONE, ({ factCount }) => ({ factCount: factCount + 1 }));
    await differsOnce(world, startHouse(world), () =>
      change(world, ONE, ({ factCount }) => ({ factCount: factCount - 1 })),
    );
    expect(record(world).events).toBe(3);
  });

  test("X1-036: the ledger holds one fact more than the rows count", async () => {
    const world = ended();
    happen(world, ONE, null, 0);
    world.nowMs += HOUR_MS;
    await differsOnce(world, startHouse(world), () =>
      change(world, ONE, ({ factCount }) => ({ factCount: factCount + 1 })),
    );
    expect(record(world).events).toBe(4);
  });

  test("X1-036: a fact comes while it is written", async () => {
    const world = ended();
    onceReadBack(world, () => happen(world, ONE, { text: "late" }));
    await differsOnce(world, startHouse(world), () => undefined);
    expect(record(world)).toMatchObject({ events: 4, version: 1 });
  });
});

describe("what comes back", () => {
  const DAMAGES: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | null>> = {
    "one byte more": (bytes) => Buffer.concat([bytes, Buffer.from("x")]),
    "one byte less": (bytes) => bytes.subarray(0, -1),
    "one byte that is another": (bytes) => Buffer.concat([bytes.subarray(0, -2), Buffer.from("~\n")]),
    "one line less": (bytes) => bytes.subarray(bytes.indexOf(10) + 1),
    nothing: () => new Uint8Array(0),
    "not there at all": () => null,
  };
  const cells = PART_NAMES.flatMap((part) =>
    Object.entries(DAMAGES).map(([name, damage]) => [part, name, damage] as const),
  );

  test.each(cells)("X1-036: %s, %s", async (part: PartName, _name, damage) => {
    const world = ended();
    world.comesBack = (key, bytes) => (key.includes(`/${part}-`) ? damage(bytes) : bytes);
    await differsOnce(world, startHouse(world), () => {
      world.comesBack = (_key, bytes) => bytes;
    });
  });
});

describe("the session's rows", () => {
  test("X1-036: it goes on living meanwhile: the terminal status is another", async () => {
    const world = ended();
    onceReadBack(world, () => change(world, ONE, () => ({ closed: null }), "ready"));
    await differsOnce(world, startHouse(world), () =>
      change(world, ONE, () => ({ closed: "archived" }), "stopped"),
    );
    expect(record(world)).toMatchObject({ status: "stopped", failure: null });
  });

  test("X1-036: it fails meanwhile", async () => {
    const world = ended();
    onceReadBack(world, () => change(world, ONE, () => ({}), "failed"));
    await differsOnce(world, startHouse(world), () => undefined);
    expect(record(world)).toMatchObject({ status: "failed", failure: "system_error", isFinal: true });
  });

  test("X1-036: it failed, and meanwhile for another reason", async () => {
    const world = ended();
    change(world, ONE, () => ({}), "failed");
    onceReadBack(world, () => change(world, ONE, () => ({ lifecycle: "failed" })));
    await differsOnce(world, startHouse(world), () => undefined);
    expect(record(world)).toMatchObject({ status: "failed", failure: "never_began" });
  });

  test("X1-036: another projector recorded this version meanwhile", async () => {
    const world = ended();
    const other = { ...world, asked: [], decided: [], objects: new Map(world.objects), archived: new Map() };
    await round(startHouse(other));
    showDecided(other);
    const theirs = record(other);
    onceReadBack(world, () => {
      world.archived.set(ONE, { ...theirs, events: 2 });
      for (const key of Object.values(keysOf(ONE, theirs)))
        world.objects.set(key, other.objects.get(key) ?? Buffer.from(""));
    });
    await round(startHouse(world));
    expect(world.asked).toEqual([]);
    await round(startHouse(world));
    showDecided(world);
    expect(record(world)).toMatchObject({ version: 2, events: 3 });
    expect(broken(world)).toEqual([]);
  });

  test("X1-036: it is gone from the rows meanwhile", async () => {
    const world = ended();
    const subject = world.subjects.get(ONE);
    onceReadBack(world, () => world.subjects.delete(ONE));
    await differsOnce(world, startHouse(world), () => {
      if (subject !== undefined) world.subjects.set(ONE, subject);
    });
  });
});
