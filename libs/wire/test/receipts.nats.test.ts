/** Receipts over a real server and its stream: proven by the ledger of record, else the last that was told. */
import { PATIENT } from "@claw/testkit/nats";
import { Epoch, HostId, RECEIPT_STREAM, talkSubjects } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect, PubSub, Stream } from "effect";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askReceipts,
  type KnownReceipt,
  lastReceiptOf,
  makeUplinks,
  type Receipt,
  type Receipts,
  serveReceipts,
  tellReceipts,
  type UplinkOpened,
} from "../src/index.ts";
import { begin, openOwnWorld, openWorld, run, type TalkWorld, troubles, until } from "./talk-world.ts";

const host = (n: number): HostId => HostId.parse(`h${n}`);
const EPOCH = Epoch.parse("ab".repeat(16));
const OTHER = Epoch.parse("cd".repeat(16));
const receipt = (confirmed: number, n = 1): Receipt => ({
  hostId: host(n),
  epoch: EPOCH,
  confirmed,
  missing: [],
});
const ledgerAt = (confirmed: number, isProven = true): Pick<Receipts, "of"> => ({
  of: (hostId, epoch) => Effect.succeed({ hostId, epoch, confirmed, missing: [[7, 9]], isProven }),
});
const none = () => Effect.succeed(null);

let world: TalkWorld;
let projector: NatsConnection;
let ingest: NatsConnection;
beforeAll(async () => {
  world = await openWorld();
  [projector, ingest] = [await world.connection(), await world.connection()];
  const config = {
    name: RECEIPT_STREAM,
    subjects: ["receipt.*"],
    storage: "memory",
    max_msgs_per_subject: 1,
    discard: "old",
    retention: "limits",
    num_replicas: 1,
    allow_direct: true,
  };
  const made = await projector.request(
    `$JS.API.STREAM.CREATE.${RECEIPT_STREAM}`,
    JSON.stringify(config),
    PATIENT,
  );
  expect(made.json()).toMatchObject({ config: { name: RECEIPT_STREAM, allow_direct: true } });
});
afterAll(() => world.end());

const of = (receipts: Receipts, epoch = EPOCH): Effect.Effect<KnownReceipt> => receipts.of(host(1), epoch);

describe("asked of the ledger of record", () => {
  it("what it holds is proven, for whoever asks", async () => {
    const other = await world.connection();
    const known = await run(
      Effect.andThen(
        serveReceipts(projector, ledgerAt(41)),
        Effect.all([
          of(askReceipts(ingest, { lastReceipt: none, timeoutMs: 30_000 })),
          of(askReceipts(other, { lastReceipt: none, timeoutMs: 30_000 }), OTHER),
        ]),
      ),
    );
    expect(known).toEqual([
      { hostId: "h1", epoch: EPOCH, confirmed: 41, missing: [[7, 9]], isProven: true },
      { hostId: "h1", epoch: OTHER, confirmed: 41, missing: [[7, 9]], isProven: true },
    ]);
  });

  it("what it cannot prove is not passed for proven", async () => {
    const known = await run(
      Effect.andThen(
        serveReceipts(projector, ledgerAt(41, false)),
        of(askReceipts(ingest, { lastReceipt: () => Effect.succeed(receipt(12)) })),
      ),
    );
    expect(known).toEqual({ ...receipt(12), isProven: false });
  });

  it("a ledger that takes too long is not waited for", async () => {
    const slow = { of: () => Effect.never };
    const from = Date.now();
    const known = await run(
      Effect.andThen(
        serveReceipts(projector, slow),
        of(askReceipts(ingest, { timeoutMs: 100, lastReceipt: () => Effect.succeed(receipt(12)) })),
      ),
    );
    expect(known).toEqual({ ...receipt(12), isProven: false });
    expect(Date.now() - from).toBeLessThan(1_000);
  });

  it("a reply of another host, another epoch, or of no shape proves nothing", async () => {
    const { all, onTrouble } = troubles();
    const replies = [
      { receipt: receipt(9, 2) },
      { receipt: { ...receipt(9), epoch: OTHER } },
      { receipt: 3 },
      [],
    ];
    const liar = projector.subscribe(talkSubjects.ledgerReceipt, {
      callback: (_error, message) => void message.respond(JSON.stringify(replies.shift())),
    });
    await projector.flush();
    const receipts = askReceipts(ingest, { lastReceipt: none, onTrouble });
    for (let times = 0; times < 4; times += 1)
      expect(await run(of(receipts))).toEqual({ ...receipt(0), isProven: false });
    liar.unsubscribe();
    expect(all).toEqual(["receipts/malformed", "receipts/malformed"]);
  });

  it("nonsense asked is answered with nothing, and counted", async () => {
    const { all, onTrouble } = troubles();
    await run(
      Effect.gen(function* () {
        yield* serveReceipts(projector, ledgerAt(1), { onTrouble });
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
              const reply = await ingest.request(talkSubjects.ledgerReceipt, text, PATIENT);
              expect(reply.json()).toEqual({ receipt: null });
            }),
            { numRuns: 100 },
          ),
        );
      }),
    );
    expect(all).toHaveLength(100);
  });
});

describe("the last receipt", () => {
  it("is the newest that was told; none, another epoch's and no ledger's prove nothing (S1-157)", async () => {
    const issued = await Effect.runPromise(PubSub.sliding<Receipt>(16));
    const stop = await begin(
      Effect.flatMap(PubSub.subscribe(issued), (subscription) =>
        tellReceipts(projector, Stream.fromSubscription(subscription)),
      ),
    );
    const last = lastReceiptOf(ingest);
    expect(await run(last(host(1)))).toBeNull();
    for (const confirmed of [3, 8, 5, 21]) PubSub.publishUnsafe(issued, receipt(confirmed));
    let known: Receipt | null = null;
    await until("the newest is the last", () => {
      void run(last(host(1))).then((now) => (known = now));
      return known?.confirmed === 21;
    });
    const receipts = askReceipts(ingest, { lastReceipt: last });
    expect(await run(of(receipts))).toEqual({ ...receipt(21), isProven: false });
    expect(await run(of(receipts, OTHER))).toEqual({
      ...receipt(0),
      epoch: OTHER,
      isProven: false,
    });
    await stop();
  });

  it("that is no receipt is none", async () => {
    const { all, onTrouble } = troubles();
    await ingest.request(talkSubjects.receipt(host(5)), "{}", PATIENT);
    expect(await run(lastReceiptOf(ingest, { onTrouble })(host(5)))).toBeNull();
    expect(all).toEqual(["receipts/malformed"]);
  });
});

describe("receipts as they come", () => {
  it("are told to every ingest, at most one of a host in 50 ms, and the newest in the end", async () => {
    const { all, onTrouble } = troubles();
    const other = await world.connection();
    const heard: Receipt[][] = [[], []];
    const issued = await Effect.runPromise(PubSub.sliding<Receipt>(4_096));
    const ends = await Promise.all(
      [ingest, other].map((connection, index) =>
        begin(
          Effect.forkScoped(
            Stream.runForEach(askReceipts(connection, { lastReceipt: none, onTrouble }).follow, (one) =>
              Effect.sync(() => heard[index]?.push(one)),
            ),
          ),
        ),
      ),
    );
    const stop = await begin(
      Effect.flatMap(PubSub.subscribe(issued), (subscription) =>
        tellReceipts(projector, Stream.fromSubscription(subscription)),
      ),
    );
    await until("both listen", () => {
      PubSub.publishUnsafe(issued, receipt(0));
      return heard.every((one) => one.length > 0);
    });
    for (const one of heard) one.length = 0;
    projector.publish("receipt.h1", "nonsense");
    projector.publish("receipt.h1", JSON.stringify(receipt(1, 2)));
    const from = Date.now();
    for (let confirmed = 1; confirmed <= 1_000; confirmed += 1)
      PubSub.publishUnsafe(issued, receipt(confirmed, 1 + (confirmed % 2)));
    const isDone = (one: readonly Receipt[] | undefined): boolean =>
      one?.some(({ confirmed }) => confirmed === 1_000) === true &&
      one.some(({ confirmed }) => confirmed === 999);
    await until("the newest of both hosts", () => heard.every(isDone));
    const most = 2 * (Math.ceil((Date.now() - from) / 50) + 2);
    for (const one of heard) expect(one.length).toBeLessThanOrEqual(most);
    expect(all).toHaveLength(4);
    await Promise.all([stop(), ...ends.map((end) => end())]);
  });

  it("that the server did not take are told when it is back", async () => {
    const own = await openOwnWorld();
    // The listener is back first: what is told before that is lost, as everything told on a plain subject.
    const [teller, listener] = [
      await own.connection({ reconnectTimeWait: 3_000 }),
      await own.connection({ reconnectTimeWait: 20 }),
    ];
    const issued = await Effect.runPromise(PubSub.sliding<Receipt>(4_096));
    const heard: number[] = [];
    const ends = [
      await begin(
        Effect.flatMap(PubSub.subscribe(issued), (subscription) =>
          tellReceipts(teller, Stream.fromSubscription(subscription)),
        ),
      ),
      await begin(
        Effect.forkScoped(
          Stream.runForEach(askReceipts(listener, { lastReceipt: none }).follow, ({ confirmed }) =>
            Effect.sync(() => heard.push(confirmed)),
          ),
        ),
      ),
    ];
    await until("it listens", () => {
      PubSub.publishUnsafe(issued, receipt(0));
      return heard.length > 0;
    });
    await own.server.stop("SIGKILL");
    await until("both saw it", () => teller.info === undefined && listener.info === undefined);
    for (const confirmed of [1, 2, 3]) PubSub.publishUnsafe(issued, receipt(confirmed));
    await own.server.start();
    await until("the newest came", () => heard.includes(3));
    await Promise.all(ends.map((end) => end()));
  });
});

describe("which ingest has an uplink", () => {
  const opened = (ingestId: string, n = 1): UplinkOpened => ({
    hostId: host(n),
    ingestId,
    openedAt: 1_800_000_000_000,
    nonce: "n-1",
  });

  it("is told to the others and not to oneself; nonsense is counted", async () => {
    const { all, onTrouble } = troubles();
    const other = await world.connection();
    const [a, b] = [makeUplinks(ingest, "a", { onTrouble }), makeUplinks(other, "b")];
    const heard: UplinkOpened[][] = [[], []];
    const ends = await Promise.all(
      [a, b].map(({ follow }, index) =>
        begin(
          Effect.forkScoped(Stream.runForEach(follow, (one) => Effect.sync(() => heard[index]?.push(one)))),
        ),
      ),
    );
    await until("both listen", () => {
      void run(Effect.all([a.tell(opened("a")), b.tell(opened("b", 2))]));
      return heard.every((one) => one.length > 0);
    });
    projector.publish("uplink.h1", "nonsense");
    projector.publish("uplink.h1", JSON.stringify(opened("c", 2)));
    await until("both counted", () => all.length === 2);
    for (const one of heard[0] ?? []) expect(one).toEqual(opened("b", 2));
    for (const one of heard[1] ?? []) expect(one).toEqual(opened("a"));
    expect(all).toEqual(["uplinks/malformed", "uplinks/malformed"]);
    await Promise.all(ends.map((end) => end()));
  });
});
