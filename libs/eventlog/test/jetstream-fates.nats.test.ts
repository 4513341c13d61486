/** What the log says when the server says no, or says what is not so. */
import { createServer } from "node:net";
import { once } from "node:events";
import { sequence } from "@claw/events";
import { freePort } from "@claw/testkit/nats";
import { headers } from "@nats-io/transport-node";
import { Effect, Stream } from "effect";
import { expect, it, onTestFinished } from "vitest";
import { givenEntry, givenEvent, givenLane } from "../src/contract/index.ts";
import { connectNats, makeSeed, messageOf, openJetStreamLog, openKeeper, publicKeyOf } from "../src/index.ts";
import { api, givenClient, givenServer, held, linkTo, makeStreams, openOn, until } from "./nats.ts";

const entry = (n: number) => givenEntry({ id: `test/${n}` });

it("an entry whose message id somebody else has spoilt is stored all the same, once (RELIABILITY S8, E15)", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const client = await givenClient(server);
  const { subject } = messageOf(entry(1));
  const spoilt = headers();
  spoilt.set("Nats-Msg-Id", "test/1");
  await client.request(subject, "not an entry", { headers: spoilt, timeout: 2_000 });
  const forged = headers();
  forged.set("Nats-Msg-Id", "test/2");
  await client.request(subject, messageOf(entry(9)).data, { headers: forged, timeout: 2_000 });
  const log = await held(openOn(server));
  const [first, second] = await Effect.runPromise(log.append([{ entry: entry(1) }, { entry: entry(2) }]));
  expect([first?.status, second?.status]).toEqual(["appended", "appended"]);
  const [again] = await Effect.runPromise(log.append([{ entry: entry(1) }]));
  expect(again).toEqual({ ...first, status: "duplicate" });
  const other = givenEntry({ id: "test/1", events: [givenEvent("session.closed", { how: "archived" })] });
  const [conflict] = await Effect.runPromise(log.append([{ entry: other }]));
  expect(conflict?.status).toBe("id_conflict");
  const read = await Effect.runPromise(Stream.runCollect(log.read({ after: 0 })));
  expect(read.map((one) => one.entry)).toEqual([entry(1), entry(2)]);
  const raw = await Effect.runPromise(Stream.runCollect(log.raw.read(0)));
  expect(raw.map(({ messageId }) => messageId?.replace(/~.*/, "~"))).toEqual([
    "test/1",
    "test/2",
    "test/1~",
    "test/2~",
  ]);
  expect((await Effect.runPromise(log.stats)).skipped).toBe(2);
});

it("entries whose message ids are all spoilt are stored in their writer's order, each once (N1-005, RELIABILITY E15)", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const client = await givenClient(server);
  const entries = Array.from({ length: 40 }, (_, n) => entry(n));
  for (const one of entries) {
    const spoilt = headers();
    spoilt.set("Nats-Msg-Id", one.envelope.id);
    await client.request(messageOf(one).subject, "not an entry", { headers: spoilt, timeout: 2_000 });
  }
  const log = await held(openOn(server));
  const twice = entries.flatMap((one) => [{ entry: one }, { entry: one }]);
  const outcomes = await Effect.runPromise(log.append(twice));
  const first = outcomes.filter((_, index) => index % 2 === 0);
  const second = outcomes.filter((_, index) => index % 2 === 1);
  expect(first.map(({ status }) => status)).toEqual(first.map(() => "appended"));
  expect(second).toEqual(first.map((one) => ({ ...one, status: "duplicate" })));
  const read = await Effect.runPromise(Stream.runCollect(log.read({ after: 0 })));
  expect(read.map((one) => one.entry)).toEqual(entries);
});

it("a restarted writer finds an entry that stands under another message id at its lane's end", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const client = await givenClient(server);
  const spoilt = headers();
  spoilt.set("Nats-Msg-Id", "test/1");
  await client.request(messageOf(entry(1)).subject, "x", { headers: spoilt, timeout: 2_000 });
  const first = await held(openOn(server));
  const [stored] = await Effect.runPromise(first.append([{ entry: entry(1) }]));
  const second = await held(openOn(server, "second"));
  const [again] = await Effect.runPromise(second.append([{ entry: entry(1) }]));
  expect(again).toEqual({ ...stored, status: "duplicate" });
});

it("last is the last entry, not the garbage behind it: whoever waits for a reader would wait for ever", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const log = await held(openOn(server));
  await Effect.runPromise(log.append([{ entry: entry(1) }, { entry: entry(2) }]));
  const client = await givenClient(server);
  for (let n = 0; n < 3; n += 1)
    await client.request(messageOf(entry(1)).subject, "garbage", { timeout: 2_000 });
  expect(await Effect.runPromise(log.last)).toBe(2);
  expect(await Effect.runPromise(log.raw.last)).toBe(5);
  expect(await Effect.runPromise(log.head(givenLane("a")))).toBe(5);
  expect(await Effect.runPromise(log.at(sequence(4)))).toBeNull();
  const [next] = await Effect.runPromise(log.append([{ entry: entry(3), expectedHead: sequence(5) }]));
  expect(next).toEqual({ status: "appended", sequence: 6 });
  expect(await Effect.runPromise(log.last)).toBe(6);
});

it("a stream that is full says so as a full disk, keeps what it has, and takes more when it may (S1-026)", async () => {
  const server = await givenServer();
  await makeStreams(server, { maxBytes: 200_000 });
  const log = await held(openOn(server));
  const name = { name: "n".repeat(2_000) };
  const large = (n: number) =>
    givenEntry({ id: `test/${n}`, events: [givenEvent("session.named", {}, name)] });
  let stored = 0;
  const one = Effect.suspend(() => log.append([{ entry: large(stored) }]));
  const fault = await Effect.runPromise(Effect.flip(Effect.forever(Effect.map(one, () => (stored += 1)))));
  expect(fault).toMatchObject({ reason: "disk_full", retry: "later" });
  expect(stored).toBeGreaterThan(20);
  const statsNow = () => Effect.runPromise(log.stats);
  await until("the alarm sees it", async () => (await statsNow()).bytes > 140_000);
  expect((await statsNow()).maxBytes).toBe(200_000);
  await makeStreams(server, { maxBytes: 400_000 });
  const [next] = await Effect.runPromise(one);
  expect(next?.status).toBe("appended");
  expect(await Effect.runPromise(Stream.runCount(log.read({ after: 0 })))).toBe(stored + 1);
});

it("an entry that the server does not take is refused before anything is sent", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const log = await held(openOn(server));
  const name = { name: "n".repeat(1_100_000) };
  const large = givenEntry({ id: "test/2", events: [givenEvent("session.named", {}, name)] });
  const fault = await Effect.runPromise(Effect.flip(log.append([{ entry: entry(1) }, { entry: large }])));
  expect(fault).toMatchObject({ reason: "io", retry: "never" });
  expect(await Effect.runPromise(log.last)).toBe(0);
});

it("a server that takes less than an entry may need is refused before a fact meets its limit", async () => {
  const server = await givenServer({ config: "max_payload: 64KB" });
  const fault = await Effect.runPromise(Effect.flip(Effect.scoped(linkTo(server))));
  expect(fault).toMatchObject({ reason: "drifted", retry: "never" });
});

it("a key without the right to append is told so, and is not left waiting (S7)", async () => {
  const [keeper, reader] = [makeSeed(), makeSeed()];
  const server = await givenServer({
    config: `authorization { users: [
      { nkey: ${publicKeyOf(keeper)} },
      { nkey: ${publicKeyOf(reader)}, permissions: { publish: ["$JS.API.>"], subscribe: ["_INBOX_reader.>"] } },
    ] }`,
  });
  const { url } = server;
  await Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(connectNats({ url, name: "keeper", seed: keeper }), (link) =>
        openKeeper(link).ensure(true),
      ),
    ),
  );
  const log = await held(
    Effect.flatMap(connectNats({ url, name: "reader", seed: reader }), (link) => openJetStreamLog(link)),
  );
  const fault = await Effect.runPromise(Effect.flip(log.append([{ entry: entry(1) }])));
  expect(fault).toMatchObject({ reason: "forbidden", retry: "never" });
  expect(await Effect.runPromise(log.last)).toBe(0);
  const stranger = await Effect.runPromise(
    Effect.flip(Effect.scoped(connectNats({ url, name: "reader", seed: makeSeed() }))),
  );
  expect(stranger).toMatchObject({ reason: "forbidden", retry: "never" });
});

it("a server below 2.10 is refused in a sentence, unless it is allowed (DESIGN 14.21)", async () => {
  const port = await freePort();
  const info = { server_id: "old", version: "2.9.10", headers: true, max_payload: 1_048_576, proto: 1 };
  const old = createServer((socket) => {
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on("data", (data) => {
      if (data.includes("PING")) socket.write("PONG\r\n");
    });
    socket.on("error", () => socket.destroy());
  }).listen(port, "127.0.0.1");
  onTestFinished(() => void old.close());
  await once(old, "listening");
  const options = { url: `nats://127.0.0.1:${port}`, name: "test" };
  const fault = await Effect.runPromise(Effect.flip(Effect.scoped(connectNats(options))));
  expect(fault).toMatchObject({ reason: "too_old", retry: "never" });
  expect(fault.detail).toContain("2.9.10");
  const allowed = Effect.map(connectNats({ ...options, allowOld: true }), ({ server }) => server);
  expect(await Effect.runPromise(Effect.scoped(allowed))).toMatchObject({ isSupported: false });
});

it("a server that is not there is waited for, and then unreachable; one that comes is found", async () => {
  const port = await freePort();
  const options = { url: `nats://127.0.0.1:${port}`, name: "test" };
  const fault = await Effect.runPromise(Effect.flip(Effect.scoped(connectNats({ ...options, waitMs: 300 }))));
  expect(fault).toMatchObject({ reason: "unreachable", retry: "later" });
  const waits: string[] = [];
  const link = held(connectNats({ ...options, onWait: ({ reason }) => waits.push(reason) }));
  await until("it waited", () => waits.length > 0);
  await givenServer({ port });
  expect((await link).server.isSupported).toBe(true);
});

it("a log that does not exist yet is waited for", async () => {
  const server = await givenServer();
  const waits: string[] = [];
  const log = held(
    Effect.flatMap(linkTo(server), (link) => openJetStreamLog(link, { onWait: (why) => waits.push(why) })),
  );
  await until("it waited", () => waits.length > 0);
  await makeStreams(server);
  expect((await log).generation).toBe(1);
  const client = await givenClient(server);
  expect((await api(client, "STREAM.NAMES"))["streams"]).toEqual([
    "CLAW_LOG_1",
    "CLAW_PULSE",
    "CLAW_RECEIPT",
  ]);
});
