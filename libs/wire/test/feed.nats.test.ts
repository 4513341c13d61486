/** The feed over a real server: whispers are heard, missed ones are made up for, and a position is waited for. */
import { LedgerId, type Position, position, talkSubjects } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Deferred, Effect, Fiber, PubSub, Stream } from "effect";
import { TestClock } from "effect/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Feed, hearFeed, MAX_CHANGES, tellFeed, type Whisper } from "../src/index.ts";
import { begin, openOwnWorld, openWorld, run, type TalkWorld, troubles, until } from "./talk-world.ts";

const LEDGER = LedgerId.parse("ledger-1");
const whisper = (at: number, changes = 1): Whisper => ({
  position: position(at),
  changes: Array.from({ length: changes }, (_, n) => ({
    view: "sessions",
    key: `thread-${n}`,
    position: position(at),
  })),
});

interface Source {
  readonly feed: Feed;
  readonly tell: (whisper: Whisper) => void;
}
function source(): Source {
  const whispers = Effect.runSync(PubSub.sliding<Whisper>(16));
  let stands: Position = position(0);
  return {
    feed: {
      position: () => stands,
      subscribe: Effect.map(PubSub.subscribe(whispers), Stream.fromSubscription),
      reached: () => Effect.never,
    },
    tell: (one) => {
      stands = one.position;
      PubSub.publishUnsafe(whispers, one);
    },
  };
}

let world: TalkWorld;
let projector: NatsConnection;
let gateway: NatsConnection;
beforeAll(async () => {
  world = await openWorld();
  [projector, gateway] = [await world.connection(), await world.connection()];
});
afterAll(() => world.end());

/** Hears a feed and collects what it whispers. */
const collect = Effect.fnUntraced(function* (feed: Feed, into: Whisper[]) {
  const whispers = yield* feed.subscribe;
  yield* Effect.forkScoped(Stream.runForEach(whispers, (one) => Effect.sync(() => into.push(one))));
});

describe("a feed through NATS", () => {
  it("whispers to every gateway of the ledger, and to no other's", async () => {
    const { feed, tell } = source();
    const heard: Whisper[][] = [[], [], []];
    const other = await world.connection();
    await run(
      Effect.gen(function* () {
        const ears = [
          yield* hearFeed(gateway, LEDGER, position(0)),
          yield* hearFeed(other, LEDGER, position(0)),
          yield* hearFeed(gateway, LedgerId.parse("ledger-2"), position(0)),
        ];
        for (const [index, ear] of ears.entries()) yield* collect(ear, heard[index] ?? []);
        yield* tellFeed(projector, LEDGER, feed);
        tell(whisper(5));
        tell(whisper(6, 2));
        yield* Effect.promise(() =>
          until("both heard", () => heard.slice(0, 2).every((one) => one.at(-1)?.position === 6)),
        );
        expect(ears.map((ear) => ear.position())).toEqual([6, 6, 0]);
      }),
    );
    const changed = (one: readonly Whisper[] | undefined): unknown =>
      one?.filter(({ changes }) => changes.length > 0);
    expect(heard.map(changed)).toEqual([[whisper(5), whisper(6, 2)], [whisper(5), whisper(6, 2)], []]);
  });

  it(`beyond ${MAX_CHANGES} changes, or too many bytes of them, only the position is told`, async () => {
    const { all, onTrouble } = troubles();
    const { feed, tell } = source();
    const heard: Whisper[] = [];
    const long = whisper(3, 490);
    await run(
      Effect.gen(function* () {
        yield* collect(yield* hearFeed(gateway, LEDGER, position(0), { onTrouble }), heard);
        yield* tellFeed(projector, LEDGER, feed, { onTrouble });
        tell(whisper(1, MAX_CHANGES));
        tell(whisper(2, MAX_CHANGES + 1));
        tell({ ...long, changes: long.changes.map((one) => ({ ...one, key: "k".repeat(512) })) });
        yield* Effect.promise(() => until("all heard", () => heard.at(-1)?.position === 3));
      }),
    );
    const told = heard.filter((one) => one.position > 0);
    expect(told.map(({ changes }) => changes.length)).toEqual([MAX_CHANGES, 0, 0]);
    expect(all).toEqual([]);
  });

  it("reminds of the position every 5 s, so that a whisper that was missed is noticed", async () => {
    const { feed, tell } = source();
    const heard: Whisper[] = [];
    await run(
      Effect.gen(function* () {
        yield* tellFeed(projector, LEDGER, feed);
        const before = projector.stats().outMsgs;
        tell(whisper(9));
        yield* Effect.promise(() => until("told", () => projector.stats().outMsgs > before));
        yield* Effect.promise(() => projector.flush());
        const ear = yield* hearFeed(gateway, LEDGER, position(0));
        yield* collect(ear, heard);
        for (let seconds = 0; seconds < 10 && ear.position() < 9; seconds += 1) {
          yield* TestClock.adjust("1 second");
          yield* Effect.promise(() => projector.flush());
          yield* Effect.promise(() => gateway.flush());
        }
        expect(ear.position()).toBe(9);
      }).pipe(Effect.provide(TestClock.layer())),
    );
    expect(heard).toContainEqual({ position: 9, changes: [] });
  });

  it("wakes who waits for a position, and nobody else", async () => {
    const { feed, tell } = source();
    await run(
      Effect.gen(function* () {
        const ear = yield* hearFeed(gateway, LEDGER, position(3));
        yield* ear.reached(position(3));
        const waiting = yield* Effect.forkScoped(ear.reached(position(8)));
        const longer = yield* Effect.forkScoped(ear.reached(position(99)));
        yield* tellFeed(projector, LEDGER, feed);
        tell(whisper(7));
        yield* Effect.promise(() => until("7 heard", () => ear.position() === 7));
        expect(waiting.pollUnsafe()).toBeUndefined();
        tell(whisper(8));
        yield* Fiber.await(waiting);
        expect(longer.pollUnsafe()).toBeUndefined();
      }),
    );
  });

  it("nonsense is counted and moves nothing", async () => {
    const { all, onTrouble } = troubles();
    await run(
      Effect.gen(function* () {
        const ear = yield* hearFeed(gateway, LEDGER, position(3), { onTrouble });
        const subject = talkSubjects.feed(LEDGER);
        const nonsense = [
          "",
          "{",
          '{"position":-1,"changes":[]}',
          '{"position":9}',
          "\u0000",
          '{"position":9,"changes":[1]}',
        ];
        for (const text of nonsense) projector.publish(subject, text);
        yield* Effect.promise(() => until("all counted", () => all.length === nonsense.length));
        expect(ear.position()).toBe(3);
      }),
    );
    expect(new Set(all)).toEqual(new Set(["feed/malformed"]));
  });

  it("a server that went and came back is heard again, and nothing piles up meanwhile", async () => {
    const own = await openOwnWorld();
    const [teller, listener] = [await own.connection(), await own.connection()];
    const { feed, tell } = source();
    const heard: Whisper[] = [];
    const ready = Deferred.makeUnsafe<Feed>();
    const ends = [
      await begin(tellFeed(teller, LEDGER, feed)),
      await begin(
        Effect.flatMap(hearFeed(listener, LEDGER, position(0)), (ear) =>
          Effect.andThen(collect(ear, heard), Deferred.succeed(ready, ear)),
        ),
      ),
    ];
    await Effect.runPromise(Deferred.await(ready));
    await own.server.stop("SIGKILL");
    await until("both saw it", () => teller.info === undefined && listener.info === undefined);
    const before = teller.stats().outMsgs;
    for (let at = 1; at <= 500; at += 1) tell(whisper(at));
    await own.server.start();
    let at = 500;
    await until("heard again", () => {
      tell(whisper((at += 1)));
      return (heard.at(-1)?.position ?? 0) > 500;
    });
    expect(teller.stats().outMsgs - before).toBeLessThan(at);
    await Promise.all(ends.map((end) => end()));
  });
});
