/** All hosts at once: a reconnect storm, one host with very much, and hosts that hang (RELIABILITY R5, S14, X1-018). */
import { startStopwatch } from "@claw/testkit/stopwatch";
import { type Epoch, hostEntryId, hostLane, type HostId, stampEntry } from "@claw/events";
import { type EventLog, MAX_DRAFTS } from "@claw/eventlog";
import { backoffMs } from "@claw/runtime";
import { HOST_SIDE, UPLINK_SUBPROTOCOL } from "@claw/wire";
import { Effect, Latch } from "effect";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { epochStarted, fact, observed, session } from "./given.ts";
import {
  acked,
  addHost,
  connectHost,
  entriesOf,
  factsFrame,
  heartbeat,
  hello,
  join,
  memoryLog,
  run,
  startHouse,
  temporaryFolder,
  until,
  untilType,
} from "./house.ts";

const EPOCH = "ab".repeat(16) as Epoch;
const h1 = "h1" as HostId;
const HOSTS = 1_000;
const CURRENT_WITHIN_MS = 10_000;

/** Numbers in [0, 1) that are the same at each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Comes back as a connector does: after a wait somewhere in the spread, and again after the backoff when it is turned away. */
async function comeBack(url: string, bearer: string, hostId: string, random: () => number): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const waitMs = Math.max(random() * HOST_SIDE.spreadMs, backoffMs(attempt, HOST_SIDE.backoff, random));
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    try {
      const host = await connectHost(url, bearer);
      host.say(hello(hostId, EPOCH));
      await host.take("welcome");
      return;
    } catch (error) {
      if (!String(error).includes("503")) throw error;
    }
  }
}

describe("a reconnect storm (RELIABILITY R5)", () => {
  it("of 1,000 hosts: at most 200 are let in in any second, and all are current within ten", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const tokens = yield* Effect.forEach(Array.from({ length: HOSTS }), (_, n) => addHost(log, `h${n}`));
        const house = yield* startHouse({ log, dataDir: yield* temporaryFolder });
        const random = seeded(7);
        const from = performance.now();
        const welcomed: number[] = [];
        yield* Effect.promise(() =>
          Promise.all(
            tokens.map(async ({ bearer }, n) => {
              await comeBack(house.url, bearer, `h${n}`, random);
              welcomed.push(performance.now() - from);
            }),
          ),
        );
        expect(house.ingest.connected()).toHaveLength(HOSTS);
        expect(Math.max(...welcomed)).toBeLessThan(CURRENT_WITHIN_MS);
        const accepted = house.ingest.connected().map(({ connectedAt }) => connectedAt);
        const inOrder = accepted.toSorted((a, b) => a - b);
        inOrder.forEach((at, index) => expect((inOrder[index + 201] ?? Infinity) - at).toBeGreaterThan(990));
      }),
    ));

  it("beyond the second's share the answer is 503 with Retry-After, and only to who has a token", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const limits = { welcomes: { perSecond: 0.001, burst: 1, maxWaitMs: 0 } };
        const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder, limits });
        yield* Effect.promise(async () => {
          await expect(connectHost(url, "nonsense")).rejects.toThrow("401");
          await connectHost(url, bearer);
          await expect(connectHost(url, bearer)).rejects.toThrow("503");
          expect(await retryAfterOf(url, bearer)).toBe("5");
        });
      }),
    ));

  it("whoever cycles through sockets with one token takes the turns of no other host", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const loud = yield* addHost(log, "h1");
        const calm = yield* addHost(log, "h2");
        const limits = {
          welcomes: { perSecond: 0.001, burst: 20, maxWaitMs: 0 },
          welcomesOfHost: { perSecond: 0.001, burst: 16 },
        };
        const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder, limits });
        yield* Effect.promise(async () => {
          for (let n = 0; n < 16; n += 1) {
            const host = await connectHost(url, loud.bearer);
            host.drop();
            await host.closed;
          }
          for (let n = 0; n < 10; n += 1) await expect(connectHost(url, loud.bearer)).rejects.toThrow("503");
        });
        yield* join(url, calm.bearer, "h2");
      }),
    ));

  it("who goes while it waits leaves its place to the next", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        // One is let in, one place in the line, and no turn for a quarter of an hour.
        const limits = { welcomes: { perSecond: 0.001, burst: 1, maxWaitMs: 1_000_000 } };
        const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder, limits });
        yield* join(url, bearer);
        const nowhere = () => expect(connectHost(url, "nonsense")).rejects.toThrow("401");
        yield* Effect.promise(async () => {
          const headers = { authorization: `Bearer ${bearer}` };
          const waiting = new WebSocket(url, UPLINK_SUBPROTOCOL, { headers });
          waiting.on("error", () => {});
          await nowhere();
          expect(await retryAfterOf(url, bearer)).toBe("5");
          waiting.terminate();
          // Whoever comes now is refused, until the house has seen that the place is free: then it waits in it, and is told nothing.
          for (let isToldNo = true; isToldNo;) {
            isToldNo = false;
            void retryAfterOf(url, bearer).then(() => (isToldNo = true));
            await nowhere();
            await nowhere();
          }
        });
      }),
    ));

  it("a house that stops turns away who waits for a turn", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const { bearer } = yield* addHost(log, "h1");
        const limits = { welcomes: { perSecond: 0.001, burst: 1, maxWaitMs: 10_000_000 } };
        const waiting = yield* Effect.scoped(
          Effect.gen(function* () {
            const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder, limits });
            yield* join(url, bearer);
            const asked = connectHost(url, bearer).then(() => "", String);
            // Asked after it, and refused at once: so the one before is in the line.
            yield* Effect.promise(() => expect(connectHost(url, "nonsense")).rejects.toThrow("401"));
            return asked;
          }),
        );
        expect(yield* Effect.promise(() => waiting)).toContain("503");
      }),
    ));
});

const retryAfterOf = (url: string, bearer: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const headers = { authorization: `Bearer ${bearer}` };
    const socket = new WebSocket(url, UPLINK_SUBPROTOCOL, { headers });
    socket.on("error", () => {});
    socket.on("unexpected-response", (_, response) => resolve(response.headers["retry-after"]));
  });

const SILENT_AFTER_MS = 1_000;
const SESSIONS = 10_000;

/** The log as it is when a host has told of very many sessions. */
const fillSessions = (log: EventLog) =>
  Effect.forEach(
    Array.from({ length: SESSIONS / MAX_DRAFTS }, (_, batch) => batch * MAX_DRAFTS),
    (at) =>
      log.append(
        Array.from({ length: MAX_DRAFTS }, (_, n) => {
          const seq = at + n + 1;
          const said = fact({ seq, lane: session(`s${seq}`), events: [observed()] });
          const by = { kind: "host", hostId: h1, epoch: EPOCH, seq } as const;
          return { entry: stampEntry(said, { id: hostEntryId(h1, EPOCH, seq), by, at: Date.now() }) };
        }),
      ),
    { discard: true },
  );

describe("a fault of one host delays nobody (X1-018)", () => {
  it("a host with 10,000 sessions falls silent: what is said of another waits for no more than a batch", () =>
    run(
      Effect.gen(function* () {
        const inner = yield* memoryLog;
        // A log that takes its time, so that the one host's entries are still being written when the other falls silent.
        const firstStaled = yield* Latch.make();
        const log: EventLog = {
          ...inner,
          append: (drafts) => {
            if (!drafts.some(({ entry }) => entry.envelope.id.startsWith("staled/")))
              return inner.append(drafts);
            firstStaled.openUnsafe();
            return Effect.delay(inner.append(drafts), 10);
          },
        };
        yield* fillSessions(inner);
        const big = yield* addHost(log, "h1");
        const small = yield* addHost(log, "h2");
        const house = yield* startHouse({
          log,
          dataDir: yield* temporaryFolder,
          silentAfterMs: SILENT_AFTER_MS,
        });
        const other = yield* join(house.url, small.bearer, "h2");
        const host = yield* join(house.url, big.bearer);
        expect(host.confirmed).toBe(SESSIONS);
        // The other one is alive meanwhile, and stops when the first of the many is stale.
        const beats = setInterval(() => other.say(heartbeat()), 100);
        host.drop();
        yield* firstStaled.await;
        clearInterval(beats);
        other.drop();
        yield* untilType(log, "session.staled", SESSIONS);
        const entries = yield* entriesOf(log);
        const left = entries.findIndex(
          ({ envelope }) =>
            envelope.lane === "host/h2" &&
            envelope.events.some(({ data }) => data["edge"] === "disconnected"),
        );
        const staledBefore = entries
          .slice(0, left)
          .filter(({ envelope }) => envelope.id.startsWith("staled/s")).length;
        expect(left).toBeGreaterThan(0);
        expect(staledBefore).toBeLessThan(1_500);
      }),
    ));

  it("a host that hangs, and reads nothing of what it asks for, holds nobody up", () =>
    run(
      Effect.gen(function* () {
        const log = yield* memoryLog;
        const one = yield* addHost(log, "h1");
        const two = yield* addHost(log, "h2");
        const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder });
        const hung = yield* join(url, one.bearer);
        hung.hang();
        for (let nonce = 0; nonce < 4_000; nonce += 1) hung.say(heartbeat(nonce));
        const calm = yield* join(url, two.bearer, "h2");
        const asked = startStopwatch();
        const lane = hostLane("h2" as HostId);
        calm.say(factsFrame(EPOCH, fact({ seq: 1, lane, events: [epochStarted()] })));
        yield* acked(calm, 1);
        expect(asked.stop()).toBeLessThan(2_000);
        yield* until(log, ({ envelope }) => envelope.lane === "host/h2" && envelope.by.kind === "host");
      }),
    ));
});
