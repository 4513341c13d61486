/** The log into the ledger: nothing lost, nothing twice, and receipts only for what is kept. */
import { LogUnavailable } from "@claw/eventlog";
import { Effect, Stream } from "effect";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeStreams } from "./fake-streams.ts";
import {
  claimed,
  endOf,
  epochOf,
  factOf,
  facts,
  gateTo,
  hostOf,
  idsIn,
  openLedgerIn,
  startFleet,
  until,
  untilSaying,
  untilTaken,
} from "./given-fleet.ts";
import { run, temporaryFolder, testScale } from "./given.ts";

it("the first projector makes the first generation, claims it, and is of record (DESIGN 14.2)", () =>
  run(
    Effect.gen(function* () {
      const streams = makeStreams();
      const gate = gateTo(streams);
      gate.isOpen = false;
      const projector = yield* startFleet(streams, temporaryFolder(), { gate });
      yield* untilSaying(projector, "no ledger is of record: watermarks stand still");
      expect(streams.current()?.generation).toBe(1);
      streams.append(...facts(1, 1, 3));
      yield* until(() => gate.asked > 3);
      expect(projector.told).toEqual([]);
      gate.isOpen = true;
      yield* untilSaying(projector, "of record at 4");
      yield* until(() => projector.told.length > 0);
      expect(projector.told.at(-1)).toEqual({
        hostId: hostOf(1),
        epoch: epochOf(1),
        confirmed: 3,
        missing: [],
      });
    }),
  ));

it("a replica never claims, and tells no host anything", () =>
  run(
    Effect.gen(function* () {
      const streams = makeStreams();
      yield* streams.keeper.ensure(true);
      const replica = yield* startFleet(streams, temporaryFolder(), { role: "replica" });
      yield* untilSaying(replica, "no ledger is of record");
      streams.append(...facts(1, 1, 9), claimed("somebody" as never), ...facts(1, 10, 12));
      yield* untilSaying(replica, "replica at 13");
      expect(replica.gate.asked).toBe(0);
      expect(replica.told).toEqual([]);
    }),
  ));

it("a replica makes no stream and asks the keeper nothing", () =>
  run(
    Effect.gen(function* () {
      const streams = makeStreams();
      const replica = yield* startFleet(streams, temporaryFolder(), {
        role: "replica",
        keeper: new Proxy(streams.keeper, {
          get: () => {
            throw new Error("a replica has no key");
          },
        }),
      });
      yield* untilSaying(replica, "waits for the log");
      yield* streams.keeper.ensure(true);
      streams.append(factOf(1, 1), claimed("somebody" as never));
      yield* untilSaying(replica, "replica at 2");
    }),
  ));

describe("receipts", () => {
  it("speak only of what is committed (S1-157)", () =>
    run(
      Effect.gen(function* () {
        const streams = makeStreams();
        const early: number[] = [];
        let confirmed = 0;
        const projector = yield* startFleet(streams, temporaryFolder(), {
          through: (ledger) => ({
            ...ledger,
            take: (generation, messages) =>
              Effect.gen(function* () {
                yield* Effect.sleep("1 millis");
                const taken = yield* ledger.take(generation, messages);
                for (const receipt of taken.receipts) confirmed = receipt.confirmed;
                return taken;
              }),
          }),
        });
        yield* untilSaying(projector, "of record");
        yield* Effect.forkScoped(
          Effect.forever(
            Effect.andThen(
              Effect.sync(() => {
                const last = projector.told.at(-1);
                if (last !== undefined && last.confirmed > confirmed) early.push(last.confirmed);
              }),
              Effect.yieldNow,
            ),
          ),
        );
        for (let seq = 1; seq <= 400; seq += 20) {
          streams.append(...facts(1, seq, seq + 19));
          yield* until(() => projector.told.at(-1)?.confirmed === seq + 19);
        }
        expect(early).toEqual([]);
      }),
    ));

  it("do not leave when the commit fails", () =>
    run(
      Effect.gen(function* () {
        const streams = makeStreams();
        let isFull = false;
        let tries = 0;
        const projector = yield* startFleet(streams, temporaryFolder(), {
          through: (ledger) => ({
            ...ledger,
            take: (generation, messages) => {
              tries += 1;
              return isFull
                ? Effect.fail(new LogUnavailable({ reason: "disk_full", retry: "later", detail: "full" }))
                : ledger.take(generation, messages);
            },
          }),
        });
        yield* untilSaying(projector, "of record");
        isFull = true;
        tries = 0;
        streams.append(...facts(1, 1, 5));
        yield* until(() => tries >= 3);
        expect(projector.told).toEqual([]);
        expect(projector.health()).toContain("disk_full");
        isFull = false;
        yield* until(() => projector.told.at(-1)?.confirmed === 5);
        yield* untilSaying(projector, "of record at 6");
      }),
    ));

  it("of each outbox the newest is kept for a reader who comes late", () =>
    run(
      Effect.gen(function* () {
        const streams = makeStreams();
        const projector = yield* startFleet(streams, temporaryFolder());
        yield* untilSaying(projector, "of record");
        for (const host of [1, 2, 3]) streams.append(...facts(host, 1, 50));
        yield* until(() => projector.told.filter(({ confirmed }) => confirmed === 50).length === 3);
        expect(new Set(projector.told.map(({ hostId }) => hostId)).size).toBe(3);
      }),
    ));
});

it("any batches, restarts and failures of the disk end in the ledger that one batch makes (S1-153, RELIABILITY E11)", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 12 })), {
        minLength: 1,
        maxLength: 40,
      }),
      fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 5 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
      (places, cuts, luck) =>
        run(
          Effect.gen(function* () {
            const streams = makeStreams();
            const folder = temporaryFolder();
            const entries = places.map(([host, seq]) => factOf(host, seq));
            let from = 0;
            for (const cut of [...cuts, entries.length])
              yield* Effect.scoped(
                Effect.gen(function* () {
                  const projector = yield* startFleet(streams, folder, {
                    through: (ledger) => ({
                      ...ledger,
                      take: (generation, messages) =>
                        luck.next().value === 0
                          ? Effect.fail(new LogUnavailable({ reason: "io", retry: "later", detail: "io" }))
                          : ledger.take(generation, messages),
                    }),
                  });
                  yield* until(() => streams.current()?.isOpen === true);
                  streams.append(...entries.slice(from, from + cut));
                  from += cut;
                  if (from >= entries.length) yield* untilTaken(projector, streams);
                }),
              );
            const whole = yield* openLedgerIn(temporaryFolder());
            yield* whole.take(1, streams.current()?.messages ?? []);
            const found = yield* openLedgerIn(folder);
            expect(yield* endOf(found)).toEqual(yield* endOf(whole));
            expect(yield* idsIn(found)).toEqual(yield* idsIn(whole));
          }),
        ),
    ),
    { numRuns: 15 * testScale },
  ));

it("says what it is every so often, for gateways to compare (ADR 0009)", () =>
  run(
    Effect.gen(function* () {
      const streams = makeStreams();
      const projector = yield* startFleet(streams, temporaryFolder());
      streams.append(
        ...(yield* Effect.andThen(
          until(() => streams.current() !== undefined),
          Effect.sync(() => facts(1, 1, 4)),
        )),
      );
      yield* untilSaying(projector, "of record at 5");
      const { chain } = yield* endOf(projector.ledger);
      const { ledgerId } = projector.ledger;
      const beat = { ledgerId, role: "record", position: 5, chain, generation: 1, lag: 0 };
      yield* until(
        () => JSON.stringify(projector.beats.at(-1)) === JSON.stringify(beat),
        () => JSON.stringify(projector.beats.at(-1)),
      );
    }),
  ));

it("reads its ledger for others by range and lane", () =>
  run(
    Effect.gen(function* () {
      const streams = makeStreams();
      const projector = yield* startFleet(streams, temporaryFolder());
      yield* untilSaying(projector, "of record at 1");
      streams.append(...facts(1, 1, 4), ...facts(2, 1, 4));
      yield* untilSaying(projector, "of record at 9");
      const { read, receiptOf } = projector.replication;
      const lane = factOf(2, 1).envelope.lane;
      const range = { after: 1, through: 7, lane } as unknown as Parameters<typeof read>[0];
      const placed = yield* Stream.runCollect(read(range));
      expect(placed.map((one) => one.position)).toEqual([6, 7]);
      expect((yield* receiptOf(hostOf(2), epochOf(1))).confirmed).toBe(4);
    }),
  ));
