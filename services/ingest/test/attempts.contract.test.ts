/** Whatever a valid token of one host tries: it is recorded with that host, and nothing is stored under another's name (RELIABILITY S6, S14). */
import { type Entry, type Epoch, hostEntryId, hostLane, type HostId, stampEntry } from "@claw/events";
import { openSqlitePulse } from "@claw/eventlog";
import { Effect } from "effect";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { UPLINK_SUBPROTOCOL } from "@claw/wire";
import type { Fact } from "../src/domain/delivery.ts";
import { AT, became, epochStarted, event, fact, observed, session } from "./given.ts";
import {
  acked,
  addHost,
  connectHost,
  entriesOf,
  factsFrame,
  hello,
  type Host,
  join,
  memoryLog,
  noting,
  run,
  startHouse,
  temporaryFolder,
  until,
  untilType,
} from "./house.ts";

const EPOCH = "ab".repeat(16) as Epoch;
const OTHER_EPOCH = "cd".repeat(16) as Epoch;
const h1 = "h1" as HostId;
const h2 = "h2" as HostId;
const own = (seq: number, hostId = h1) => fact({ seq, lane: hostLane(hostId), events: [epochStarted()] });

/** Two hosts; `h2` has a session and told it under its own epoch. The attacker holds the token of `h1`. */
const given = Effect.gen(function* () {
  const { log, drafted } = noting(yield* memoryLog);
  const attacker = yield* addHost(log, "h1");
  const victim = yield* addHost(log, "h2");
  const pulse = yield* openSqlitePulse({ path: ":memory:" });
  const house = yield* startHouse({ log, dataDir: yield* temporaryFolder, pulse });
  const honest = yield* join(house.url, victim.bearer, "h2", OTHER_EPOCH);
  const its = [own(1, h2), fact({ seq: 2, lane: session("theirs"), events: [observed("h2")] })];
  honest.say(factsFrame(OTHER_EPOCH, ...its));
  yield* acked(honest, 2);
  const before = yield* victims(entriesOf(log));
  return { log, drafted, bearer: attacker.bearer, before, ...house };
});

/** What is stored under the victim's name: its lane, its sessions, its epochs. */
const victims = (entries: ReturnType<typeof entriesOf>) =>
  Effect.map(entries, (all) =>
    all.flatMap(({ envelope }) => {
      const { by, lane, id } = envelope;
      const isTheirs =
        (by.kind === "host" && by.hostId === h2) ||
        lane === "host/h2" ||
        lane === "session/theirs" ||
        id.includes("/h2/");
      return isTheirs ? [id as string] : [];
    }),
  );

const evidenceIn = (entries: readonly Entry[]) =>
  entries.flatMap(({ envelope }) =>
    envelope.events.flatMap(({ type, data }) =>
      type === "evidence.kept"
        ? [{ code: data["code"], lane: envelope.lane, id: envelope.id as string }]
        : [],
    ),
  );

const forged = (seq: number, over: object): Fact => ({ ...own(seq), ...over }) as Fact;

const factAttempts: readonly (readonly [what: string, code: string, made: (seq: number) => Fact])[] = [
  [
    "a session of another host",
    "foreign_session",
    (seq) => fact({ seq, lane: session("theirs"), events: [became()] }),
  ],
  [
    "another host's session, claimed again",
    "foreign_session",
    (seq) => fact({ seq, lane: session("theirs"), events: [observed()] }),
  ],
  [
    "a session claimed in another's name",
    "foreign_host",
    (seq) => fact({ seq, lane: session("fresh"), events: [observed("h2")] }),
  ],
  ["another host's lane", "foreign_lane", (seq) => own(seq, h2)],
  [
    "the decided lane",
    "foreign_lane",
    (seq) => fact({ seq, lane: "decided" as never, events: [event("policy.led", { leader: "x" })] }),
  ],
  [
    "the fleet's lane",
    "foreign_lane",
    (seq) =>
      fact({
        seq,
        lane: "fleet/log" as never,
        events: [
          event("log.resumed", { generation: 9, position: 0, chain: "0".repeat(64), reason: "restored" }),
        ],
      }),
  ],
  [
    "a kind that policy says",
    "reserved_type",
    (seq) =>
      fact({ seq, lane: hostLane(h1), events: [event("token.revoked", { tokenId: "t", reason: "x" })] }),
  ],
  [
    "a kind that ingest says",
    "reserved_type",
    (seq) =>
      fact({
        seq,
        lane: hostLane(h1),
        events: [event("host.silent", { lastHeardAt: AT, silentAfterMs: 1 })],
      }),
  ],
  ["a digest of something else", "wrong_digest", (seq) => forged(seq, { digest: "0".repeat(64) })],
];

describe("a fact that a host may not say", () => {
  it.each(factAttempts)("%s is evidence (%s) in its own place", (_what, code, made) =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url, before } = yield* given;
        const host = yield* join(url, bearer);
        host.say(factsFrame(EPOCH, own(1), made(2), own(3)));
        yield* acked(host, 3);
        const entries = yield* entriesOf(log);
        expect(evidenceIn(entries)).toEqual([{ code, lane: "host/h1", id: hostEntryId(h1, EPOCH, 2) }]);
        expect(yield* victims(Effect.succeed(entries))).toEqual(before);
      }),
    ),
  );

  it("cannot name its own entry: id, writer and time come from the channel", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url, before } = yield* given;
        const host = yield* join(url, bearer);
        const by = { kind: "host", hostId: "h2", epoch: OTHER_EPOCH, seq: 1 };
        const id = hostEntryId(h2, OTHER_EPOCH, 3);
        const stamped = stampEntry(own(1), { id, by: { kind: "policy" }, at: AT });
        host.say(
          factsFrame(
            EPOCH,
            forged(1, { id, by, at: AT, hostId: "h2", epoch: OTHER_EPOCH }),
            forged(2, { envelope: stamped.envelope, messageId: id, "Nats-Msg-Id": id }),
          ),
        );
        yield* acked(host, 2);
        const entries = yield* entriesOf(log);
        const mine = entries.filter(
          ({ envelope }) => envelope.by.kind === "host" && envelope.by.hostId === h1,
        );
        expect(mine.map(({ envelope }) => envelope.id)).toEqual([
          hostEntryId(h1, EPOCH, 1),
          hostEntryId(h1, EPOCH, 2),
        ]);
        expect(yield* victims(Effect.succeed(entries))).toEqual(before);
      }),
    ));

  it("a sequence that jumps stores nothing, and one that repeats with other content is a fork of its own epoch", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url, before } = yield* given;
        const host = yield* join(url, bearer);
        host.say(factsFrame(EPOCH, own(1), own(1_000_000)));
        yield* Effect.promise(() => host.take("watermark", ({ missing }) => missing.length > 0));
        const other = event("epoch.started", { prevEpoch: null, lastSeq: 7, reason: "restored" });
        host.say(factsFrame(EPOCH, fact({ seq: 1, events: [other] }), own(2)));
        yield* acked(host, 2);
        const entries = yield* entriesOf(log);
        expect(evidenceIn(entries)).toEqual([
          { code: "forked", lane: "host/h1", id: `forked/h1/${EPOCH}/1` },
        ]);
        expect(yield* victims(Effect.succeed(entries))).toEqual(before);
      }),
    ));
});

const deep = `{"type":"facts","epoch":"${EPOCH}","entries":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
const frameAttempts: readonly (readonly [
  what: string,
  code: string,
  tries: (url: string, bearer: string) => Promise<unknown>,
])[] = [
  [
    "another host's name in the hello",
    "host_mismatch",
    async (url, bearer) => {
      const host = await connectHost(url, bearer);
      host.say(hello("h2", OTHER_EPOCH));
      await host.closed;
    },
  ],
  [
    "another host's epoch in a frame",
    "bad_frame",
    (url, bearer) => says(url, bearer, factsFrame(OTHER_EPOCH, own(3))),
  ],
  ["JSON that is too deep", "bad_frame", (url, bearer) => says(url, bearer, deep)],
  ["no JSON", "bad_frame", (url, bearer) => says(url, bearer, "{")],
  ["a frame of 64 MiB", "oversized_frame", announce64MiB],
];

async function says(url: string, bearer: string, frame: Parameters<Host["say"]>[0]): Promise<void> {
  const host = await connectHost(url, bearer);
  host.say(hello("h1", EPOCH));
  await host.take("welcome");
  host.say(frame);
  await host.closed;
}

/** Only its head is sent: a house that waited for the rest would never answer. */
async function announce64MiB(url: string, bearer: string): Promise<void> {
  const socket = new WebSocket(url, UPLINK_SUBPROTOCOL, { headers: { authorization: `Bearer ${bearer}` } });
  const closed = new Promise((resolve) => socket.on("close", resolve));
  await new Promise((resolve) => socket.on("open", resolve));
  socket.on("error", () => {});
  const head = Buffer.alloc(14);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(0x80 | 127, 1);
  head.writeBigUInt64BE(64n * 1_048_576n, 2);
  const { _socket: raw } = socket as unknown as { readonly _socket: NodeJS.WritableStream };
  raw.write(head);
  await closed;
}

describe("a frame that a host may not send", () => {
  it.each(frameAttempts)("%s is evidence (%s), once a minute", (_what, code, tries) =>
    run(
      Effect.gen(function* () {
        const { log, drafted, bearer, url, before, metrics } = yield* given;
        const minute = Math.floor(Date.now() / 60_000);
        for (let n = 0; n < 5; n += 1) yield* Effect.promise(() => tries(url, bearer));
        yield* untilType(log, "evidence.kept");
        // A fact of the same host shows that everything before it was written.
        const host = yield* join(url, bearer);
        host.say(factsFrame(EPOCH, own(1)));
        yield* acked(host, 1);
        const entries = yield* entriesOf(log);
        const kept = evidenceIn(entries);
        const minutes = 1 + Math.floor(Date.now() / 60_000) - minute;
        expect(drafted.filter((id) => id.startsWith("kept/")).length).toBeLessThanOrEqual(2 * minutes - 1);
        expect(kept[0]).toMatchObject({ code, lane: "host/h1" });
        expect(kept[0]?.id).toMatch(new RegExp(`^kept/h1/${code}-\\d+$`));
        expect(yield* victims(Effect.succeed(entries))).toEqual(before);
        const text = yield* Effect.promise(() => metrics.metrics());
        const reason = code === "host_mismatch" ? code : "bad_frame";
        expect(text).toContain(`claw_ingest_frames_refused_total{reason="${reason}"} 5`);
      }),
    ),
  );

  it("streams into another host's session reach nobody", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* given;
        const host = yield* join(url, bearer);
        for (let n = 0; n < 3; n += 1)
          host.say(
            JSON.stringify({ type: "delta", sessionId: "theirs", turnId: "t", itemId: "i", text: "boo" }),
          );
        yield* untilType(log, "evidence.kept");
        expect(evidenceIn(yield* entriesOf(log))).toMatchObject([{ code: "foreign_delta", lane: "host/h1" }]);
      }),
    ));
});

describe("what one host may use up", () => {
  const limited = Effect.fnUntraced(function* (limits: object) {
    const log = yield* memoryLog;
    const { bearer } = yield* addHost(log, "h1");
    const other = yield* addHost(log, "h2");
    const house = yield* startHouse({ log, dataDir: yield* temporaryFolder, limits });
    return { log, bearer, other, ...house };
  });

  it("one epoch too many in a day is refused and told; the one that it has is not", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url } = yield* limited({ epochsADay: 2 });
        const epoch = (n: number) => String(n).repeat(32) as Epoch;
        for (const n of [1, 2]) (yield* join(url, bearer, "h1", epoch(n))).drop();
        yield* Effect.promise(async () => {
          const host = await connectHost(url, bearer);
          host.say(hello("h1", epoch(3)));
          expect((await host.take("refuse")).code).toBe("busy");
        });
        yield* join(url, bearer, "h1", epoch(1));
        yield* untilType(log, "evidence.kept");
        expect(evidenceIn(yield* entriesOf(log))).toMatchObject([{ code: "too_many_epochs" }]);
      }),
    ));

  it("one session too many is evidence; those that it has go on, and other hosts have room", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url, other } = yield* limited({ sessionsOfHost: 2 });
        const claim = (seq: number, name: string, host = "h1") =>
          fact({ seq, lane: session(name), events: [observed(host)] });
        const host = yield* join(url, bearer);
        host.say(
          factsFrame(
            EPOCH,
            claim(1, "s1"),
            claim(2, "s2"),
            claim(3, "s3"),
            fact({ seq: 4, lane: session("s1"), events: [became()] }),
          ),
        );
        yield* acked(host, 4);
        const second = yield* join(url, other.bearer, "h2", OTHER_EPOCH);
        second.say(factsFrame(OTHER_EPOCH, claim(1, "t1", "h2")));
        yield* acked(second, 1);
        expect(evidenceIn(yield* entriesOf(log))).toMatchObject([
          { code: "too_many_sessions", id: hostEntryId(h1, EPOCH, 3) },
        ]);
      }),
    ));

  it("a host that sends more than a minute's bytes rests, and nobody else waits", () =>
    run(
      Effect.gen(function* () {
        const { log, bearer, url, other, metrics } = yield* limited({ bytesAMinute: 100_000 });
        const loud = yield* join(url, bearer);
        for (let from = 0; from < 2_000; from += 100)
          loud.say(factsFrame(EPOCH, ...Array.from({ length: 100 }, (_, n) => own(from + n + 1))));
        const calm = yield* join(url, other.bearer, "h2", OTHER_EPOCH);
        calm.say(factsFrame(OTHER_EPOCH, own(1, h2)));
        yield* acked(calm, 1);
        yield* until(log, ({ envelope }) => envelope.id === hostEntryId(h1, EPOCH, 100));
        const stored = (yield* entriesOf(log)).filter(({ envelope }) => envelope.by.kind === "host");
        expect(stored.length).toBeLessThan(2_000);
        expect(yield* Effect.promise(() => metrics.metrics())).toContain('reason="paced"} 1');
      }),
    ));
});
