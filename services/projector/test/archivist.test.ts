/** The archivist over many rounds: what is away is waited for, and a defect is the end of one round alone. */
import { makeMetrics } from "@claw/runtime";
import { Effect, Schedule } from "effect";
import { expect, test } from "vitest";
import { makeArchivist } from "../src/archive/archivist.ts";
import { broken, ended, showDecided, startHouse, type World } from "./archiving.ts";

const PATIENCE = { roundMs: 1, baseMs: 1, capMs: 2 };

/** Archives until something was decided, at most for ten seconds. */
async function archiveUntilDecided(world: World, odd: { rounds: number }, trouble: Effect.Effect<void>) {
  const { outcomes: _outcomes, asked: _asked, tried: _tried, waits: _waits, ...options } = startHouse(world);
  const metrics = makeMetrics();
  const caughtUp = Effect.suspend(() => ((odd.rounds -= 1) >= 0 ? trouble : Effect.void));
  const archivist = makeArchivist({ ...options, metrics, caughtUp, patience: PATIENCE });
  const decided = Effect.suspend(() => (world.decided.length > 0 ? Effect.void : Effect.fail("not yet")));
  const wait = Effect.retry(decided, { schedule: Schedule.spaced("1 millis") });
  await Effect.runPromise(Effect.timeout(Effect.raceFirst(archivist, wait), "10 seconds"));
  showDecided(world);
  const { values } = (await metrics.getSingleMetric("claw_archives_total")?.get()) ?? { values: [] };
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels["outcome"]), value]));
}

test("X1-036: a round that dies of a defect is counted, and the next one archives", async () => {
  const world = ended();
  const counts = await archiveUntilDecided(world, { rounds: 2 }, Effect.die(new Error("odd")));
  expect(counts).toMatchObject({ failed: 2, finalised: 1 });
  expect(broken(world)).toEqual([]);
});
