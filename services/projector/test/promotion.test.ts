/** Who is of record, how that moves, and how a ledger comes to a generation that it never read (DESIGN 14.2, ADR 0009). */
import { LogUnavailable } from "@claw/eventlog";
import { position } from "@claw/events";
import { Effect, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { type FakeStreams, makeStreams } from "./fake-streams.ts";
import {
  claimed,
  endOf,
  factOf,
  facts,
  type Given,
  hostOf,
  recorded,
  startFleet,
  trimAsked,
  until,
  untilHolding,
  untilSaying,
  untilTaken,
} from "./given-fleet.ts";
import { run, temporaryFolder } from "./given.ts";

describe("who is of record", () => {
  it("moves with a claim, under load and without a restart; the new one tells all hosts (DESIGN 14.2)", () =>
    run(
      Effect.gen(function* () {
        const streams = makeStreams();
        const first = yield* startFleet(streams, temporaryFolder());
        yield* untilSaying(first, "of record at 1");
        const second = yield* startFleet(streams, temporaryFolder(), { role: "replica" });
        const serving: string[] = [];
        for (const [name, { replication }] of Object.entries({ first, second }))
          yield* Effect.forkScoped(
            replication.whileOfRecord(
              Effect.acquireRelease(
                Effect.sync(() => void serving.push(`${name} serves`)),
                () => Effect.sync(() => void serving.push(`${name} rests`)),
              ),
            ),
          );
        streams.append(...facts(1, 1, 300), ...facts(2, 1, 300));
        streams.append(claimed(second.ledger.ledgerId), ...facts(3, 1, 300));
        yield* untilSaying(second, "of record at 902");
        yield* untilSaying(first, "replica at 902");
        yield* until(() => second.told.filter(({ confirmed }) => confirmed === 300).length >= 3);
        yield* until(
          () => serving.length === 3,
          () => serving,
        );
        expect(serving).toEqual(expect.arrayContaining(["first serves", "first rests", "second serves"]));
        expect(first.told.filter(({ hostId }) => hostId === hostOf(3))).toEqual([]);
        expect(yield* endOf(first.ledger)).toEqual(yield* endOf(second.ledger));
      }),
    ));

  it("is not known before the log was read to its end: who was of record before tells nothing meanwhile", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder] = [makeStreams(), temporaryFolder()];
        yield* recorded(streams, folder);
        streams.append(...facts(3, 1, 900), claimed("another" as never));
        const projector = yield* startFleet(streams, folder);
        yield* untilSaying(projector, "replica at 912");
        expect(projector.told).toEqual([]);
      }),
    ));
});

describe("a ledger that comes to a later generation", () => {
  /** A second ledger that was promoted, and began generation 2 by a trim. */
  const promotedAndTrimmed = Effect.fnUntraced(function* (streams: FakeStreams, given: Given = {}) {
    const second = yield* startFleet(streams, temporaryFolder(), { ...given, role: "replica" });
    yield* untilTaken(second, streams, "replica");
    streams.append(claimed(second.ledger.ledgerId), ...facts(3, 1, 5));
    yield* untilTaken(second, streams);
    streams.append(trimAsked(10));
    yield* until(() => streams.current()?.generation === 2);
    yield* untilTaken(second, streams);
    return second;
  });

  it("is filled up from the ledger of record, and then follows like any other", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder] = [makeStreams(), temporaryFolder()];
        yield* recorded(streams, folder);
        const first = yield* startFleet(streams, folder);
        yield* untilTaken(first, streams);
        streams.loseTail(3);
        yield* until(() => streams.current()?.generation === 2);
        yield* untilTaken(first, streams);
        const late = yield* startFleet(streams, temporaryFolder(), {
          role: "replica",
          history: first.replication,
        });
        yield* untilTaken(late, streams, "replica");
        streams.append(factOf(1, 6));
        yield* untilTaken(late, streams, "replica at 13");
        yield* untilTaken(first, streams, "of record at 13");
        expect(yield* endOf(late.ledger)).toEqual(yield* endOf(first.ledger));
      }),
    ));

  it("was of record before it was stopped: it learns that it is not any more, and begins nothing", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder] = [makeStreams(), temporaryFolder()];
        yield* recorded(streams, folder);
        const second = yield* promotedAndTrimmed(streams);
        yield* until(() => !streams.all.has(1));
        const away = new LogUnavailable({ reason: "unreachable", retry: "later", detail: "nobody answers" });
        yield* Effect.scoped(
          Effect.gen(function* () {
            const unanswered = yield* startFleet(streams, folder, {
              history: { read: () => Stream.fail(away) },
            });
            yield* untilSaying(unanswered, "nobody answers");
            expect(unanswered.told).toEqual([]);
          }),
        );
        yield* Effect.scoped(
          Effect.gen(function* () {
            const alone = yield* startFleet(streams, folder);
            const stopped = yield* Effect.flip(alone.replication.ended);
            expect(stopped.sentence).toContain("the log went on without it");
          }),
        );
        const first = yield* startFleet(streams, folder, { history: second.replication });
        yield* untilTaken(first, streams, "replica at");
        expect(yield* endOf(first.ledger)).toEqual(yield* endOf(second.ledger));
        expect(streams.current()?.generation).toBe(2);
      }),
    ));

  it("takes what the stream before it still holds, and hears there who is of record now", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder] = [makeStreams(), temporaryFolder()];
        yield* recorded(streams, folder);
        const keeper = { ...streams.keeper, remove: () => Effect.never };
        const second = yield* promotedAndTrimmed(streams, { keeper });
        const first = yield* startFleet(streams, folder);
        yield* untilTaken(first, streams, "replica at 19");
        expect(yield* endOf(first.ledger)).toEqual(yield* endOf(second.ledger));
        expect(streams.current()?.generation).toBe(2);
      }),
    ));

  it("finds another claim in what a lost log still holds: it leaves the beginning to that one", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder, other] = [makeStreams(), temporaryFolder(), temporaryFolder()];
        yield* recorded(streams, folder);
        const promoted = yield* Effect.scoped(
          Effect.gen(function* () {
            const second = yield* startFleet(streams, other, { role: "replica" });
            streams.append(claimed(second.ledger.ledgerId));
            yield* untilTaken(second, streams);
            return second.ledger.ledgerId;
          }),
        );
        streams.loseTail(3);
        streams.append(...facts(3, 1, 5), claimed(promoted));
        const first = yield* startFleet(streams, folder);
        yield* until(() => streams.all.get(1)?.isRetired === true);
        yield* untilHolding(first, 17);
        yield* untilSaying(first, "waits for the log");
        expect([...streams.all.keys()]).toEqual([1]);
        const second = yield* startFleet(streams, other, { role: "replica" });
        yield* until(() => streams.current()?.generation === 2);
        yield* untilTaken(second, streams);
      }),
    ));

  it("what does not follow from what it holds is refused, and says nothing against the log", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder] = [makeStreams(), temporaryFolder()];
        yield* recorded(streams, folder);
        yield* promotedAndTrimmed(streams);
        yield* until(() => !streams.all.has(1));
        const first = yield* startFleet(streams, folder, {
          history: {
            read: ({ after }) => Stream.make({ position: position(after + 2), entry: factOf(9, 1) }),
          },
        });
        const stopped = yield* Effect.flip(first.replication.ended);
        expect(stopped.sentence).toContain("the log went on without it");
        expect(streams.current()?.generation).toBe(2);
      }),
    ));

  it("a stranger that stands elsewhere stops with a sentence, and guesses nothing", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder] = [makeStreams(), temporaryFolder()];
        yield* recorded(streams, folder);
        yield* promotedAndTrimmed(streams);
        const late = yield* startFleet(streams, temporaryFolder(), { role: "replica" });
        const stopped = yield* Effect.flip(late.replication.ended);
        expect(stopped.sentence).toContain("this ledger stands at 0");
      }),
    ));

  it("a replica that read more of the lost tail than the ledger of record is told apart by its place", () =>
    run(
      Effect.gen(function* () {
        const [streams, folder, other] = [makeStreams(), temporaryFolder(), temporaryFolder()];
        yield* recorded(streams, folder);
        streams.append(...facts(4, 1, 3));
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* untilTaken(yield* startFleet(streams, other, { role: "replica" }), streams, "replica");
          }),
        );
        streams.loseTail(4);
        const first = yield* startFleet(streams, folder);
        yield* until(() => streams.current()?.generation === 2);
        yield* untilTaken(first, streams);
        const ahead = yield* startFleet(streams, other, { role: "replica", history: first.replication });
        const stopped = yield* Effect.flip(ahead.replication.ended);
        expect(stopped.sentence).toContain("they grow back");
        expect(stopped.sentence).toContain("began at position 11, and this ledger stands at 14");
      }),
    ));
});
