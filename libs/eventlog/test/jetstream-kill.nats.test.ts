/** What a killed server may do to a writer and a follower: nothing but to keep them waiting. */
import { Effect, Fiber, Stream } from "effect";
import { expect, it } from "vitest";
import { givenEntry, givenLane } from "../src/contract/index.ts";
import type { JetStreamLog, Outcome } from "../src/index.ts";
import { givenServer, held, makeStreams, openOn, until } from "./nats.ts";
import { testScale } from "./temporary.ts";

const KILLS = 3 * testScale;
const WRITERS = 4;
const BATCH = 50;

it(
  `after ${KILLS} kill -9 of the server under load, what was acknowledged is there once and a follower saw no gap and no repeat (N1-001, N1-005, N1-006)`,
  { timeout: 60_000 + KILLS * 20_000 },
  async () => {
    const server = await givenServer();
    await makeStreams(server);
    const log = await held(openOn(server, "writer"));
    const reader = await held(openOn(server, "reader"));
    const followed: string[] = [];
    const following = Effect.runFork(
      Stream.runForEach(reader.follow(0), (logged) =>
        Effect.sync(() => followed.push(`${logged.sequence} ${logged.entry.envelope.id}`)),
      ),
    );
    const acked: string[] = [];
    const load = { isOver: false };
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      Effect.runPromise(write(log, writer, acked, load)),
    );
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = acked.length;
      await until("the load goes on", () => acked.length > before + 1_000 * Math.random());
      await server.stop("SIGKILL");
      await server.start();
    }
    const before = acked.length;
    await until("the load goes on", () => acked.length > before);
    load.isOver = true;
    await Promise.all(writers);
    const last = await Effect.runPromise(log.last);
    await until("the follower is there", () => followed.at(-1)?.startsWith(`${last} `) ?? false);
    await Effect.runPromise(Fiber.interrupt(following));
    const stored = await Effect.runPromise(Stream.runCollect(log.read({ after: 0 })));
    expect(followed).toEqual(stored.map(({ sequence, entry }) => `${sequence} ${entry.envelope.id}`));
    expect(stored.map(({ sequence }) => Number(sequence))).toEqual(stored.map((_, index) => index + 1));
    const ids = stored.map(({ entry }) => entry.envelope.id as string);
    expect(new Set(ids).size).toBe(ids.length);
    expect(acked.toSorted()).toEqual(ids.toSorted());
    // Each writer's lane is in its order: what was lost on the wire was sent again before what came later.
    for (let writer = 0; writer < WRITERS; writer += 1) {
      const mine = ids.filter((id) => id.startsWith(`test/${writer}/`)).map((id) => Number(id.split("/")[2]));
      expect(mine).toEqual(mine.map((_, index) => index));
    }
  },
);

/** Appends until it is told to stop; what fails for now is appended again. */
const write = Effect.fnUntraced(function* (
  log: JetStreamLog,
  writer: number,
  acked: string[],
  load: { readonly isOver: boolean },
) {
  for (let from = 0; !load.isOver; from += BATCH) {
    const drafts = Array.from({ length: BATCH }, (_, n) => ({
      entry: givenEntry({ id: `test/${writer}/${from + n}`, lane: givenLane(`s${writer}`) }),
    }));
    const outcomes: readonly Outcome[] = yield* Effect.retry(log.append(drafts), {
      while: ({ retry }) => retry === "later",
      times: 20,
    });
    for (const { status } of outcomes)
      if (status !== "appended" && status !== "duplicate") throw new Error(status);
    for (const { entry } of drafts) acked.push(entry.envelope.id);
  }
});
