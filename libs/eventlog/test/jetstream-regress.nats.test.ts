/** A log that is not the one that was seen stops everything; one that is merely away stops nothing for good. */
import { cpSync, renameSync, rmSync } from "node:fs";
import { Effect, Fiber, Stream } from "effect";
import { expect, it } from "vitest";
import { givenEntry } from "../src/contract/index.ts";
import { type JetStreamLog, LogUnavailable, openKeeper } from "../src/index.ts";
import { api, givenClient, givenServer, held, linkTo, makeStreams, openOn, until } from "./nats.ts";

/** What is promised, from the moment at which a server answers again. */
const DETECTED_WITHIN_MS = 5_000;

const drafts = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({ entry: givenEntry({ id: `test/${from + n}` }) }));

const ending = (log: JetStreamLog): Promise<LogUnavailable> => Effect.runPromise(Effect.flip(log.ended));

/** Everything that can be asked fails as the log ended. */
async function expectOver(log: JetStreamLog): Promise<void> {
  const questions: readonly Effect.Effect<unknown, LogUnavailable>[] = [
    log.append(drafts(90_000, 1)),
    log.last,
    Stream.runDrain(log.follow(0)),
    Stream.runDrain(log.read({ after: 0 })),
    Stream.runDrain(log.raw.follow(0)),
  ];
  for (const question of questions)
    expect(
      await Effect.runPromise(Effect.flip(Effect.andThen(question, Effect.die("it answered")))),
    ).toMatchObject({
      reason: "regressed",
      retry: "never",
    });
}

async function endsInTime(log: JetStreamLog): Promise<LogUnavailable> {
  const since = performance.now();
  const fault = await ending(log);
  expect(performance.now() - since).toBeLessThan(DETECTED_WITHIN_MS);
  expect(fault).toMatchObject({ reason: "regressed", retry: "never" });
  await expectOver(log);
  return fault;
}

it("a store that was set back is noticed, also where its sequences are used again (RELIABILITY E10, N1-001)", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const log = await held(openOn(server));
  const idle = await held(openOn(server, "idle"));
  await Effect.runPromise(log.append(drafts(0, 50)));
  await server.stop("SIGTERM");
  const aside = `${server.storeDir}.aside`;
  cpSync(server.storeDir, aside, { recursive: true });
  await server.start();
  await Effect.runPromise(log.append(drafts(50, 30)));
  const lastOfIdle = () => Effect.runPromise(Effect.orElseSucceed(idle.last, () => null));
  await until("the idle one has seen it", async () => (await lastOfIdle()) === 80);
  const following = Effect.runFork(Stream.runCollect(log.follow(75 as never)));
  await server.stop("SIGKILL");
  rmSync(server.storeDir, { recursive: true });
  renameSync(aside, server.storeDir);
  await server.start();
  // Another writer has used the sequences again and more before anybody looks.
  const client = await givenClient(server);
  for (let n = 0; n < 40; n += 1) await client.request("log.other", `${n}`, { timeout: 2_000 });
  await endsInTime(log);
  await endsInTime(idle);
  const read = await Effect.runPromise(Effect.flip(Fiber.join(following)));
  expect(read).toMatchObject({ reason: "regressed" });
});

it("a stream that is deleted under an idle log ends it (N1-001)", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const log = await held(openOn(server));
  await api(await givenClient(server), "STREAM.DELETE.CLAW_LOG_1");
  expect((await endsInTime(log)).detail).toContain("gone");
});

it("an empty stream that was made anew under its name is another one", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const other = await givenServer();
  await makeStreams(other);
  const log = await held(openOn(server));
  await server.stop();
  await other.stop();
  rmSync(server.storeDir, { recursive: true });
  renameSync(other.storeDir, server.storeDir);
  await server.start();
  expect((await endsInTime(log)).detail).toContain("Another stream");
});

it("a generation that is retired takes nothing any more, and keeps what it has", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const log = await held(openOn(server));
  await Effect.runPromise(log.append(drafts(0, 20)));
  const keeper = openKeeper(await held(linkTo(server, "keeper")));
  await Effect.runPromise(Effect.andThen(keeper.retire(1), keeper.retire(1)));
  const fault = Effect.runPromise(Effect.flip(log.append(drafts(20, 1))));
  expect((await endsInTime(log)).detail).toContain("retired");
  expect(await fault).toMatchObject({ reason: "regressed", retry: "never" });
  const retired = await Effect.runPromise(keeper.retired(1));
  expect(await Effect.runPromise(Stream.runCount(retired?.read(0) ?? Stream.empty))).toBe(20);
  expect(await Effect.runPromise(keeper.current)).toBeNull();
});

it("a server that is away is not a log that is over: it fails as unreachable, and goes on when it is back", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const log = await held(openOn(server));
  await Effect.runPromise(log.append(drafts(0, 10)));
  const following = Effect.runFork(Stream.runCollect(Stream.take(log.follow(0), 30)));
  await server.stop("SIGKILL");
  const fault = await Effect.runPromise(Effect.flip(log.last));
  expect(fault).toMatchObject({ reason: "unreachable", retry: "later" });
  const since = performance.now();
  await until("it was away for longer than any doubt lasts", () => performance.now() - since > 3_000);
  const appending = Effect.runPromise(log.append(drafts(10, 20)));
  await server.start();
  expect((await appending).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => "appended"));
  const read = await Effect.runPromise(Fiber.join(following));
  expect(read.map(({ sequence }) => Number(sequence))).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
});
