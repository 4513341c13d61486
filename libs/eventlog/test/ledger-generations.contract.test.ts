import { join } from "node:path";
import { type Entry, hostLane, type Placed, position } from "@claw/events";
import { Effect, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { type Ledger, openLedger } from "../src/index.ts";
import { givenEntry, givenEvent } from "../src/contract/given.ts";
import {
  decided,
  E1,
  H1,
  noted,
  resumed,
  run,
  said,
  seen,
  type Sent,
  sent,
  stored,
  visit,
} from "./ledger-given.ts";
import { temporaryFolder } from "./temporary.ts";

const garbage = (n: number): Sent => ({ subject: "log.decided", messageId: null, data: Uint8Array.of(n) });

const lost = (from: number, to: number): Entry =>
  givenEntry({
    id: `lost/${H1}/${E1}/${from}-${to}`,
    lane: hostLane(H1),
    by: { kind: "ingest" },
    events: [givenEvent("outbox.lost", { epoch: E1, from, to })],
  });

/** A ledger of one generation: entries, a fork, and a message that is none. */
const firstLife = [
  sent(said(1)),
  sent(decided(1)),
  sent(said(1, "clone")),
  sent(noted(1)),
  garbage(1),
  sent(decided(2)),
];

const filled = Effect.gen(function* () {
  const ledger = yield* openLedger({ path: ":memory:" });
  yield* ledger.take(1, stored(firstLife));
  return ledger;
});

/** What the keeper appends to begin a generation: each lane's last entry, then the opening. */
const beginning = Effect.fnUntraced(function* (ledger: Ledger, generation: number) {
  const tails = yield* Stream.runCollect(ledger.tails());
  const last = yield* ledger.last;
  const chain = yield* ledger.chain(position(last));
  return [...tails.map(({ entry }) => entry), resumed(generation, last, chain ?? "")].map(sent);
});

describe("a new generation", () => {
  it("repeats each lane's last entry, also what the ledger wrote itself, and only its opening is new (DESIGN 14.5)", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* filled;
        const before = yield* ledger.last;
        const begun = yield* beginning(ledger, 2);
        const taken = yield* ledger.take(2, stored([...begun, sent(said(2))], 100));
        expect(taken).toMatchObject({ duplicates: begun.length - 1, admitted: 2, quarantined: 0, forks: 0 });
        expect(taken.through).toBe(before + 2);
        const again = yield* ledger.take(3, stored(yield* beginning(ledger, 3), 200));
        expect(again).toMatchObject({ admitted: 1, quarantined: 0, forks: 0 });
        expect((yield* ledger.cursor)?.generation).toBe(3);
      }),
    ));

  it("makes the same of a replica that was cut anywhere", () =>
    run(
      Effect.gen(function* () {
        const record = yield* filled;
        const begun = stored([...(yield* beginning(record, 2)), sent(said(2)), sent(decided(3))], 100);
        yield* record.take(2, begun);
        for (let at = 0; at <= begun.length; at += 1) {
          const replica = yield* filled;
          yield* replica.take(2, begun.slice(0, at));
          yield* replica.take(2, begun);
          expect(yield* seen(replica)).toEqual(yield* seen(record));
        }
      }),
    ));

  it("is refused by a ledger that holds less, or another history: it would number otherwise", () =>
    run(
      Effect.gen(function* () {
        const record = yield* filled;
        const begun = stored(yield* beginning(record, 2), 100);
        const empty = yield* openLedger({ path: ":memory:" });
        expect(yield* Effect.flip(empty.take(2, begun))).toMatchObject({
          reason: "regressed",
          retry: "never",
        });
        expect((yield* seen(empty)).ids).toEqual([]);
        const shorter = yield* openLedger({ path: ":memory:" });
        yield* shorter.take(1, stored(firstLife.slice(0, -1)));
        expect(yield* Effect.flip(shorter.take(2, begun))).toMatchObject({ reason: "regressed" });
        expect(yield* shorter.last).toBe(5);
        const longer = yield* openLedger({ path: ":memory:" });
        yield* longer.take(1, stored([...firstLife, sent(said(2))]));
        expect(yield* Effect.flip(longer.take(2, begun))).toMatchObject({ reason: "regressed" });
        const other = yield* openLedger({ path: ":memory:" });
        yield* other.take(1, stored(firstLife.toSpliced(0, 2, ...firstLife.slice(0, 2).toReversed())));
        expect(yield* other.last).toBe(yield* record.last);
        expect(yield* Effect.flip(other.take(2, begun))).toMatchObject({ reason: "regressed" });
      }),
    ));

  it("opens once: a second opening is a forgery, and so is one before its time", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* filled;
        yield* ledger.take(2, stored(yield* beginning(ledger, 2), 100));
        const last = yield* ledger.last;
        const forged: Entry = resumed(2, last, (yield* ledger.chain(position(last))) ?? "");
        const second = sent({
          ...forged,
          envelope: { ...forged.envelope, id: "resumed/two" as Entry["envelope"]["id"] },
        });
        const taken = yield* ledger.take(2, stored([second, sent(resumed(3, last, "0".repeat(64)))], 200));
        expect(taken).toMatchObject({ quarantined: 2, admitted: 0 });
      }),
    ));

  it("S7: passes over what somebody got in before the opening, in every ledger alike", () =>
    run(
      Effect.gen(function* () {
        const [clean, record] = [yield* filled, yield* filled];
        const begun = yield* beginning(record, 2);
        const others = [garbage(7), sent(said(2)), sent(noted(7)), sent(decided(7)), sent(said(1, "forged"))];
        const more = [sent(said(2, "after")), garbage(8)];
        yield* record.take(2, stored([...others, ...begun, ...more], 100));
        yield* clean.take(2, stored([...begun, ...more], 100 + others.length));
        expect(yield* seen(record)).toEqual(yield* seen(clean));
        for (let at = 0; at <= others.length + 1; at += 1) {
          const replica = yield* filled;
          const all = stored([...others, ...begun, ...more], 100);
          yield* replica.take(2, all.slice(0, at));
          yield* replica.take(2, all);
          expect(yield* seen(replica)).toEqual(yield* seen(record));
        }
      }),
    ));

  it("S8: opens also where somebody took the id of its opening before", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* filled;
        const squatter = givenEntry({ id: "resumed/2", by: { kind: "ingest" } });
        expect(yield* ledger.take(1, stored([sent(squatter)], 50))).toMatchObject({ quarantined: 1 });
        const begun = yield* beginning(ledger, 2);
        expect(yield* ledger.take(2, stored(begun, 100))).toMatchObject({ admitted: 1, quarantined: 0 });
      }),
    ));

  it("forgets what was parked: the hosts send it again, and it is missing until then", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* filled;
        yield* ledger.take(1, stored([sent(said(3))], 50));
        yield* ledger.take(2, stored(yield* beginning(ledger, 2), 100));
        const [host] = yield* ledger.hostsSeen;
        const receipt = host && (yield* ledger.receipt(host.hostId, host.epoch));
        expect(receipt).toMatchObject({ confirmed: 1, missing: [[2, 3]] });
        const taken = yield* ledger.take(2, stored([sent(said(2))], 200));
        expect(taken).toMatchObject({ admitted: 1, receipts: [{ confirmed: 2, missing: [[3, 3]] }] });
      }),
    ));

  it("begins behind every sequence that was seen, and no generation comes back", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* filled;
        const begun = yield* beginning(ledger, 2);
        expect(yield* Effect.flip(ledger.take(2, stored(begun, 5)))).toMatchObject({ reason: "regressed" });
        yield* ledger.take(2, stored(begun, 100));
        expect(yield* Effect.flip(ledger.take(1, stored([sent(said(2))], 300)))).toMatchObject({
          reason: "regressed",
        });
        expect(yield* Effect.flip(ledger.takeAgain(1, stored(firstLife)))).toMatchObject({
          reason: "regressed",
        });
      }),
    ));
});

describe("a stream that lost its tail is taken again from its first message", () => {
  it("what is held is absorbed, what is new under a used number gets its position, and the cursor never goes back", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* filled;
        const cursor = yield* ledger.cursor;
        expect(yield* ledger.takeAgain(1, stored(firstLife))).toMatchObject({ duplicates: 6, through: 6 });
        const rewritten = stored([...firstLife.slice(0, 3), sent(said(2)), garbage(2)]);
        const taken = yield* ledger.takeAgain(1, rewritten);
        expect(taken).toMatchObject({ duplicates: 3, admitted: 1, quarantined: 1, through: 8 });
        expect(yield* ledger.takeAgain(1, rewritten)).toMatchObject({ duplicates: 5, through: 8 });
        expect(yield* ledger.cursor).toEqual(cursor);
        const { ids } = yield* seen(ledger);
        expect(ids[4]).toBe("quarantined/1/5");
        expect(ids[7]).toMatch(/^quarantined\/1\/5\/[0-9a-f]{16}$/);
      }),
    ));
});

describe("a replica that is filled up from the ledger of record", () => {
  const copied = (record: Ledger, replica: Ledger, after: number) =>
    Effect.flatMap(Stream.runCollect(record.entriesFrom(position(after + 1))), (entries) =>
      replica.adopt(entries),
    );
  /** What its entries decide: not the bytes of messages that were no entries, and not what else was ever heard of a host. */
  const decidedOf = (ledger: Ledger) =>
    Effect.map(seen(ledger), ({ entries, chains, cursor, receipts }) => ({
      entries,
      chains,
      cursor,
      confirmed: receipts.map(({ hostId, epoch, confirmed }) => [hostId, epoch, confirmed]),
    }));

  it("holds what that one holds, wherever it stood, and goes on as that one does", () =>
    run(
      Effect.gen(function* () {
        const record = yield* filled;
        yield* record.take(1, stored([sent(said(3)), sent(said(2)), sent(said(6))], 50));
        const begun = stored(yield* beginning(record, 2), 100);
        for (let at = 0; at <= firstLife.length; at += 1) {
          const replica = yield* openLedger({ path: ":memory:" });
          yield* replica.take(1, stored([...firstLife.slice(0, at), ...(at > 2 ? [sent(said(3))] : [])]));
          yield* copied(record, replica, at === 0 ? 0 : 1);
          for (const ledger of [record, replica])
            yield* ledger.take(2, [...begun, ...stored([sent(said(5)), sent(said(4))], 200)]);
          expect(yield* decidedOf(replica)).toEqual(yield* decidedOf(record));
          yield* copied(record, replica, 0);
        }
      }),
    ));

  it("goes on behind a loss as that one does, whatever of its outbox was parked at either", () =>
    run(
      Effect.gen(function* () {
        const messages = [...firstLife, sent(said(4)), sent(said(7)), sent(lost(2, 5)), sent(said(6))];
        for (let at = 0; at <= messages.length; at += 1) {
          const record = yield* openLedger({ path: ":memory:" });
          yield* record.take(1, stored(messages));
          const replica = yield* openLedger({ path: ":memory:" });
          const more = at % 2 === 0 ? [] : [sent(said(6))];
          yield* replica.take(1, stored([...messages.slice(0, at), ...more]));
          yield* copied(record, replica, yield* replica.last);
          const begun = stored([...(yield* beginning(record, 2)), sent(said(8)), sent(said(9))], 100);
          for (const ledger of [record, replica]) yield* ledger.take(2, begun);
          expect(yield* decidedOf(replica)).toEqual(yield* decidedOf(record));
        }
      }),
    ));

  it("comes to a generation of which it never read one before", () =>
    run(
      Effect.gen(function* () {
        const record = yield* filled;
        yield* record.take(2, stored([...(yield* beginning(record, 2)), sent(said(2))], 100));
        const third = stored([...(yield* beginning(record, 3)), sent(said(3))], 200);
        const replica = yield* openLedger({ path: ":memory:" });
        yield* copied(record, replica, 0);
        for (const ledger of [record, replica]) yield* ledger.take(3, third);
        expect(yield* decidedOf(replica)).toEqual(yield* decidedOf(record));
      }),
    ));

  it("refuses what does not follow: a hole, a known id, an outbox out of order, a wrong digest", () =>
    run(
      Effect.gen(function* () {
        const replica = yield* openLedger({ path: ":memory:" });
        yield* replica.take(1, stored([sent(said(1))]));
        const at = (n: number, entry: Entry): Placed => ({ position: position(n), entry });
        const [wrong] = [{ ...said(2), envelope: { ...said(2).envelope, digest: "0".repeat(64) } }];
        for (const placed of [at(3, said(2)), at(2, said(1)), at(2, said(3)), at(2, wrong)])
          expect(yield* Effect.flip(replica.adopt([at(1, said(1)), placed]))).toMatchObject({
            reason: "regressed",
          });
        expect(yield* replica.last).toBe(1);
        yield* replica.adopt([at(2, said(2))]);
        expect(yield* replica.last).toBe(2);
      }),
    ));
});

describe("what a beginning is made of", () => {
  it("is each lane's last entry in order, and every entry from a position on", () =>
    run(
      Effect.gen(function* () {
        const path = join(temporaryFolder(), "ledger.db");
        yield* visit(path, (ledger) => ledger.take(1, stored(firstLife)));
        const [tails, rest] = yield* visit(path, (ledger) =>
          Effect.all([Stream.runCollect(ledger.tails()), Stream.runCollect(ledger.entriesFrom(position(4)))]),
        );
        const places = (list: readonly Placed[]) => list.map((placed) => Number(placed.position));
        expect(places(tails)).toEqual([1, 3, 4, 5, 6]);
        expect(places(rest)).toEqual([4, 5, 6]);
      }),
    ));
});
