/** Making, retiring and beginning generations: what only the keeper may. */
import { type Entry, FLEET_LANE, sequence, sha256 } from "@claw/events";
import { Effect, Stream } from "effect";
import { expect, it } from "vitest";
import { givenEntry, givenEvent, givenLane } from "../src/contract/index.ts";
import {
  connectNats,
  type Keeper,
  LogUnavailable,
  makeSeed,
  openJetStreamLog,
  openKeeper,
  proveDurability,
  publicKeyOf,
} from "../src/index.ts";
import { api, givenClient, givenServer, held, linkTo, makeStreams, openOn, until } from "./nats.ts";

const entries = (count: number): readonly Entry[] =>
  Array.from({ length: count }, (_, n) => givenEntry({ id: `test/${n}`, lane: givenLane(`s${n % 3}`) }));

/** What opens a generation whose ledger ended at a position. */
const opening = (generation: number, position: number): Entry =>
  givenEntry({
    id: `resumed/${generation}`,
    lane: FLEET_LANE,
    by: { kind: "projector" },
    events: [
      givenEvent("log.resumed", {
        generation,
        position,
        chain: sha256(`${generation}`),
        reason: "regressed",
      }),
    ],
  });

const begin = (
  keeper: Keeper,
  generation: number,
  first: number,
  tails: readonly Entry[],
  position = 1_000,
) =>
  Effect.runPromise(
    keeper.begin(generation, sequence(first), Stream.fromIterable(tails), opening(generation, position)),
  );

it("a generation begins above every sequence of the last, with the old tails under their old ids, and opens with log.resumed (DESIGN 14.5)", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const keeper = openKeeper(await held(linkTo(server, "keeper")));
  const first = await held(openOn(server));
  await Effect.runPromise(
    first.append(
      entries(1_200)
        .slice(0, 500)
        .map((entry) => ({ entry })),
    ),
  );
  await Effect.runPromise(keeper.retire(1));
  await begin(keeper, 2, 501, entries(1_200));
  await begin(keeper, 2, 501, entries(1_200));
  expect(await Effect.runPromise(keeper.current)).toBe(2);
  const second = await held(openOn(server));
  expect([second.generation, second.start]).toEqual([2, { sequence: 1_701, position: 1_000 }]);
  const read = await Effect.runPromise(Stream.runCollect(second.read({ after: 0 })));
  expect(read.map(({ entry }) => entry)).toEqual([...entries(1_200), opening(2, 1_000)]);
  expect(read[0]?.sequence).toBe(501);
  const [repeat] = await Effect.runPromise(second.append([{ entry: entries(1)[0] ?? opening(2, 0) }]));
  expect(repeat).toEqual({ status: "duplicate", sequence: 501 });
  const other = Effect.flip(keeper.begin(2, sequence(9_000), Stream.empty, opening(2, 7)));
  expect(await Effect.runPromise(other)).toMatchObject({ reason: "drifted" });
});

it("nobody opens a generation before it is opened, and a beginning that was cut short is begun again from nothing", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const keeper = openKeeper(await held(linkTo(server, "keeper")));
  await Effect.runPromise(keeper.retire(1));
  const cut = Stream.concat(
    Stream.fromIterable(entries(700)),
    Stream.fail(new LogUnavailable({ reason: "io", retry: "later", detail: "cut" })),
  );
  const fault = await Effect.runPromise(Effect.flip(keeper.begin(2, sequence(100), cut, opening(2, 50))));
  expect(fault.detail).toBe("cut");
  expect(await Effect.runPromise(keeper.current)).toBe(2);
  const waits: string[] = [];
  const log = held(
    Effect.flatMap(linkTo(server), (link) => openJetStreamLog(link, { onWait: (why) => waits.push(why) })),
  );
  await until("it waits for the opening", () => waits.some((why) => why.includes("not open yet")));
  await begin(keeper, 2, 300, entries(10), 50);
  const { generation, start, read } = await log;
  expect([generation, start]).toEqual([2, { sequence: 310, position: 50 }]);
  expect(await Effect.runPromise(Stream.runCount(read({ after: 0 })))).toBe(11);
});

it("a generation that was retired is known by its number, and is never begun again", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const keeper = openKeeper(await held(linkTo(server, "keeper")));
  const newestRetired = () => Effect.runPromise(keeper.newestRetired);
  expect(await newestRetired()).toBe(0);
  await Effect.runPromise(keeper.retire(1));
  expect(await newestRetired()).toBe(1);
  await begin(keeper, 2, 10, entries(3));
  expect(await newestRetired()).toBe(1);
  await Effect.runPromise(keeper.retire(2));
  expect([await newestRetired(), await Effect.runPromise(keeper.current)]).toEqual([2, null]);
  const again = Effect.flip(keeper.begin(2, sequence(20), Stream.empty, opening(2, 1_000)));
  expect(await Effect.runPromise(again)).toMatchObject({
    reason: "io",
    retry: "later",
    detail: expect.stringContaining("retired"),
  });
});

it("what stands before the opening entry on its lane, or is published behind it, does not open a generation or shut it", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const keeper = openKeeper(await held(linkTo(server, "keeper")));
  await Effect.runPromise(keeper.retire(1));
  await begin(keeper, 2, 10, [opening(1, 3)], 77);
  const client = await givenClient(server);
  await client.request("log.41.fleet.log", "garbage", { timeout: 2_000 }).catch(() => null);
  const log = await held(openOn(server));
  expect(log.start.position).toBe(77);
});

it("the keeper removes what is retired, and refuses what is current", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const keeper = openKeeper(await held(linkTo(server, "keeper")));
  expect(await Effect.runPromise(Effect.flip(keeper.remove(1)))).toMatchObject({ reason: "forbidden" });
  await Effect.runPromise(keeper.retire(1));
  await Effect.runPromise(keeper.remove(1));
  await Effect.runPromise(keeper.remove(1));
  expect(await Effect.runPromise(keeper.retired(1))).toBeNull();
});

it("the streams have what was asked for, take no delete and no purge, and a changed one is refused by its setting (RELIABILITY 2.3.6)", async () => {
  const server = await givenServer();
  await makeStreams(server);
  await makeStreams(server, { maxBytes: 2_147_483_648 });
  const client = await givenClient(server);
  const config = async (): Promise<Record<string, unknown>> =>
    (await api(client, "STREAM.INFO.CLAW_LOG_1"))["config"] as Record<string, unknown>;
  expect(await config()).toMatchObject({
    discard: "new",
    deny_delete: true,
    deny_purge: true,
    allow_rollup_hdrs: false,
    max_age: 0,
    max_msgs: -1,
    max_bytes: 2_147_483_648,
    duplicate_window: 120_000_000_000,
  });
  for (const request of ["STREAM.PURGE.CLAW_LOG_1", "STREAM.MSG.DELETE.CLAW_LOG_1"])
    expect(await api(client, request, { seq: 1 })).toHaveProperty("error");
  const before = await config();
  for (const [field, value] of [
    ["max_age", 3_600_000_000_000],
    ["max_msgs", 1_000],
    ["discard", "old"],
    ["allow_rollup_hdrs", true],
    ["republish", { src: "log.>", dest: "leak.>" }],
  ] as const) {
    const changed = await api(client, "STREAM.UPDATE.CLAW_LOG_1", {
      ...before,
      deny_purge: field !== "allow_rollup_hdrs",
      [field]: value,
    });
    if ("error" in changed) continue;
    const fault = await makeStreams(server).then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({ reason: "drifted", retry: "never" });
    expect(String((fault as LogUnavailable).detail)).toContain(field);
    await api(client, "STREAM.UPDATE.CLAW_LOG_1", before);
  }
  await makeStreams(server);
});

it("a foreign stream over the log's subjects is refused", async () => {
  const server = await givenServer();
  const client = await givenClient(server);
  await api(client, "STREAM.CREATE.OTHER", { name: "OTHER", subjects: ["log.decided"] });
  await expect(makeStreams(server)).rejects.toMatchObject({ reason: "drifted" });
});

it("durability is proven only by servers that say that they sync each write", async () => {
  const seed = makeSeed();
  const config = `accounts { $SYS { users: [{ nkey: ${publicKeyOf(seed)} }] } }`;
  for (const [jetstream, state] of [
    ["sync_interval: always", "proven"],
    ["", "best-effort"],
  ] as const) {
    const server = await givenServer({ jetstream, config });
    const watcher = await held(connectNats({ url: server.url, name: "watcher", seed }));
    expect(await Effect.runPromise(proveDurability(watcher))).toMatchObject({ state });
  }
  const stranger = await held(linkTo(await givenServer({ jetstream: "sync_interval: always" })));
  expect(await Effect.runPromise(proveDurability(stranger))).toMatchObject({ state: "best-effort" });
});
