/** Archives of a session that never pauses: of one moment, whole, and in time (X1-035, X1-036); and that nobody keeps that moment for longer than it takes. */
import { keysOf, ObjectsUnavailable, type PartName } from "@claw/archives";
import { Effect, Exit, Fiber } from "effect";
import { describe, expect, test } from "vitest";
import { type ArchiveHouse } from "../src/archive/house.ts";
import { archiveRound } from "../src/archive/round.ts";
import { writeArchive } from "../src/archive/write.ts";
import type { KeptItem } from "../src/domain/archive/kept.ts";
import {
  broken,
  change,
  DAY_MS,
  ended,
  happen,
  makeWorld,
  ONE,
  round,
  showDecided,
  startHouse,
  type World,
} from "./archiving.ts";

const item = (n: number): World["items"][number] =>
  ({
    turnId: "turn-1",
    kind: "agentMessage",
    phase: "completed",
    status: null,
    startedAt: null,
    completedAt: null,
    exitCode: null,
    text: `said ${n}`,
    command: null,
    output: null,
    tool: null,
    paths: [],
    cutBytes: 0,
  }) satisfies KeptItem as unknown as World["items"][number];

/** A session that lives, and says one thing more whenever anybody writes or reads an object. */
function busy(): World {
  const world = makeWorld();
  const goOn = (): void => {
    happen(world, ONE, { text: "meanwhile" });
    world.items.push(item(world.items.length));
    change(world, ONE, ({ itemCount }) => ({ itemCount: itemCount + 1 }));
  };
  for (let n = 0; n < 3; n += 1) happen(world, ONE, { text: `fact ${n}` });
  world.whenPut = goOn;
  world.comesBack = (_key, bytes) => {
    goOn();
    return bytes;
  };
  world.nowMs += DAY_MS;
  return world;
}

const textOf = (world: World, part: PartName): string => {
  const archived = world.archived.get(ONE);
  if (archived === undefined) throw new Error("not archived");
  return Buffer.from(world.objects.get(keysOf(ONE, archived)[part]) ?? "").toString("utf8");
};

const failing = (house: ArchiveHouse): ArchiveHouse => ({
  ...house,
  store: {
    ...house.store,
    put: () => Effect.fail(new ObjectsUnavailable({ reason: "unreachable", retry: "later", detail: "" })),
  },
});

describe("a session that never pauses", () => {
  test("X1-035 X1-036: is archived as it was at one moment, though facts come at each step of it", async () => {
    const world = busy();
    await round(startHouse(world));
    showDecided(world);
    expect(world.ledger).toHaveLength(9);
    expect(world.archived.get(ONE)).toMatchObject({ version: 1, events: 3, isFinal: false });
    expect(broken(world)).toEqual([]);
    expect(textOf(world, "events").trimEnd().split("\n")).toHaveLength(3);
    expect(textOf(world, "transcript")).not.toContain("\n### ");
    expect(JSON.parse(textOf(world, "summary"))).toMatchObject({ events: 3, session: { itemCount: 0 } });
  });

  test("X1-036: once in archive_hours, each time with what came since", async () => {
    const world = busy();
    for (let day = 1; day <= 3; day += 1) {
      await round(startHouse(world));
      showDecided(world);
      expect([day, world.archived.get(ONE)?.version, broken(world)]).toEqual([day, day, []]);
      world.nowMs += DAY_MS;
    }
    expect(world.archived.get(ONE)?.events).toBe(15);
    expect(textOf(world, "transcript").match(/^### /gm)).toHaveLength(12);
  });

  test("X1-036: it comes to its end meanwhile: what was written is no final archive, and that one follows", async () => {
    const world = busy();
    world.comesBack = (_key, bytes) => {
      change(world, ONE, () => ({ closed: "archived" }), "stopped");
      return bytes;
    };
    await round(startHouse(world));
    showDecided(world);
    expect(world.archived.get(ONE)).toMatchObject({ version: 1, isFinal: false, status: "ready" });
    world.whenPut = () => undefined;
    world.nowMs += DAY_MS;
    await round(startHouse(world));
    showDecided(world);
    expect(world.archived.get(ONE)).toMatchObject({
      version: 2,
      events: 6,
      isFinal: true,
      status: "stopped",
    });
  });

  test("X1-036: another projector recorded this version meanwhile", async () => {
    const world = busy();
    const house = startHouse(world);
    world.comesBack = (key, bytes) => {
      if (key.includes("/summary-")) showDecided({ ...world, decided: [...other.decided] });
      return bytes;
    };
    const other = { ...makeWorld(), ledger: world.ledger, subjects: world.subjects, nowMs: world.nowMs };
    await round(startHouse(other));
    await round(house);
    expect([other.asked.length, world.asked.length]).toEqual([1, 0]);
  });
});

describe("the rows of one moment", () => {
  test("are let go of before anything is read back, and where nothing is to be archived", async () => {
    const world = ended();
    const seen: number[] = [];
    world.comesBack = (_key, bytes) => {
      seen.push(world.snapshots);
      return bytes;
    };
    await round(startHouse(world));
    expect(seen).toEqual([0, 0, 0]);
    change(world, ONE, ({ factCount }) => ({ factCount: factCount + 1 }));
    expect(await Effect.runPromise(writeArchive(startHouse(world), ONE))).toMatchObject({ why: "count" });
    expect(world.snapshots).toBe(0);
  });

  test("are let go of where the objects are away, and where a process dies of a defect", async () => {
    const world = ended();
    expect(Exit.isFailure(await round(failing(startHouse(world))))).toBe(true);
    expect(world.snapshots).toBe(0);
    world.diesAt = 2;
    expect(Exit.isFailure(await round(startHouse(world)))).toBe(true);
    expect([world.steps, world.snapshots]).toEqual([2, 0]);
  });

  test("are let go of when archiving is interrupted", async () => {
    const world = ended();
    await Effect.runPromise(
      Effect.gen(function* () {
        const house = startHouse(world);
        const put = Promise.withResolvers<void>();
        const stuck = { ...house.store, put: () => Effect.andThen(Effect.sync(put.resolve), Effect.never) };
        const fiber = yield* Effect.forkChild(archiveRound({ ...house, store: stuck }));
        yield* Effect.promise(() => put.promise);
        expect(world.snapshots).toBe(1);
        yield* Fiber.interrupt(fiber);
        expect(world.snapshots).toBe(0);
      }),
    );
  });

  test("are not kept for longer than their time by a store that is slow", async () => {
    const world = ended();
    const house = startHouse(world);
    const stuck = { ...house, snapshotMs: 1, store: { ...house.store, put: () => Effect.never } };
    expect(await Effect.runPromise(writeArchive(stuck, ONE))).toEqual({ status: "differs", why: "slow" });
    expect(world.snapshots).toBe(0);
  });

  test("that cannot be read are waited for like a store that is away", async () => {
    const world = ended();
    const house = startHouse(world);
    const error = Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR" });
    const rows = {
      ...house.rows,
      snapshot: () => {
        throw error;
      },
    };
    const exit = await round({ ...house, rows });
    expect(Exit.isFailure(exit)).toBe(true);
    expect(world.asked).toEqual([]);
  });
});
