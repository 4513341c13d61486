/** Several ingests on one log: each host has one uplink, is heard by all, and is written about once (ADR 0009). */
import { type Epoch, hostLane, type HostId, type Sequence } from "@claw/events";
import { type EventLog, openSqlitePulse } from "@claw/eventlog";
import type { Receipt, Receipts, UplinkOpened, Uplinks } from "@claw/wire";
import { systemClocks } from "@claw/runtime";
import { Deferred, Effect, Fiber, PubSub, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { epochStarted, event, fact, observed, session } from "./given.ts";
import {
  acked,
  addHost,
  connectHost,
  entriesOf,
  factsFrame,
  heartbeat,
  hello,
  join,
  limit,
  memoryLog,
  noting,
  place,
  run,
  startHouse,
  temporaryFolder,
  until,
  untilType,
} from "./house.ts";

const EPOCH = "ab".repeat(16) as Epoch;
const h1 = "h1" as HostId;
const started = (seq: number) => fact({ seq, lane: hostLane(h1), events: [epochStarted()] });
const claim = (seq: number, name: string) => fact({ seq, lane: session(name), events: [observed()] });

/** Uplinks as messages between two ingests of one process; `told` is what was said. */
const memoryUplinks = Effect.gen(function* () {
  const all = yield* PubSub.unbounded<UplinkOpened>();
  const told: UplinkOpened[] = [];
  const uplinks: Uplinks = {
    tell: (opened) =>
      Effect.suspend(() => {
        told.push(opened);
        return Effect.asVoid(PubSub.publish(all, opened));
      }),
    follow: Stream.fromPubSub(all),
  };
  return { uplinks, told, say: uplinks.tell };
});

/** Lets the event loop turn until something is so. */
async function turns(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Two ingests on one log. */
const pair = Effect.fnUntraced(function* (options: object = {}) {
  const log = yield* memoryLog;
  const { bearer, tokenId } = yield* addHost(log, "h1");
  const pulse = yield* openSqlitePulse({ path: ":memory:" });
  const between = yield* memoryUplinks;
  const given = { log, pulse, uplinks: between.uplinks, ...options };
  const a = yield* startHouse({ ...given, dataDir: yield* temporaryFolder, ingestId: "a" });
  const b = yield* startHouse({ ...given, dataDir: yield* temporaryFolder, ingestId: "b" });
  return { log, bearer, tokenId, pulse, a, b, ...between };
});

const types = (log: EventLog, ...wanted: readonly string[]) =>
  Effect.map(entriesOf(log), (entries) =>
    entries.flatMap(({ envelope }) =>
      envelope.events.flatMap(({ type, data }) =>
        wanted.includes(type) ? [typeof data["edge"] === "string" ? data["edge"] : type] : [],
      ),
    ),
  );

describe("a host that moves from one ingest to another (DESIGN 14.10)", () => {
  it("its older uplink is closed, its newer stays, and moving is no disconnect", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, a, b } = yield* pair();
        const old = yield* join(a.url, bearer);
        const young = yield* join(b.url, bearer);
        expect((yield* Effect.promise(() => old.take("refuse"))).code).toBe("superseded");
        yield* Effect.promise(() => old.closed);
        expect(a.ingest.connected()).toEqual([]);
        expect([a.ingest.holds(h1), b.ingest.holds(h1)]).toEqual([false, true]);
        young.say(factsFrame(EPOCH, started(1)));
        yield* acked(young, 1);
        const other = yield* addHost(log, "h2");
        const last = yield* join(a.url, other.bearer, "h2");
        last.drop();
        yield* until(log, ({ envelope }) =>
          envelope.events.some(({ data }) => data["edge"] === "disconnected"),
        );
        expect(
          (yield* entriesOf(log)).filter(
            ({ envelope }) =>
              envelope.lane === "host/h1" &&
              envelope.events.some(({ data }) => data["edge"] === "disconnected"),
          ),
        ).toEqual([]);
      }),
    ));

  it("an older one that is told of late closes nothing, however often it is said", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, a, say, told } = yield* pair();
        const other = yield* addHost(log, "h2");
        yield* join(a.url, bearer);
        const marker = yield* join(a.url, other.bearer, "h2");
        yield* Effect.promise(() => turns(() => told.length === 2));
        const [own] = told;
        const stale = { hostId: h1, ingestId: "b", openedAt: (own?.openedAt ?? 0) - 1, nonce: "f" };
        for (let n = 0; n < 3; n += 1) yield* say(stale);
        yield* say({ ...stale, hostId: "h2" as HostId, openedAt: Date.now() + 1_000 });
        yield* Effect.promise(() => marker.take("refuse"));
        expect(a.ingest.connected().map(({ hostId }) => hostId)).toEqual(["h1"]);
        expect(told.filter(({ ingestId, hostId }) => ingestId === "a" && hostId === "h1")).toHaveLength(1);
      }),
    ));

  it("one that waited for its welcome while the host went elsewhere closes nothing", () =>
    run(
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>();
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const between = yield* memoryUplinks;
        const none: Receipts = {
          of: (hostId, epoch) =>
            Effect.succeed({ hostId, epoch, confirmed: 0, missing: [], isProven: false }),
          follow: Stream.never,
        };
        const slow: Receipts = {
          ...none,
          of: (hostId, epoch) => Effect.andThen(Deferred.await(gate), none.of(hostId, epoch)),
        };
        const given = { log, uplinks: between.uplinks };
        const a = yield* startHouse({
          ...given,
          receipts: slow,
          dataDir: yield* temporaryFolder,
          ingestId: "a",
        });
        const b = yield* startHouse({
          ...given,
          receipts: none,
          dataDir: yield* temporaryFolder,
          ingestId: "b",
        });
        const hung = yield* Effect.promise(() => connectHost(a.url, bearer));
        hung.say(hello("h1", EPOCH));
        const from = Date.now();
        yield* Effect.promise(() => turns(() => Date.now() > from + 1));
        yield* join(b.url, bearer);
        let left = 50;
        yield* Effect.promise(() => turns(() => between.told.length === 1 && (left -= 1) === 0));
        yield* Deferred.succeed(gate, undefined);
        expect((yield* Effect.promise(() => hung.take("refuse"))).code).toBe("superseded");
        expect(b.ingest.holds(h1)).toBe(true);
        expect(between.told).toHaveLength(1);
      }),
    ));
});

describe("silence among several (DESIGN 14.15)", () => {
  it("a host that is heard anywhere is silent nowhere; one that is heard nowhere is silent once", () =>
    run(
      Effect.gen(function* () {
        const silentAfterMs = 1_000;
        const { log, bearer, a } = yield* pair({ silentAfterMs });
        const host = yield* join(a.url, bearer);
        host.say(factsFrame(EPOCH, started(1), claim(2, "s1")));
        yield* acked(host, 2);
        const from = performance.now();
        for (let nonce = 1; performance.now() - from < 2.5 * silentAfterMs; nonce += 1) {
          host.say(heartbeat(nonce));
          yield* Effect.promise(() => host.take("pulse"));
          yield* Effect.sleep(100);
        }
        expect(yield* types(log, "host.silent", "session.staled")).toEqual([]);
        host.hang();
        yield* untilType(log, "session.staled");
        yield* Effect.sleep(silentAfterMs);
        expect(yield* types(log, "host.silent", "session.staled")).toEqual(["host.silent", "session.staled"]);
      }),
    ));

  it("a silence that another ingest saw in error is taken back by the one that hears the host", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const a = yield* startHouse({ log, dataDir: yield* temporaryFolder, ingestId: "a" });
        const host = yield* join(a.url, bearer);
        host.say(factsFrame(EPOCH, started(1), claim(2, "s1")));
        yield* acked(host, 2);
        // It hears no beats of the others.
        yield* startHouse({ log, dataDir: yield* temporaryFolder, ingestId: "deaf", silentAfterMs: 1_000 });
        yield* untilType(log, "session.staled");
        yield* untilType(log, "session.returned");
        expect(yield* types(log, "host.heard", "host.silent")).toEqual([
          "connected",
          "host.silent",
          "returned",
        ]);
      }),
    ));
});

describe("a ledger of record elsewhere (ADR 0009)", () => {
  it("with nobody to prove it a host is let in and acknowledged, and the watermark waits for the receipt", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const issued = yield* PubSub.unbounded<Receipt>();
        const receipts: Receipts = {
          of: (hostId, epoch) =>
            Effect.succeed({ hostId, epoch, confirmed: 0, missing: [], isProven: false }),
          follow: Stream.fromPubSub(issued),
        };
        const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder, receipts });
        const host = yield* join(url, bearer);
        const marks = yield* Effect.forkScoped(
          Effect.promise(() => host.take("watermark")),
          {
            startImmediately: true,
          },
        );
        host.say(factsFrame(EPOCH, started(1), started(2)));
        yield* acked(host, 2);
        yield* PubSub.publish(issued, { hostId: h1, epoch: EPOCH, confirmed: 1, missing: [] });
        expect(yield* Fiber.join(marks)).toMatchObject({ confirmed: 1, missing: [] });
      }),
    ));

  it("facts that nobody has any more are told as lost, once, and the host goes on behind them", () =>
    run(
      Effect.gen(function* () {
        const { log, drafted } = noting(yield* memoryLog);
        const { bearer } = yield* addHost(log, "h1");
        const receipts: Receipts = {
          of: (hostId, epoch) => Effect.succeed({ hostId, epoch, confirmed: 3, missing: [], isProven: true }),
          follow: Stream.never,
        };
        const dataDir = yield* temporaryFolder;
        const given = { nextSeq: 12, firstHeld: 9 };
        for (let life = 0; life < 2; life += 1)
          yield* Effect.scoped(
            Effect.gen(function* () {
              const { url } = yield* startHouse({ log, dataDir, receipts });
              const host = yield* join(url, bearer, "h1", EPOCH, given);
              expect(host.confirmed).toBe(8);
              host.say(factsFrame(EPOCH, started(9), ...(life === 0 ? [] : [started(10)])));
              yield* acked(host, 9 + life);
              yield* untilType(log, "outbox.lost");
            }),
          );
        const kept = (yield* entriesOf(log)).filter(({ envelope }) => envelope.id.startsWith("lost/"));
        expect(kept.map(({ envelope }) => envelope.id)).toEqual([`lost/h1/${EPOCH}/4-8`]);
        expect(kept[0]?.envelope.events[0]?.data).toEqual({ epoch: EPOCH, from: 4, to: 8 });
        expect(drafted.filter((id) => id.startsWith("lost/"))).toHaveLength(1);
      }),
    ));

  it("a hole that an unproven welcome passed over is told at the next proven one, with facts behind it in the log by then", () =>
    run(
      Effect.gen(function* () {
        const { log } = noting(yield* memoryLog);
        const { bearer } = yield* addHost(log, "h1");
        let isProven = false;
        const receipts: Receipts = {
          of: (hostId, epoch) => Effect.sync(() => ({ hostId, epoch, confirmed: 3, missing: [], isProven })),
          follow: Stream.never,
        };
        const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder, receipts });
        const first = yield* join(url, bearer, "h1", EPOCH, { nextSeq: 11, firstHeld: 9 });
        first.say(factsFrame(EPOCH, started(9), started(10)));
        yield* acked(first, 10);
        isProven = true;
        yield* join(url, bearer, "h1", EPOCH, { nextSeq: 11, firstHeld: 9 });
        yield* untilType(log, "outbox.lost");
        const lost = (yield* entriesOf(log)).flatMap(({ envelope }) =>
          envelope.events.filter(({ type }) => type === "outbox.lost").map(({ data }) => data),
        );
        expect(lost).toEqual([{ epoch: EPOCH, from: 4, to: 8 }]);
      }),
    ));

  it("on one machine a hole does not grow by what was told behind it", () =>
    run(
      Effect.gen(function* () {
        const { log, drafted } = noting(yield* memoryLog);
        const { bearer } = yield* addHost(log, "h1");
        const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder });
        const host = yield* join(url, bearer, "h1", EPOCH, { nextSeq: 11, firstHeld: 9 });
        host.say(factsFrame(EPOCH, started(9), started(10)));
        yield* acked(host, 10);
        yield* untilType(log, "outbox.lost");
        const again = yield* join(url, bearer, "h1", EPOCH, { nextSeq: 12, firstHeld: 11 });
        expect(again.confirmed).toBe(10);
        again.say(factsFrame(EPOCH, started(11)));
        yield* acked(again, 11);
        expect(drafted.filter((id) => id.startsWith("lost/"))).toEqual([`lost/h1/${EPOCH}/1-8`]);
      }),
    ));

  it("a log without an index needs receipts from somewhere", () =>
    run(
      Effect.gen(function* () {
        const { find: _, ...log } = yield* memoryLog;
        const refused = yield* Effect.flip(startHouse({ log, dataDir: yield* temporaryFolder }));
        expect(refused.sentence).toContain("needs the receipts of one");
      }),
    ));
});

const HOUR_MS = 3_600_000;

describe("what was decided of a host", () => {
  it("a rotated token and the one before are good until the limit, and then only the new one", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const before = yield* addHost(log, "h1");
        let laterMs = 0;
        const clocks = { ...systemClocks, wallMs: () => systemClocks.wallMs() + laterMs };
        const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder, clocks });
        const old = yield* join(url, before.bearer);
        const after = yield* addHost(log, "h1");
        yield* limit(log, before.tokenId, Date.now() + HOUR_MS);
        yield* join(url, before.bearer);
        expect((yield* Effect.promise(() => old.take("refuse"))).code).toBe("superseded");
        const young = yield* join(url, before.bearer);
        laterMs = HOUR_MS;
        expect(
          (yield* Effect.promise(() => young.take("refuse", ({ code }) => code === "unauthenticated"))).code,
        ).toBe("unauthenticated");
        yield* Effect.promise(() => expect(connectHost(url, before.bearer)).rejects.toThrow("401"));
        yield* join(url, after.bearer);
      }),
    ));

  it("placement comes with the welcome, and at once when it changes, to connectors that know it", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        yield* place(log, "h1", "cordoned");
        const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder });
        const host = yield* join(url, bearer, "h1", EPOCH, { capabilities: ["placement.v1"] });
        expect(host.placement).toBe("cordoned");
        yield* place(log, "h1", "draining");
        expect((yield* Effect.promise(() => host.take("placement"))).placement).toBe("draining");
        yield* place(log, "h1", "open");
        expect((yield* Effect.promise(() => host.take("placement"))).placement).toBe("open");
      }),
    ));
});

it("an event that a host may not say changes neither its placement nor anybody's token", () =>
  run(
    Effect.gen(function* () {
      const log = yield* memoryLog;
      const { bearer } = yield* addHost(log, "h1");
      const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder });
      const host = yield* join(url, bearer);
      const forged = event("host.placed", { hostId: "h2", placement: "draining", reason: "x" });
      host.say(factsFrame(EPOCH, fact({ seq: 1, lane: hostLane(h1), events: [forged] })));
      yield* acked(host, 1);
      expect(yield* types(log, "host.placed", "evidence.kept")).toEqual(["evidence.kept"]);
    }),
  ));

describe("a session's lane that holds what is no entry (RELIABILITY S7)", () => {
  it("its claim becomes evidence, and what follows is written", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        // A message that is none has the lane, behind the last entry of the log.
        const append: EventLog["append"] = (drafts) =>
          drafts.some(({ entry }) => entry.envelope.lane === session("held"))
            ? Effect.map(log.last, (last) =>
                drafts.map(() => ({ status: "lane_conflict", head: (last + 1) as Sequence })),
              )
            : log.append(drafts);
        const { url } = yield* startHouse({ log: { ...log, append }, dataDir: yield* temporaryFolder });
        const client = yield* join(url, bearer);
        client.say(factsFrame(EPOCH, claim(1, "held"), started(2)));
        yield* acked(client, 2);
        const entries = yield* entriesOf(log);
        expect(entries.map(({ envelope }) => envelope.events[0]?.data["code"])).toContain("foreign_session");
      }),
    ));
});
