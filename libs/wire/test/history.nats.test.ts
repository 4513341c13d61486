/** The ledger of record over a real server: every range whole and in order, or a failure that says when to come back. */
import { PATIENT } from "@claw/testkit/nats";
import {
  type Body,
  type Entry,
  hostLane,
  type Placed,
  position,
  stampEntry,
  talkSubjects,
  type EntryId,
} from "@claw/events";
import { history, hostIds } from "@claw/testkit/arbitraries";
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect, Stream } from "effect";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askHistory,
  type HistoryUnavailable,
  type LedgerHistory,
  type LedgerRange,
  serveHistory,
} from "../src/index.ts";
import { begin, openOwnWorld, openWorld, run, type TalkWorld, troubles } from "./talk-world.ts";

const runs = 40 * Number(process.env["CLAW_TEST_SCALE"] ?? "1");

const placedAll = (entries: readonly Entry[]): readonly Placed[] =>
  entries.map((entry, index) => ({ position: position(index + 1), entry }));
const within = (ledger: readonly Placed[], { after, through, lane }: LedgerRange): readonly Placed[] =>
  ledger.filter(
    ({ position: at, entry }) =>
      at > after && at <= through && (lane === undefined || entry.envelope.lane === lane),
  );
const reading = (ledger: readonly Placed[]) => (range: LedgerRange) =>
  Stream.fromIterable(within(ledger, range));
const range = (after: number, through: number): LedgerRange => ({
  after: position(after),
  through: position(through),
});

/** An entry whose bodies have about so many bytes, as escaped JSON. */
function entryOf(n: number, bytes: number, bodies = 1): Entry {
  const lane = hostLane(hostIds[0] as (typeof hostIds)[0]);
  const body: Body = { salt: "ab".repeat(16), json: JSON.stringify("x".repeat(bytes)) };
  const event = { type: "session.reopened", v: 1, at: 1_800_000_000_000, data: {} };
  return stampEntry(
    {
      lane,
      redactor: null,
      events: Array.from({ length: bodies }, () => event),
      bodies: Array.from({ length: bodies }, () => body),
    },
    { id: `ingest/${n}` as EntryId, by: { kind: "ingest" }, at: 1_800_000_000_000 },
  );
}

let world: TalkWorld;
let [projector, reader]: NatsConnection[] = [];
const at = (connection: NatsConnection | undefined): NatsConnection => connection as NatsConnection;
beforeAll(async () => {
  world = await openWorld();
  [projector, reader] = [await world.connection(), await world.connection()];
});
afterAll(() => world.end());

const all = (from: LedgerHistory, of: LedgerRange) =>
  Effect.map(Stream.runCollect(from.read(of)), (read) => [...read]);
const failure = (from: LedgerHistory, of: LedgerRange): Effect.Effect<HistoryUnavailable> =>
  Effect.flip(all(from, of)) as Effect.Effect<HistoryUnavailable>;
const serving = (ledger: readonly Placed[]) =>
  serveHistory(at(projector), reading(ledger), { stands: () => position(ledger.length) });

describe("a range of the ledger of record", () => {
  it("is what the ledger holds, whatever the range and lane (S1-157)", async () => {
    let ledger: readonly Placed[] = [];
    const stop = await begin(
      serveHistory(at(projector), (of) => reading(ledger)(of), { stands: () => position(ledger.length) }),
    );
    const asking = askHistory(at(reader));
    await fc.assert(
      fc.asyncProperty(
        history(60),
        fc.nat({ max: 60 }),
        fc.nat({ max: 60 }),
        fc.nat(),
        async (entries, x, y, z) => {
          ledger = placedAll(entries);
          const through = Math.min(Math.max(x, y), ledger.length);
          const whole = range(Math.min(x, y), through);
          const lane = ledger[z % Math.max(1, ledger.length)]?.entry.envelope.lane;
          for (const of of lane === undefined ? [whole] : [whole, { ...whole, lane }])
            expect(await run(all(asking, of))).toEqual(within(ledger, of));
        },
      ),
      { numRuns: runs },
    );
    await stop();
  });

  it("of many entries comes in pages of 512, each asked for when the one before was taken", async () => {
    const ledger = placedAll(Array.from({ length: 1_300 }, (_, n) => entryOf(n, 10)));
    const before = at(reader).stats().outMsgs;
    const read = await run(Effect.andThen(serving(ledger), all(askHistory(at(reader)), range(0, 1_300))));
    expect(read).toEqual(ledger);
    expect(at(reader).stats().outMsgs - before).toBe(3);
  });

  it("of large entries comes in pages that fit into a message, and the largest travels alone", async () => {
    const sizes = [
      [200_000, 2],
      [200_000, 2],
      [10, 1],
      [250_000, 2],
      [250_000, 2],
      [250_000, 2],
      [10, 1],
    ] as const;
    const ledger = placedAll(sizes.map(([bytes, bodies], n) => entryOf(n, bytes, bodies)));
    const read = await run(
      Effect.andThen(serving(ledger), all(askHistory(at(reader)), range(0, ledger.length))),
    );
    expect(read).toEqual(ledger);
  });

  it("that does not fit through this server is said to be so, for ever", async () => {
    const small = await openOwnWorld({ config: "max_payload: 65536" });
    const [source, sink] = [await small.connection(), await small.connection()];
    const ledger = placedAll([entryOf(1, 10), entryOf(2, 30_000), entryOf(3, 30_000), entryOf(4, 100_000)]);
    const serve = serveHistory(source, reading(ledger), { stands: () => position(4) });
    const outcome = await run(
      Effect.gen(function* () {
        yield* serve;
        const some = yield* all(askHistory(sink), range(0, 3));
        return [some.length, yield* failure(askHistory(sink), range(0, 4))] as const;
      }),
    );
    expect(outcome).toMatchObject([3, { reason: "too_large", retry: "never" }]);
  });

  it("that is empty needs nobody", async () => {
    expect(await run(all(askHistory(at(reader)), range(7, 7)))).toEqual([]);
  });
});

describe("no ledger of record", () => {
  it("nobody, or nobody in time: later", async () => {
    const asking = askHistory(at(reader), { timeoutMs: 100 });
    const later = { reason: "no ledger of record answers", retry: "later" };
    expect(await run(failure(asking, range(0, 1)))).toMatchObject(later);
    const slow = serveHistory(at(projector), () => Stream.never, { stands: () => position(9) });
    expect(await run(Effect.andThen(slow, failure(asking, range(0, 1))))).toMatchObject(later);
  });

  it("one that does not stand there yet does not pass for the end", async () => {
    const ledger = placedAll([entryOf(1, 10)]);
    expect(
      await run(Effect.andThen(serving(ledger), failure(askHistory(at(reader)), range(0, 2)))),
    ).toMatchObject({ reason: "behind", retry: "later" });
  });

  it("one that cannot read its disk: later", async () => {
    const broken = serveHistory(at(projector), () => Stream.fail("disk"), { stands: () => position(9) });
    expect(await run(Effect.andThen(broken, failure(askHistory(at(reader)), range(0, 1))))).toMatchObject({
      reason: "ledger_away",
      retry: "later",
    });
  });

  it("one that stops in the middle: what came is right, and the rest is read from the next one", async () => {
    const ledger = placedAll(Array.from({ length: 1_200 }, (_, n) => entryOf(n, 10)));
    let stop = await begin(serving(ledger));
    const taken: Placed[] = [];
    const asking = askHistory(at(reader), { timeoutMs: 300 });
    const take = (placed: Placed) =>
      Effect.promise(async () => {
        taken.push(placed);
        if (taken.length === 100) await stop();
      });
    const failed = await run(Effect.flip(Stream.runForEach(asking.read(range(0, 1_200)), take)));
    expect(failed).toMatchObject({ retry: "later" });
    expect(taken).toEqual(ledger.slice(0, taken.length));
    stop = await begin(serving(ledger));
    const rest = await run(all(askHistory(at(reader)), range(taken.length, 1_200)));
    expect([...taken, ...rest]).toEqual(ledger);
    await stop();
  });

  it("answers that are not the range that was asked for are not believed", async () => {
    const [one, two] = placedAll([entryOf(1, 10), entryOf(2, 10)]);
    const lies = [
      [],
      { status: "page", entries: [two, one], isEnd: true },
      { status: "page", entries: [one, one], isEnd: true },
      { status: "page", entries: [{ position: 9, entry: one?.entry }], isEnd: true },
      { status: "page", entries: [{ position: 1, entry: {} }], isEnd: true },
      { status: "page", entries: [], isEnd: false },
      { status: "page", entries: [{ position: 0, entry: one?.entry }], isEnd: true },
    ];
    const { all: counted, onTrouble } = troubles();
    const count = lies.length;
    const liar = at(projector).subscribe(talkSubjects.ledgerRead, {
      callback: (_error, message) => void message.respond(JSON.stringify(lies.shift())),
    });
    await at(projector).flush();
    const asking = askHistory(at(reader), { onTrouble });
    for (let times = 0; times < count; times += 1)
      expect(await run(failure(asking, range(0, 5)))).toMatchObject({ retry: "later" });
    liar.unsubscribe();
    expect(counted).toEqual(Array.from({ length: count }, () => "history/malformed"));
  });

  it("nonsense asked is answered, counted and forgotten", async () => {
    const { all: counted, onTrouble } = troubles();
    await run(
      Effect.gen(function* () {
        yield* serveHistory(at(projector), reading([]), { stands: () => position(5), onTrouble });
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
              const reply = await at(reader).request(talkSubjects.ledgerRead, text, PATIENT);
              expect(reply.json()).toMatchObject({ status: "unavailable", retry: "never" });
            }),
            { numRuns: 100 },
          ),
        );
      }),
    );
    expect(counted).toHaveLength(100);
  });
});
