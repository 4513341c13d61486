/** RELIABILITY R4: a stream whose leader answers, and that stands still all the same for who reads or writes: that is told within five seconds too. */
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect, Fiber, Stream } from "effect";
import { expect, it } from "vitest";
import { givenEntry } from "../src/contract/index.ts";
import {
  connectNats,
  type JetStreamLog,
  makeSeed,
  openJetStreamLog,
  openKeeper,
  publicKeyOf,
} from "../src/index.ts";
import { api, givenClient, givenServer, held, makeStreams, openOn, until } from "./nats.ts";

const STREAM = "CLAW_LOG_1";
const NOTICED_MS = 5_000;
/** What health takes for silence, and what is usual (`apps/claw/src/fleet/run/log.ts`). */
const [SILENT_MS, USUAL_MS] = [3_500, 2_500];

const silentForMs = (log: JetStreamLog): number => Effect.runSync(log.stats).silentForMs;
const heardAgain = (log: JetStreamLog) =>
  until("it is heard again", () => silentForMs(log) < USUAL_MS, 20_000);

/** Changes the stream's configuration; answers whether the server took it. */
async function change(client: NatsConnection, more: object): Promise<boolean> {
  const { config } = await api(client, `STREAM.INFO.${STREAM}`);
  const { error } = await api(client, `STREAM.UPDATE.${STREAM}`, { ...(config as object), ...more });
  return error === undefined;
}

const consumersOf = async (client: NatsConnection): Promise<readonly string[]> =>
  ((await api(client, `CONSUMER.NAMES.${STREAM}`))["consumers"] as readonly string[] | null) ?? [];

/** Ends every consumer and, before ours can be made anew, lets none be made that is kept for as long as ours want to be. */
async function forbidConsumers(client: NatsConnection): Promise<boolean> {
  const names = await consumersOf(client);
  const { config } = await api(client, `STREAM.INFO.${STREAM}`);
  for (const name of names) client.publish(`$JS.API.CONSUMER.DELETE.${STREAM}.${name}`);
  const limited = { ...(config as object), consumer_limits: { inactive_threshold: 1_000_000_000 } };
  const { error } = await api(client, `STREAM.UPDATE.${STREAM}`, limited);
  return error === undefined && (await consumersOf(client)).length === 0;
}

it("a follower whose consumer is gone and cannot be made anew", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const client = await givenClient(server);
  const log = await held(openOn(server));
  const followed: string[] = [];
  const following = Effect.runFork(
    Stream.runForEach(log.follow(0), ({ entry }) => Effect.sync(() => followed.push(entry.envelope.id))),
  );
  await Effect.runPromise(log.append([{ entry: givenEntry({ id: "test/1" }) }]));
  await until("it is followed", () => followed.length === 1);
  await until("no consumer may be made", () => forbidConsumers(client), 20_000);
  await until("it is silent", () => silentForMs(log) > SILENT_MS, NOTICED_MS);
  expect(Effect.runSync(log.stats).isWell).toBe(true);
  expect(await change(client, { consumer_limits: {} })).toBe(true);
  await Effect.runPromise(log.append([{ entry: givenEntry({ id: "test/2" }) }]));
  await until("it is followed again", () => followed.length === 2);
  await heardAgain(log);
  await Effect.runPromise(Fiber.interrupt(following));
});

it("a writer whose entries are not acknowledged", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const client = await givenClient(server);
  const log = await held(openOn(server));
  expect(await change(client, { no_ack: true })).toBe(true);
  const appending = Effect.runPromise(log.append([{ entry: givenEntry({ id: "test/1" }) }]));
  await until("it is silent", () => silentForMs(log) > SILENT_MS, NOTICED_MS);
  expect(Effect.runSync(log.stats).isWell).toBe(true);
  expect(await change(client, { no_ack: false })).toBe(true);
  expect((await appending)[0]?.status).toMatch(/^(appended|duplicate)$/);
  await heardAgain(log);
});

it("a follower whose consumer is made and never says a word", async () => {
  const [keeper, reader] = [makeSeed(), makeSeed()];
  const mute = `permissions: { publish: { deny: ["$JS.API.CONSUMER.MSG.NEXT.>"] } }`;
  const users = `{ nkey: ${publicKeyOf(keeper)} }, { nkey: ${publicKeyOf(reader)}, ${mute} }`;
  const { url } = await givenServer({
    config: `accounts { A { jetstream: enabled, users: [${users}] } }`,
  });
  await held(
    Effect.flatMap(connectNats({ url, name: "keeper", seed: keeper }), (link) =>
      openKeeper(link, {}).ensure(true),
    ),
  );
  const log = await held(
    Effect.flatMap(connectNats({ url, name: "reader", seed: reader }), (link) => openJetStreamLog(link)),
  );
  const following = Effect.runFork(Stream.runDrain(log.follow(0)));
  await until("it is silent", () => silentForMs(log) > SILENT_MS, NOTICED_MS);
  // Another consumer that is as mute is no word either.
  await until("it stays silent", () => silentForMs(log) > 2 * SILENT_MS, NOTICED_MS);
  expect(Effect.runSync(log.stats).isWell).toBe(true);
  await Effect.runPromise(Fiber.interrupt(following));
  await heardAgain(log);
});
