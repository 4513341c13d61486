/**
 * How fast the JetStream log is on this machine, with a server of its own and its store in the temporary folder. Run as
 * `npx node libs/eventlog/test/measure-jetstream.ts [always]`; prints entries per second. `always` syncs every write.
 */
import { startNatsServer } from "@claw/testkit/nats";
import { Effect, Stream } from "effect";
import { givenEntry, givenEvent, givenLane } from "../src/contract/given.ts";
import { connectNats, type Draft, openJetStreamLog, openKeeper } from "../src/index.ts";

const isSynced = process.argv[2] === "always";
const LANES = 1_000;
const NAME = { name: "n".repeat(250) };
const SCALE = isSynced ? 0.1 : 1;

let made = 0;
const batch = (count: number): readonly Draft[] =>
  Array.from({ length: count }, () => {
    made += 1;
    const lane = givenLane(`s${made % LANES}`);
    return {
      entry: givenEntry({ id: `test/${made}`, lane, events: [givenEvent("session.named", {}, NAME)] }),
    };
  });

const batches = (count: number, size: number) =>
  Array.from({ length: Math.ceil((count * SCALE) / size) }, () => batch(size));

const timed = <E, R>(what: string, count: number, work: Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    const start = performance.now();
    yield* work;
    const rate = Math.round((count / (performance.now() - start)) * 1_000);
    process.stdout.write(`${what.padEnd(40)} ${rate.toLocaleString("en").padStart(9)}/s\n`);
  });

const program = (url: string) =>
  Effect.gen(function* () {
    const link = yield* connectNats({ url, name: "measure" });
    yield* openKeeper(link).ensure(true);
    const log = yield* openJetStreamLog(link);
    const appending = (what: string, list: readonly (readonly Draft[])[], concurrency = 1) =>
      timed(what, list.flat().length, Effect.forEach(list, log.append, { concurrency }));
    const repeated = batches(20_000, 500);
    yield* appending("append, one after the other, by 1", batches(4_000, 1));
    yield* appending("append, one after the other, by 500", batches(60_000, 500));
    yield* appending("append by 500 in 2 fibers", repeated, 2);
    yield* appending("append one by one in 64 fibers", batches(20_000, 1), 64);
    yield* appending("append again what is there, by 500", repeated);
    const last = yield* log.last;
    yield* timed("read as messages", last, Stream.runDrain(log.raw.read(0)));
    yield* timed("read as entries", last, Stream.runDrain(log.read({ after: 0 })));
    yield* timed("follow", last, Stream.runDrain(Stream.take(log.follow(0), last)));
  });

const server = await startNatsServer(isSynced ? { jetstream: "sync_interval: always" } : {});
try {
  await Effect.runPromise(Effect.scoped(program(server.url)));
} finally {
  await server.remove();
}
