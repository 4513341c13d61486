/**
 * A house that archives, and dies by SIGKILL at its n-th step of doing so. Run as `node child-archivist.ts <folder> <n> <days ahead> <last | deleted> [<url of NATS>]`; ends by
 * itself, with the number of its steps on stdout, when the archive is final or deleted and nothing else is left. Objects lie in the folder, or in a bucket that is there:
 * then what the server is asked and told of it are steps as well.
 */
import { join } from "node:path";
import { ARCHIVE_BUCKET, type ObjectStore, openDirectoryObjects, openNatsObjects } from "@claw/archives";
import { connectNats, type NatsLink, openSqliteLog } from "@claw/eventlog";
import { position } from "@claw/events";
import { startPolicy } from "@claw/policy";
import { archiveRowsOf, makeArchivist, readLedgerOf, startProjector } from "@claw/projector";
import { systemClocks } from "@claw/runtime";
import type { Gate } from "@claw/wire";
import { Effect, Schedule, Stream } from "effect";
import { clocksAhead, DAY_MS, parts, SESSION, SOON } from "./archive-world.ts";

const [, , dataDir = "", diesAt = "0", daysAhead = "0", goal = "last", natsUrl] = process.argv;
let steps = 0;

function stepNow(): void {
  steps += 1;
  if (steps === Number(diesAt)) process.kill(process.pid, "SIGKILL");
}
const step = Effect.sync(stepNow);
/** A step before it and one after it: what is done and what is not yet known to be done. */
const stepped = <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.andThen(
    step,
    Effect.tap(work, () => step),
  );

const dying = (store: ObjectStore): ObjectStore => ({
  put: (key, content) =>
    stepped(
      store.put(
        key,
        Stream.tap(content, () => step),
      ),
    ),
  get: (key) => Stream.unwrap(Effect.as(step, store.get(key))),
  delete: (key) => stepped(store.delete(key)),
  list: store.list,
  sweep: store.sweep,
});

/** What changes the bucket, and what is read of it one by one; who lists it or looks after it is not counted, because that is done again and again. */
const IS_STEP = /^\$O\.|\.STREAM\.(PURGE|MSG\.GET)\./;

/** A step before the server is asked, and one when it has answered and nobody knows of it yet. */
function dyingLink({ connection, wire }: NatsLink): Pick<NatsLink, "connection" | "wire"> {
  const request: typeof connection.request = async (subject, ...more) => {
    if (!IS_STEP.test(subject)) return connection.request(subject, ...more);
    stepNow();
    const answer = await connection.request(subject, ...more);
    stepNow();
    return answer;
  };
  const asked: ProxyHandler<typeof connection> = {
    get: (of, name) => {
      if (name === "request") return request;
      const value: unknown = Reflect.get(of, name);
      return typeof value === "function" ? (value.bind(of) as unknown) : value;
    },
  };
  return { connection: new Proxy(connection, asked), wire };
}

const openStore =
  natsUrl === undefined
    ? openDirectoryObjects(join(dataDir, "archives"))
    : Effect.map(connectNats({ url: natsUrl, name: "archivist" }), (link) =>
        openNatsObjects(dyingLink(link), ARCHIVE_BUCKET),
      );

const dyingGate = (gate: Gate): Gate => ({
  submit: (command, principal, more) => stepped(gate.submit(command, principal, more)),
});

const program = Effect.gen(function* () {
  const log = yield* openSqliteLog({ path: join(dataDir, "log.db") });
  const shell = { ...parts(), dataDir };
  const projector = yield* startProjector({ ...shell, log, clocks: systemClocks });
  const { gate } = yield* startPolicy({ ...shell, log, clocks: systemClocks });
  const store = yield* openStore;
  const ahead = clocksAhead();
  ahead.aheadMs = Number(daysAhead) * DAY_MS;
  yield* Effect.forkScoped(
    makeArchivist({
      ...shell,
      clocks: ahead.clocks,
      gate: dyingGate(gate),
      store: dying(store),
      caughtUp: Effect.flatMap(log.last, (last) => projector.feed.reached(position(last))),
      rows: archiveRowsOf(projector),
      read: readLedgerOf(log),
      patience: SOON,
    }),
  );
  const isDone = Effect.map(store.list(""), (keys) => {
    const row = projector.reader().archive(SESSION);
    const isThere = row?.isFinal === true && row.deletedAt === null && keys.length === 3;
    return goal === "last" ? isThere : row?.deletedAt != null && keys.length === 0;
  });
  yield* isDone.pipe(
    Effect.filterOrFail(
      (done) => done,
      () => "not yet" as const,
    ),
    Effect.retry(Schedule.spaced("10 millis")),
  );
});

await Effect.runPromise(Effect.scoped(program));
process.stdout.write(`${steps}\n`);
process.exit(0);
