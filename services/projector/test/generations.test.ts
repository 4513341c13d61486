/** What becomes of a log that must not be continued: the ledger of record begins its next generation, everybody else stops (ADR 0009, 0010). */
import { cpSync } from "node:fs";
import { type Ledger, messageOf } from "@claw/eventlog";
import { type Entry, position } from "@claw/events";
import { Effect, Exit } from "effect";
import { describe, expect, it } from "vitest";
import { openingOf } from "../src/domain/beginning.ts";
import { count, entryIn, type FakeStreams, makeStreams } from "./fake-streams.ts";
import {
  epochOf,
  factOf,
  facts,
  gateTo,
  hostOf,
  idsIn,
  openLedgerIn,
  recorded,
  startFleet,
  trimAsked,
  until,
  untilSaying,
  untilTaken,
} from "./given-fleet.ts";
import { run, temporaryFolder } from "./given.ts";

const held = (streams: FakeStreams, generation = streams.current()?.generation ?? 0): readonly Entry[] =>
  (streams.all.get(generation)?.messages ?? []).map(entryIn);
const heldIds = (streams: FakeStreams, generation?: number): readonly string[] =>
  held(streams, generation).map(({ envelope }) => envelope.id);

/** A ledger whose process can be ended before and after each commit. */
const mortal =
  (streams: FakeStreams) =>
  (ledger: Ledger): Ledger => {
    const die = Effect.sync(() => count(streams));
    return {
      ...ledger,
      take: (...batch) => Effect.tap(Effect.andThen(die, ledger.take(...batch)), () => die),
      takeAgain: (...batch) => Effect.tap(Effect.andThen(die, ledger.takeAgain(...batch)), () => die),
    };
  };

/** What has to be true once the ledger of record has begun a generation: nothing lost, sequences that never were, one opening behind the tails. */
const expectBegun = Effect.fnUntraced(function* (
  streams: FakeStreams,
  folder: string,
  begun: { readonly generation: number; readonly reason: string; readonly highest: number },
) {
  const current = streams.current();
  expect(current).toMatchObject({ generation: begun.generation, isOpen: true });
  expect(current?.messages[0]?.sequence).toBeGreaterThan(begun.highest);
  const openings = held(streams).flatMap((entry) => openingOf(entry) ?? []);
  expect(openings.filter(({ generation }) => generation === begun.generation)).toHaveLength(1);
  const ledger = yield* openLedgerIn(folder);
  const opening = openings.find(({ generation }) => generation === begun.generation);
  expect(opening?.reason).toBe(begun.reason);
  expect(yield* ledger.chain(position(opening?.position ?? 0))).toBe(opening?.chain);
  const ids = yield* idsIn(ledger);
  expect(new Set(ids).size).toBe(ids.length);
  return ids;
});

describe("a log that lost its tail while nobody looked", () => {
  it("is not continued, although its numbers were used again: nothing is skipped (RELIABILITY E10)", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder] = [makeStreams(), temporaryFolder()];
        yield* recorded(streams, folder);
        streams.loseTail(6);
        streams.append(...facts(3, 1, 20));
        const highest = streams.current()?.last ?? 0;
        yield* Effect.scoped(
          Effect.gen(function* () {
            const projector = yield* startFleet(streams, folder);
            yield* until(() => streams.current()?.generation === 2);
            yield* untilTaken(projector, streams);
          }),
        );
        const ids = yield* expectBegun(streams, folder, { generation: 2, reason: "regressed", highest });
        for (const entry of [...facts(1, 1, 5), ...facts(2, 1, 5), ...facts(3, 1, 20)])
          expect(ids).toContain(entry.envelope.id);
        expect(heldIds(streams)).toEqual([
          ids[0],
          factOf(1, 5).envelope.id,
          factOf(2, 5).envelope.id,
          factOf(3, 20).envelope.id,
          "resumed/2",
        ]);
      }),
    ));

  it("is continued by its own rules when only numbers moved: a shorter stream, a stream that is gone", () =>
    run(
      Effect.gen(function* () {
        for (const [hurt, reason] of [
          [(streams: FakeStreams) => streams.loseTail(3), "regressed"],
          [(streams: FakeStreams) => streams.drop(1), "deleted"],
        ] as const) {
          const [streams, folder] = [makeStreams(), temporaryFolder()];
          yield* recorded(streams, folder);
          hurt(streams);
          yield* Effect.scoped(
            Effect.gen(function* () {
              const projector = yield* startFleet(streams, folder);
              yield* until(() => streams.current()?.generation === 2);
              streams.append(factOf(1, 6));
              yield* untilTaken(projector, streams);
              yield* untilSaying(projector, "of record at 13");
            }),
          );
          yield* expectBegun(streams, folder, { generation: 2, reason, highest: 11 });
        }
      }),
    ));

  it("stops a replica with log.regressed, and its health waits for the next generation", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder, other] = [makeStreams(), temporaryFolder(), temporaryFolder()];
        yield* recorded(streams, folder);
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* untilTaken(yield* startFleet(streams, other, { role: "replica" }), streams, "replica");
          }),
        );
        streams.loseTail(6);
        streams.append(...facts(3, 1, 20));
        const replica = yield* startFleet(streams, other, { role: "replica" });
        const stopped = yield* Effect.flip(replica.replication.ended);
        expect(stopped.sentence).toContain("log.regressed");
        expect(replica.health()).toContain("log.regressed");
        expect(streams.current()?.generation).toBe(1);
      }),
    ));
});

it("while it is followed, a lost tail is noticed, a generation begun and followed, without a restart", () =>
  run(
    Effect.gen(function* () {
      const [streams, folder] = [makeStreams(), temporaryFolder()];
      const projector = yield* startFleet(streams, folder);
      yield* untilSaying(projector, "of record at 1");
      streams.append(...facts(1, 1, 5));
      yield* untilTaken(projector, streams);
      streams.loseTail(2);
      yield* until(() => streams.current()?.generation === 2 && streams.current()?.isOpen === true);
      streams.append(factOf(1, 6));
      yield* untilSaying(projector, "of record at 8");
      yield* until(() => projector.told.at(-1)?.confirmed === 6);
      expect(projector.told.at(-1)?.hostId).toBe(hostOf(1));
    }),
  ));

describe("beginning a generation", () => {
  const scenes: readonly (readonly [string, (streams: FakeStreams) => void, string])[] = [
    ["regressed", (streams) => (streams.loseTail(6), streams.append(...facts(3, 1, 4))), "regressed"],
    ["deleted", (streams) => streams.drop(1), "deleted"],
    ["trimmed", (streams) => streams.append(trimAsked(8)), "trimmed"],
  ];

  it.each(scenes)("%s: cut short anywhere, it is done by the next start", (_name, hurt, reason) =>
    run(
      Effect.gen(function* () {
        let isCut = true;
        for (let dieAt = 1; isCut; dieAt += 1) {
          const [streams, folder] = [makeStreams(), temporaryFolder()];
          yield* recorded(streams, folder);
          hurt(streams);
          const highest = streams.current()?.last ?? 0;
          streams.dieAt = streams.steps + dieAt;
          const died = yield* Effect.exit(
            Effect.scoped(
              Effect.gen(function* () {
                const projector = yield* startFleet(streams, folder, { through: mortal(streams) });
                yield* Effect.raceFirst(
                  projector.replication.ended,
                  untilTaken(projector, streams).pipe(
                    Effect.andThen(until(() => streams.current()?.generation === 2)),
                    Effect.andThen(until(() => projector.health().includes("of record"))),
                  ),
                );
              }),
            ),
          );
          isCut = Exit.isFailure(died);
          streams.dieAt = 0;
          yield* Effect.scoped(
            Effect.gen(function* () {
              const projector = yield* startFleet(streams, folder);
              yield* until(() => streams.current()?.generation === 2);
              yield* untilTaken(projector, streams);
            }),
          );
          yield* expectBegun(streams, folder, {
            generation: 2,
            reason,
            highest,
          });
        }
      }),
    ),
  );

  it.each(scenes)(
    "%s: what gets no answer, done or not, is done again until it is, and no other number is taken",
    (_name, hurt, reason) =>
      run(
        Effect.gen(function* () {
          let isMet = true;
          for (let muteAt = 1; isMet; muteAt += 1) {
            const [streams, folder] = [makeStreams(), temporaryFolder()];
            yield* recorded(streams, folder);
            hurt(streams);
            const highest = streams.current()?.last ?? 0;
            const from = streams.steps;
            streams.muteAt = new Set([muteAt, muteAt + 1, muteAt + 4].map((step) => from + step));
            yield* Effect.scoped(
              Effect.gen(function* () {
                const projector = yield* startFleet(streams, folder);
                yield* until(() => streams.current()?.isOpen === true && streams.all.size > 0);
                yield* until(() => (streams.current()?.generation ?? 0) > 1, projector.health);
                yield* untilTaken(projector, streams);
              }),
            );
            isMet = streams.steps >= from + muteAt;
            yield* expectBegun(streams, folder, { generation: 2, reason, highest });
          }
        }),
      ),
  );

  it("a ledger that was restored takes what every retired generation holds, in their order", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder, restored] = [makeStreams(), temporaryFolder(), temporaryFolder()];
        yield* recorded(streams, folder);
        cpSync(folder, restored, { recursive: true });
        yield* Effect.scoped(
          Effect.gen(function* () {
            const projector = yield* startFleet(streams, folder);
            streams.append(...facts(3, 1, 9));
            yield* untilTaken(projector, streams);
            streams.retire();
            yield* until(() => streams.current()?.generation === 2 && streams.current()?.isOpen === true);
            streams.append(...facts(4, 1, 3));
            yield* untilTaken(projector, streams);
          }),
        );
        const highest = streams.current()?.last ?? 0;
        streams.retire();
        yield* Effect.scoped(
          Effect.gen(function* () {
            const projector = yield* startFleet(streams, restored);
            yield* until(() => streams.current()?.generation === 3, projector.health);
            yield* untilTaken(projector, streams);
          }),
        );
        const ids = yield* expectBegun(streams, restored, {
          generation: 3,
          reason: "regressed",
          highest,
        });
        for (const entry of [...facts(3, 1, 9), ...facts(4, 1, 3)]) expect(ids).toContain(entry.envelope.id);
      }),
    ));

  it("an unclaimed ledger that holds entries begins the next one, and an empty one joins what is there", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder] = [makeStreams(), temporaryFolder()];
        yield* Effect.scoped(
          Effect.gen(function* () {
            const gate = gateTo(streams);
            gate.isOpen = false;
            const unheard = yield* startFleet(streams, folder, { gate });
            yield* until(() => streams.current() !== undefined);
            streams.append(...facts(1, 1, 2));
            yield* untilTaken(unheard, streams, "no ledger is of record");
          }),
        );
        streams.drop(1);
        const projector = yield* startFleet(streams, folder);
        yield* until(() => streams.current()?.generation === 2);
        yield* untilTaken(projector, streams);
      }),
    ));
});

describe("claw log trim (ADR 0010)", () => {
  it("keeps each lane's last entry and everything from the position on, and deletes the older streams", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder] = [makeStreams(), temporaryFolder()];
        yield* recorded(streams, folder);
        const projector = yield* startFleet(streams, folder);
        yield* untilTaken(projector, streams);
        streams.append(trimAsked(10));
        yield* until(() => streams.current()?.generation === 2 && streams.current()?.isOpen === true);
        yield* untilTaken(projector, streams);
        const ids = yield* idsIn(projector.ledger);
        expect(heldIds(streams)).toEqual([factOf(1, 5).envelope.id, ...ids.slice(9, 12), "resumed/2"]);
        yield* until(() => !streams.all.has(1));
        expect(ids).toHaveLength(13);
        streams.append(factOf(2, 6));
        yield* untilSaying(projector, "of record at 14");
        expect(streams.all.size).toBe(1);
      }),
    ));

  it("is not done twice, and not by a replica", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder, other] = [makeStreams(), temporaryFolder(), temporaryFolder()];
        yield* recorded(streams, folder);
        streams.append(trimAsked(10));
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* untilTaken(yield* startFleet(streams, other, { role: "replica" }), streams, "replica");
            expect(streams.current()?.generation).toBe(1);
          }),
        );
        for (let n = 0; n < 2; n += 1)
          yield* Effect.scoped(
            Effect.gen(function* () {
              const projector = yield* startFleet(streams, folder);
              yield* until(() => streams.current()?.generation === 2);
              yield* untilTaken(projector, streams);
              yield* until(() => streams.all.size === 1);
            }),
          );
        expect(streams.current()?.generation).toBe(2);
      }),
    ));
});

it("garbage of the stream takes its place in the ledger and stops nothing", () =>
  run(
    Effect.gen(function* () {
      const streams = makeStreams();
      const projector = yield* startFleet(streams, temporaryFolder());
      yield* untilSaying(projector, "of record at 1");
      streams.store({ subject: "log.00.host.x", messageId: "a", data: Buffer.from("{") });
      streams.store({ ...messageOf(factOf(1, 1)), messageId: "forged" });
      streams.append(factOf(1, 1));
      yield* untilSaying(projector, "of record at 4");
      expect((yield* projector.replication.receiptOf(hostOf(1), epochOf(1))).confirmed).toBe(1);
    }),
  ));
