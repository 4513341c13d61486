import { join } from "node:path";
import { hostLane, position, sequence } from "@claw/events";
import { Effect, Fiber, Stream } from "effect";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { givenEntry, givenEvent } from "../src/contract/given.ts";
import { type Ledger, openLedger, type RawMessage, type Taken } from "../src/index.ts";
import {
  anySent,
  cut,
  decided,
  E1,
  H1,
  noted,
  run,
  said,
  seen,
  sent,
  sizes,
  stored,
  visit,
} from "./ledger-given.ts";
import { temporaryFolder, testScale } from "./temporary.ts";

const newPath = (): string => join(temporaryFolder(), "ledger.db");
const fillWith = (ledger: Ledger, batches: readonly (readonly RawMessage[])[]) =>
  Effect.forEach(batches, (batch) => ledger.take(1, batch));

/** Each batch again with some of what came before it, as after a connection that was lost. */
const redelivered = (messages: readonly RawMessage[], parts: readonly number[], back: number) => {
  let from = 0;
  return cut(messages, parts).map((batch) => {
    const start = Math.max(0, from - back);
    from += batch.length;
    return messages.slice(start, from);
  });
};

describe("a ledger is a function of the messages in their order", () => {
  it("whatever the batches, the restarts and the redeliveries: positions, ids, chains, receipts and evidence are equal (N1-037, DESIGN 14.1)", async () => {
    const cases = fc.asyncProperty(
      fc.array(anySent, { maxLength: 60 }),
      sizes,
      sizes,
      fc.nat(30),
      async (list, one, other, back) => {
        const messages = stored(list);
        const path = newPath();
        const [a, b, c] = await run(
          Effect.gen(function* () {
            const whole = yield* openLedger({ path: ":memory:" });
            yield* fillWith(whole, [messages]);
            const inParts = yield* openLedger({ path: ":memory:" });
            yield* fillWith(inParts, redelivered(messages, one, back));
            for (const batch of cut(messages, other)) yield* visit(path, (ledger) => ledger.take(1, batch));
            return [yield* seen(whole), yield* seen(inParts), yield* visit(path, seen)] as const;
          }),
        );
        expect(b).toEqual(a);
        expect(c).toEqual(a);
        expect(a.positions).toEqual(a.positions.map((_, index) => index + 1));
        expect(new Set(a.ids).size).toBe(a.ids.length);
        expect(a.areIntact).toBe(true);
      },
    );
    await fc.assert(cases, { numRuns: 60 * testScale });
  });

  it("every message is an entry, evidence, waiting or a repeat: nothing is counted twice and nothing is lost", async () => {
    const cases = fc.asyncProperty(fc.array(anySent, { maxLength: 80 }), async (list) => {
      const [taken, waiting] = await run(
        Effect.gen(function* () {
          const ledger = yield* openLedger({ path: ":memory:" });
          const result = yield* ledger.take(1, stored(list));
          const hosts = yield* ledger.hostsSeen;
          return [result, hosts.length] as const;
        }),
      );
      const { through, admitted, quarantined, forks, duplicates, parked } = taken;
      expect(admitted + quarantined + forks).toBe(through);
      expect(through + duplicates).toBeLessThanOrEqual(list.length);
      expect(through + duplicates + parked).toBeGreaterThanOrEqual(list.length);
      expect(waiting).toBeLessThanOrEqual(2);
    });
    await fc.assert(cases);
  });
});

const took =
  (list: Parameters<typeof stored>[0], after = 0) =>
  (ledger: Ledger) =>
    ledger.take(1, stored(list, after));

describe("what a ledger takes", () => {
  it("X1-008 knows an entry again however long ago it was: no window ends", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: ":memory:" });
        const list = [sent(said(1)), sent(noted(1)), sent(decided(1))];
        yield* took(list)(ledger);
        const many = Array.from({ length: 3_000 }, (_, n) => sent(said(n + 2)));
        yield* took(many, 3)(ledger);
        const again = yield* took(list, 10_000)(ledger);
        expect(again).toMatchObject({ duplicates: 3, admitted: 0, forks: 0, quarantined: 0, through: 3_003 });
      }),
    ));

  it("parks what comes before its time, asks for the gap, and gives positions when it closes (W-29)", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        const early = yield* visit(path, took([3, 2, 5].map((seq) => sent(said(seq)))));
        expect(early).toMatchObject({ parked: 3, admitted: 0, through: 0 });
        expect(early.receipts).toEqual([
          {
            hostId: H1,
            epoch: E1,
            confirmed: 0,
            missing: [
              [1, 1],
              [4, 4],
            ],
          },
        ]);
        const closed = yield* visit(path, took([sent(said(1))], 3));
        expect(closed).toMatchObject({ admitted: 3, through: 3 });
        expect(closed.receipts).toMatchObject([{ confirmed: 3, missing: [[4, 4]] }]);
        const last = yield* visit(path, took([sent(said(4))], 4));
        expect(last.receipts).toEqual([{ hostId: H1, epoch: E1, confirmed: 5, missing: [] }]);
        const { ids, entries } = yield* visit(path, seen);
        expect(ids).toEqual([1, 2, 3, 4, 5].map((seq) => said(seq).envelope.id));
        expect(entries).toEqual([1, 2, 3, 4, 5].map((seq) => said(seq)));
      }),
    ));

  it("has room for four windows of a host that waits for one fact, and no more", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: ":memory:" });
        const ahead = Array.from({ length: 4_097 }, (_, n) => sent(said(n + 2)));
        const taken = yield* took(ahead)(ledger);
        expect(taken.parked).toBe(4_096);
        expect(taken.receipts).toMatchObject([
          {
            confirmed: 0,
            missing: [
              [1, 1],
              [4_098, 4_098],
            ],
          },
        ]);
        const closed = yield* took([sent(said(1))], 5_000)(ledger);
        expect(closed).toMatchObject({ admitted: 4_097, through: 4_097 });
      }),
    ));

  it("names at most 64 holes of a host at once", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: ":memory:" });
        const taken = yield* took(Array.from({ length: 100 }, (_, n) => sent(said(2 * n + 2))))(ledger);
        expect(taken.receipts[0]?.missing).toHaveLength(64);
        expect(taken.receipts[0]?.missing[0]).toEqual([1, 1]);
      }),
    ));

  it("X1-008 keeps a fork as evidence in its place, once, and the honest fact as it is (RELIABILITY S25)", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: ":memory:" });
        const clone = sent(said(1, "clone"));
        const first = yield* took([sent(said(1)), clone, sent(said(2))])(ledger);
        expect(first).toMatchObject({ admitted: 2, forks: 1, through: 3 });
        const again = yield* took([clone, clone], 3)(ledger);
        expect(again).toMatchObject({ forks: 0, duplicates: 2, through: 3 });
        const { entries, ids } = yield* seen(ledger);
        const { digest } = said(1, "clone").envelope;
        expect(ids[1]).toBe(`forked/h1/${E1}/1/${digest.slice(0, 16)}`);
        expect(entries[1]?.envelope).toMatchObject({
          lane: "host/h1",
          by: { kind: "projector" },
          events: [
            {
              type: "host.forked",
              data: { epoch: E1, seq: 1, digest, knownDigest: said(1).envelope.digest },
            },
          ],
        });
        const kept = yield* ledger.evidence(position(2));
        expect(Buffer.from(kept?.data ?? []).toString()).toBe(Buffer.from(clone.data).toString());
      }),
    ));

  it("takes ingest's second evidence of one thing that a host sent for the repeat that it is", () =>
    run(
      Effect.gen(function* () {
        const evidenceAt = (seq: number, digest: string, text: string) => {
          const facts = { code: "wrong_shape", digest: digest.repeat(64), bytes: 9 };
          const event = givenEvent("evidence.kept", facts, { text });
          const by = { kind: "host", hostId: H1, epoch: E1, seq } as const;
          return sent(givenEntry({ id: said(seq).envelope.id, lane: hostLane(H1), by, events: [event] }));
        };
        const ledger = yield* openLedger({ path: ":memory:" });
        const parked = [evidenceAt(2, "a", "one"), evidenceAt(2, "a", "other")];
        expect(yield* took(parked)(ledger)).toMatchObject({ parked: 1, duplicates: 1, forks: 0 });
        const admitted = [
          evidenceAt(1, "a", "one"),
          evidenceAt(1, "a", "other"),
          evidenceAt(2, "a", "third"),
        ];
        expect(yield* took(admitted, 2)(ledger)).toMatchObject({ admitted: 2, duplicates: 2, forks: 0 });
        const forks = [evidenceAt(1, "b", "one"), sent(said(2))];
        expect(yield* took(forks, 5)(ledger)).toMatchObject({ forks: 2, duplicates: 0 });
      }),
    ));

  it("quarantines another entry under the id of one that no host wrote", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: ":memory:" });
        const taken = yield* took([sent(noted(1)), sent(noted(1, "archived"))])(ledger);
        expect(taken).toMatchObject({ admitted: 1, quarantined: 1, forks: 0 });
        const { entries } = yield* seen(ledger);
        expect(entries[1]?.envelope.events[0]?.data).toMatchObject({ code: "id_conflict", sequence: 2 });
      }),
    ));

  it("is an indexed log: read, follow, at, head, last and find", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: ":memory:" });
        const following = yield* Effect.forkScoped(Stream.runCollect(Stream.take(ledger.follow(0), 3)), {
          startImmediately: true,
        });
        yield* took([sent(said(1)), sent(decided(1))])(ledger);
        const taken: Taken = yield* took([sent(said(2))], 2)(ledger);
        expect(taken.through).toBe(3);
        const followed = yield* Fiber.join(following);
        expect(followed.map(({ entry }) => entry)).toEqual([said(1), decided(1), said(2)]);
        const lane = said(1).envelope.lane;
        expect(yield* Stream.runCollect(ledger.read({ after: 0, lane }))).toEqual([followed[0], followed[2]]);
        expect(yield* ledger.at(sequence(2))).toEqual(followed[1]);
        expect(yield* ledger.at(sequence(4))).toBeNull();
        expect(yield* ledger.head(lane)).toBe(3);
        expect(yield* ledger.last).toBe(3);
        expect(yield* ledger.find(said(2).envelope.id)).toEqual(followed[2]);
        expect(yield* ledger.find(said(3).envelope.id)).toBeNull();
        const tails = yield* Stream.runCollect(ledger.tails());
        expect(tails).toEqual([
          { position: 2, entry: decided(1) },
          { position: 3, entry: said(2) },
        ]);
        const rest = yield* Stream.runCollect(ledger.entriesFrom(position(2)));
        expect(rest).toEqual(tails);
        expect([ledger.generation, ledger.start]).toEqual([1, { sequence: 0, position: 0 }]);
      }),
    ));
});
