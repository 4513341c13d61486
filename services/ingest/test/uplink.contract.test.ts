import { startStopwatch } from "@claw/testkit/stopwatch";
import { type Epoch, hostEntryId, hostLane, type HostId } from "@claw/events";
import { LogUnavailable, openSqlitePulse, type EventLog } from "@claw/eventlog";
import { Effect, Fiber, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { became, epochStarted, event, fact, named, observed, session } from "./given.ts";
import {
  addHost,
  connectHost,
  entriesOf,
  factsFrame,
  hello,
  type Host,
  memoryLog,
  revoke,
  run,
  startHouse,
  temporaryFolder,
  typesIn,
  until,
  untilType,
} from "./house.ts";

const EPOCH = "ab".repeat(16) as Epoch;
const h1 = "h1" as HostId;
const claim = (seq: number, name: string, host = "h1") =>
  fact({ seq, lane: session(name), events: [observed(host)] });
const started = (seq: number, host = "h1") =>
  fact({ seq, lane: hostLane(host as HostId), events: [epochStarted()] });

/** A house with one host in the log. */
const given = Effect.gen(function* () {
  const log = yield* memoryLog;
  const token = yield* addHost(log, "h1");
  const house = yield* startHouse({ log, dataDir: yield* temporaryFolder });
  return { log, token, ...house };
});

/** Connects and is welcomed. */
const join = (url: string, bearer: string, hostId = "h1", epoch = EPOCH) =>
  Effect.promise(async (): Promise<Host & { readonly confirmed: number }> => {
    const host = await connectHost(url, bearer);
    host.say(hello(hostId, epoch));
    const { confirmed } = await host.take("welcome");
    return { ...host, confirmed };
  });

const acked = (host: Host, through: number) =>
  Effect.promise(() => host.take("ack", (ack) => ack.through >= through));
const text = (metrics: { metrics: () => Promise<string> }) => Effect.promise(() => metrics.metrics());

describe("the door (S1-127, X1-029)", () => {
  it("lets in the token of a host, and nobody else; a problem says why", () =>
    run(
      Effect.gen(function* () {
        const { log, token, url, metrics } = yield* given;
        const expired = yield* addHost(log, "h2", Date.now() - 1);
        const away = yield* addHost(log, "h3");
        yield* revoke(log, away.tokenId);
        const forged = `${token.bearer.slice(0, -1)}${token.bearer.endsWith("0") ? "1" : "0"}`;
        yield* join(url, token.bearer);
        for (const bearer of [
          "",
          "nonsense",
          forged,
          expired.bearer,
          away.bearer,
          token.bearer.replace("_host_", "_api_"),
        ]) {
          const refused = yield* Effect.flip(
            Effect.tryPromise({ try: () => connectHost(url, bearer), catch: String }),
          );
          expect(refused).toContain("401");
          expect(refused).toContain('"code":"unauthenticated"');
        }
        const stray = yield* Effect.callback<string>((resume) => {
          const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token.bearer}` } });
          socket.on("error", (error) => resume(Effect.succeed(String(error))));
        });
        expect(stray).toContain("400");
        expect(yield* text(metrics)).toContain(
          'claw_ingest_upgrades_refused_total{reason="unauthenticated"} 6',
        );
      }),
    ));

  it("closes a live uplink within 2 s of its token's revocation (RELIABILITY S11)", () =>
    run(
      Effect.gen(function* () {
        const { log, token, url } = yield* given;
        const host = yield* join(url, token.bearer);
        const revoked = startStopwatch();
        yield* revoke(log, token.tokenId);
        const refusal = yield* Effect.promise(() => host.take("refuse"));
        yield* Effect.promise(() => host.closed);
        expect(refusal.code).toBe("unauthenticated");
        expect(revoked.stop()).toBeLessThan(2_000);
      }),
    ));

  it("refuses a host that claims another's name, and keeps one evidence of it a minute", () =>
    run(
      Effect.gen(function* () {
        const { log, token, url } = yield* given;
        for (let n = 0; n < 3; n += 1) {
          const host = yield* Effect.promise(() => connectHost(url, token.bearer));
          host.say(hello("h2", EPOCH));
          expect((yield* Effect.promise(() => host.take("refuse"))).code).toBe("host_mismatch");
        }
        yield* untilType(log, "evidence.kept");
        const entries = yield* entriesOf(log);
        expect(entries.filter(({ envelope }) => envelope.lane === "host/h2")).toEqual([]);
        expect(typesIn(entries).filter((type) => type === "evidence.kept").length).toBeLessThanOrEqual(2);
      }),
    ));
});

describe("facts on their way (S1-113, S1-157, N1-037)", () => {
  it("are stored under the channel's identity, then acknowledged, then confirmed", () =>
    run(
      Effect.gen(function* () {
        const { log, token, url } = yield* given;
        const host = yield* join(url, token.bearer);
        host.say(
          factsFrame(
            EPOCH,
            started(1),
            claim(2, "s1"),
            fact({ seq: 3, lane: session("s1"), events: [became()] }),
          ),
        );
        yield* acked(host, 3);
        yield* Effect.promise(() => host.take("watermark", ({ confirmed }) => confirmed === 3));
        const entries = (yield* entriesOf(log)).filter(({ envelope }) => envelope.by.kind === "host");
        expect(entries.map(({ envelope }) => [envelope.id, envelope.lane])).toEqual([
          [hostEntryId(h1, EPOCH, 1), "host/h1"],
          [hostEntryId(h1, EPOCH, 2), "session/s1"],
          [hostEntryId(h1, EPOCH, 3), "session/s1"],
        ]);
      }),
    ));

  it("after lost acks and broken wires each is there once, in order", () =>
    run(
      Effect.gen(function* () {
        const { log, token, url } = yield* given;
        const facts = [
          claim(1, "s1"),
          ...Array.from({ length: 99 }, (_, n) =>
            fact({ seq: n + 2, lane: session("s1"), events: [named(`n${n}`)] }),
          ),
        ];
        let confirmed = 0;
        for (let cut = 0; cut < 8; cut += 1) {
          const host = yield* join(url, token.bearer);
          expect(host.confirmed).toBeGreaterThanOrEqual(confirmed);
          confirmed = host.confirmed;
          host.say(factsFrame(EPOCH, ...facts.slice(Math.max(0, confirmed - 5), confirmed + 20)));
          if (cut % 2 === 0) yield* acked(host, Math.min(100, confirmed + 1));
          host.drop();
        }
        const last = yield* join(url, token.bearer);
        last.say(factsFrame(EPOCH, ...facts.slice(last.confirmed)));
        if (last.confirmed < 100) yield* acked(last, 100);
        const ids = (yield* entriesOf(log)).flatMap(({ envelope }) =>
          envelope.by.kind === "host" ? [envelope.by.seq] : [],
        );
        expect(ids).toEqual(facts.map(({ seq }) => seq));
        expect(typesIn(yield* entriesOf(log))).not.toContain("host.forked");
      }),
    ));

  it("a gap is named and filled; nothing above it is stored before", () =>
    run(
      Effect.gen(function* () {
        const { token, url } = yield* given;
        const host = yield* join(url, token.bearer);
        host.say(factsFrame(EPOCH, started(1), started(3)));
        const told = yield* Effect.promise(() => host.take("watermark", ({ missing }) => missing.length > 0));
        expect(told.missing).toEqual([[2, 2]]);
        host.say(factsFrame(EPOCH, started(2), started(3)));
        yield* acked(host, 3);
      }),
    ));

  it("a newer uplink closes the older, and goes on where that was (DESIGN 14.10, X1-012)", () =>
    run(
      Effect.gen(function* () {
        const { token, url, ingest } = yield* given;
        const old = yield* join(url, token.bearer);
        old.say(factsFrame(EPOCH, started(1)));
        yield* acked(old, 1);
        const young = yield* join(url, token.bearer);
        expect(young.confirmed).toBe(1);
        expect((yield* Effect.promise(() => old.take("refuse"))).code).toBe("superseded");
        yield* Effect.promise(() => old.closed);
        young.say(factsFrame(EPOCH, started(2)));
        yield* acked(young, 2);
        expect(ingest.connected()).toHaveLength(1);
      }),
    ));

  it("what is not admitted becomes evidence in its place, and a resend of it is a repeat", () =>
    run(
      Effect.gen(function* () {
        const { log, token, url, metrics } = yield* given;
        const other = yield* addHost(log, "h2");
        const one = yield* join(url, token.bearer);
        one.say(factsFrame(EPOCH, claim(1, "s1")));
        yield* acked(one, 1);
        const two = yield* join(url, other.bearer, "h2");
        const broken = JSON.stringify({ type: "facts", epoch: EPOCH, entries: [{ seq: 2, lane: 7 }] });
        const said = factsFrame(EPOCH, claim(1, "s1", "h2"));
        two.say(said);
        two.say(broken);
        two.say(factsFrame(EPOCH, started(3, "h2")));
        yield* acked(two, 3);
        two.say(said);
        two.say(broken);
        yield* until(log, ({ envelope }) => envelope.id === hostEntryId("h2" as HostId, EPOCH, 3));
        const entries = yield* entriesOf(log);
        expect(entries.filter(({ envelope }) => envelope.lane === "session/s1")).toHaveLength(1);
        expect(typesIn(entries).filter((type) => type === "evidence.kept")).toHaveLength(2);
        yield* acked(two, 3);
        yield* acked(two, 3);
        expect(typesIn(yield* entriesOf(log))).not.toContain("host.forked");
        expect(yield* text(metrics)).toContain('claw_ingest_facts_total{outcome="duplicate"} 2');
      }),
    ));

  it("a fork is noted once per place; the honest fact stays, and the uplink goes on (RELIABILITY S25)", () =>
    run(
      Effect.gen(function* () {
        const { log, token, url } = yield* given;
        const host = yield* join(url, token.bearer);
        host.say(factsFrame(EPOCH, started(1), claim(2, "s1")));
        yield* acked(host, 2);
        const clone = (n: number) =>
          fact({
            seq: 1,
            events: [event("epoch.started", { prevEpoch: null, lastSeq: n, reason: "restored" })],
          });
        host.say(factsFrame(EPOCH, clone(1), clone(2), clone(1), started(1), started(3)));
        yield* acked(host, 3);
        const entries = yield* entriesOf(log);
        const forks = entries.filter(({ envelope }) =>
          envelope.events.some(({ type }) => type === "host.forked"),
        );
        expect(forks).toHaveLength(1);
        expect(forks[0]?.envelope.events.map(({ type }) => type)).toEqual(["host.forked", "evidence.kept"]);
        expect(
          entries.find(({ envelope }) => envelope.id === hostEntryId(h1, EPOCH, 1))?.envelope.digest,
        ).toBe(started(1).digest);
      }),
    ));
});

describe("a host that floods (RELIABILITY S14)", () => {
  it("does not delay another", () =>
    run(
      Effect.gen(function* () {
        const { log, token, url } = yield* given;
        const other = yield* addHost(log, "h2");
        const loud = yield* join(url, token.bearer);
        const calm = yield* join(url, other.bearer, "h2");
        for (let from = 0; from < 40; from += 1)
          loud.say(factsFrame(EPOCH, ...Array.from({ length: 250 }, (_, n) => started(from * 250 + n + 1))));
        calm.say(factsFrame(EPOCH, started(1, "h2")));
        yield* acked(calm, 1);
        yield* acked(loud, 10_000);
        const entries = (yield* entriesOf(log)).filter(({ envelope }) => envelope.by.kind === "host");
        const place = entries.findIndex(({ envelope }) => envelope.lane === "host/h2");
        expect(entries).toHaveLength(10_001);
        expect(place).toBeLessThan(6_000);
      }),
    ));
});

describe("a log that is away (RELIABILITY 3.4)", () => {
  it("nothing is acknowledged, nothing is lost, and health says so", () =>
    run(
      Effect.gen(function* () {
        const inner = yield* memoryLog;
        let isAway = false;
        const away = new LogUnavailable({ reason: "disk_full", retry: "later", detail: "test" });
        const log: EventLog = {
          ...inner,
          append: (drafts) => Effect.suspend(() => (isAway ? Effect.fail(away) : inner.append(drafts))),
        };
        const { bearer } = yield* addHost(log, "h1");
        const { url, health } = yield* startHouse({ log, dataDir: yield* temporaryFolder });
        const host = yield* join(url, bearer);
        isAway = true;
        host.say(factsFrame(EPOCH, started(1), started(2)));
        yield* Effect.promise(async () => {
          while (health.isReady()) await new Promise((resolve) => setImmediate(resolve));
        });
        expect(health.parts()["ingest"]?.detail).toContain("disk_full");
        isAway = false;
        yield* acked(host, 2);
        expect(health.isReady()).toBe(true);
      }),
    ));
});

describe("a log that will not come back", () => {
  it("ends ingest with one sentence; the uplink was never acknowledged", () =>
    run(
      Effect.gen(function* () {
        const inner = yield* memoryLog;
        const { bearer } = yield* addHost(inner, "h1");
        const broken = new LogUnavailable({ reason: "corrupt", retry: "never", detail: "test" });
        const log: EventLog = { ...inner, append: () => Effect.fail(broken) };
        const { url, ingest, health } = yield* startHouse({ log, dataDir: yield* temporaryFolder });
        const host = yield* join(url, bearer);
        host.say(factsFrame(EPOCH, started(1)));
        const stopped = yield* Effect.flip(ingest.ended);
        expect(stopped.sentence).toBe("Ingest cannot use the log (corrupt): test");
        expect(health.isReady()).toBe(false);
      }),
    ));
});

describe("what is true only now (S1-158, DESIGN 14.15)", () => {
  it("heartbeats are answered, published and shown; deltas only of one's own sessions", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const pulse = yield* openSqlitePulse({ path: ":memory:" });
        const { url, ingest, metrics } = yield* startHouse({ log, dataDir: yield* temporaryFolder, pulse });
        const host = yield* join(url, bearer);
        host.say(factsFrame(EPOCH, claim(1, "s1")));
        yield* acked(host, 1);
        const beats = yield* Effect.forkScoped(Stream.runCollect(Stream.take(pulse.follow(), 2)), {
          startImmediately: true,
        });
        const delta = { type: "delta", turnId: "t", itemId: "i", text: "so far" };
        host.say(JSON.stringify({ ...delta, sessionId: "s1" }));
        host.say(JSON.stringify({ ...delta, sessionId: "s2" }));
        host.say(
          JSON.stringify({
            type: "heartbeat",
            nonce: 5,
            at: Date.now() + 60_000,
            outboxDepth: 9,
            oldestUnsentAgeMs: 6_000,
            rttMs: 4,
          }),
        );
        expect((yield* Effect.promise(() => host.take("pulse"))).nonce).toBe(5);
        expect(ingest.connected()).toMatchObject([
          { hostId: "h1", epoch: EPOCH, rttMs: 4, outboxDepth: 9, isCatchingUp: true },
        ]);
        expect(ingest.connected()[0]?.clockOffsetMs).toBeGreaterThan(59_000);
        expect(yield* Fiber.join(beats)).toMatchObject([
          { kind: "session", id: "s1", value: { text: "so far" } },
          { kind: "host", id: "h1", value: { outboxDepth: 9 } },
        ]);
        expect(yield* text(metrics)).toContain('claw_ingest_frames_refused_total{reason="foreign_delta"} 1');
      }),
    ));

  it("pages are asked of the host that has the session, and taken whole or not at all (DESIGN 14.17)", () =>
    run(
      Effect.gen(function* () {
        const { token, url, ingest } = yield* given;
        const ask = {
          hostId: h1,
          endpointId: "main" as never,
          sessionId: "s1" as never,
          cursor: null,
          limit: 5,
        };
        expect((yield* Effect.flip(ingest.pages.read(ask))).reason).toBe("host_away");
        const host = yield* join(url, token.bearer);
        expect((yield* Effect.flip(ingest.pages.read(ask))).reason).toBe("session_elsewhere");
        host.say(factsFrame(EPOCH, claim(1, "s1")));
        yield* acked(host, 1);
        const { events, bodies } = fact({ lane: session("s1"), events: [named("old")] });
        const answer = (given: object) =>
          Effect.promise(async () => {
            const { requestId } = await host.take("page.read");
            host.say(
              JSON.stringify({
                type: "page",
                requestId,
                events,
                bodies,
                nextCursor: "more",
                failure: null,
                ...given,
              }),
            );
          });
        const [page] = yield* Effect.all([ingest.pages.read(ask), answer({})], { concurrency: 2 });
        expect(page).toEqual({ events, bodies, nextCursor: "more" });
        const [torn] = yield* Effect.all([Effect.flip(ingest.pages.read(ask)), answer({ bodies: [null] })], {
          concurrency: 2,
        });
        expect(torn.reason).toBe("unreadable");
        const [failed] = yield* Effect.all(
          [Effect.flip(ingest.pages.read(ask)), answer({ failure: "no_thread" })],
          { concurrency: 2 },
        );
        expect(failed.reason).toBe("no_thread");
        const [wordy] = yield* Effect.all(
          [Effect.flip(ingest.pages.read(ask)), answer({ failure: "\u001b[2J Call 555 now" })],
          { concurrency: 2 },
        );
        expect(wordy.reason).toBe("refused");
        const [lost] = yield* Effect.all([Effect.flip(ingest.pages.read(ask)), Effect.sync(host.drop)], {
          concurrency: 2,
        });
        expect(lost.reason).toBe("host_away");
      }),
    ));
});
