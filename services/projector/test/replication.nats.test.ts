/** Replication on a real nats-server: what a power cut, a kill and a trim do to the log, and what the ledger holds afterwards. */
import { cpSync, rmSync } from "node:fs";
import {
  connectNats,
  type JetStreamLog,
  type LogUnavailable,
  type NatsLink,
  openJetStreamLog,
  openKeeper,
} from "@claw/eventlog";
import type { Entry } from "@claw/events";
import { type NatsServer, startNatsServer } from "@claw/testkit/nats";
import { Effect, type Scope } from "effect";
import { expect, it, onTestFinished } from "vitest";
import {
  endOf,
  epochOf,
  factOf,
  facts,
  type Given,
  hostOf,
  idsIn,
  openLedgerIn,
  startFleet,
  trimAsked,
  until,
  untilHolding,
  untilSaying,
} from "./given-fleet.ts";
import { run, temporaryFolder } from "./given.ts";

async function givenServer(): Promise<NatsServer> {
  const server = await startNatsServer({ jetstream: "sync_interval: always" });
  onTestFinished(() => server.remove());
  return server;
}

const linkTo = (
  { url }: NatsServer,
  name = "projector",
): Effect.Effect<NatsLink, LogUnavailable, Scope.Scope> => connectNats({ url, name });

/** Appends to the generation that is open now; tries again while the log is away, as ingest does. */
const append = (link: NatsLink, entries: readonly Entry[]): Effect.Effect<void, LogUnavailable> =>
  Effect.scoped(
    Effect.gen(function* () {
      const log: JetStreamLog = yield* openJetStreamLog(link);
      for (let from = 0; from < entries.length; from += 500)
        yield* Effect.retry(log.append(entries.slice(from, from + 500).map((entry) => ({ entry }))), {
          while: ({ retry }) => retry === "later",
        });
    }),
  );

const startOn = Effect.fnUntraced(function* (link: NatsLink, folder: string, given: Given = {}) {
  const keeper = openKeeper(link, { maxBytes: 100_000_000 });
  const fork = (entry: Entry): void => void Effect.runPromise(append(link, [entry]));
  return yield* startFleet({ append: fork as never, keeper, openLog: openJetStreamLog(link) }, folder, given);
});

it("replicates a stream, is of record, and a replica holds the same to the last digest", async () => {
  const server = await givenServer();
  await run(
    Effect.gen(function* () {
      const link = yield* linkTo(server);
      const first = yield* startOn(link, temporaryFolder());
      yield* untilSaying(first, "of record at 1");
      yield* append(link, facts(1, 1, 3_000));
      const second = yield* startOn(yield* linkTo(server, "replica"), temporaryFolder(), { role: "replica" });
      yield* untilHolding(first, 3_001);
      yield* untilHolding(second, 3_001);
      yield* untilSaying(first, "of record at 3,001");
      yield* untilSaying(second, "replica at 3,001");
      expect(yield* endOf(first.ledger)).toEqual(yield* endOf(second.ledger));
      expect(first.told.at(-1)?.confirmed).toBe(3_000);
    }),
  );
});

it("a server that is killed under load loses and doubles nothing", async () => {
  const server = await givenServer();
  await run(
    Effect.gen(function* () {
      const link = yield* linkTo(server);
      const projector = yield* startOn(link, temporaryFolder());
      yield* untilSaying(projector, "of record at 1");
      yield* Effect.forkScoped(append(yield* linkTo(server, "ingest"), facts(1, 1, 5_000)));
      for (let n = 1; n <= 2; n += 1) {
        yield* untilHolding(projector, n * 700);
        yield* Effect.promise(() => server.stop("SIGKILL"));
        yield* Effect.promise(() => server.start());
      }
      yield* untilHolding(projector, 5_001, 30_000);
      const ids = yield* idsIn(projector.ledger);
      expect(ids).toHaveLength(5_001);
      expect(new Set(ids).size).toBe(5_001);
      expect((yield* projector.replication.receiptOf(hostOf(1), epochOf(1))).confirmed).toBe(5_000);
    }),
  );
});

it("a stream that lost its tail and was written on: a generation begins, and nothing is skipped (RELIABILITY E10)", async () => {
  const server = await givenServer();
  const folder = temporaryFolder();
  const copy = temporaryFolder();
  const record = <A>(
    work: (
      link: NatsLink,
      projector: Effect.Success<ReturnType<typeof startOn>>,
    ) => Effect.Effect<A, LogUnavailable, Scope.Scope>,
  ) =>
    run(
      Effect.gen(function* () {
        const link = yield* linkTo(server);
        return yield* work(link, yield* startOn(link, folder));
      }),
    );
  const copyStore = async (from: string, to: string): Promise<void> => {
    await server.stop("SIGKILL");
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
    await server.start();
  };
  await record((link, projector) =>
    Effect.gen(function* () {
      yield* untilSaying(projector, "of record at 1");
      yield* append(link, facts(1, 1, 500));
      yield* untilHolding(projector, 501);
    }),
  );
  await copyStore(server.storeDir, copy);
  await record((link, projector) =>
    Effect.gen(function* () {
      yield* append(link, facts(2, 1, 500));
      yield* untilHolding(projector, 1_001);
    }),
  );
  await copyStore(copy, server.storeDir);
  await run(Effect.flatMap(linkTo(server, "ingest"), (link) => append(link, facts(3, 1, 800))));
  await record((link, projector) =>
    Effect.gen(function* () {
      yield* untilSaying(projector, "of record at 1,802");
      // What hosts were not told to forget, they send again; here nothing is missing, so all of it is a repeat.
      yield* append(link, [...facts(2, 1, 500), factOf(3, 801)]);
      yield* untilHolding(projector, 1_803);
    }),
  );
  const found = await run(Effect.flatMap(openLedgerIn(folder), idsIn));
  expect(new Set(found).size).toBe(found.length);
  expect(found).toEqual(
    expect.arrayContaining(
      [...facts(1, 1, 500), ...facts(2, 1, 500), ...facts(3, 1, 801)].map(({ envelope }) => envelope.id),
    ),
  );
});

it("a trim leaves lanes' last entries and what lies behind, in a new stream, and deletes the old one (ADR 0010)", async () => {
  const server = await givenServer();
  await run(
    Effect.gen(function* () {
      const link = yield* linkTo(server);
      const projector = yield* startOn(link, temporaryFolder());
      yield* untilSaying(projector, "of record at 1");
      yield* append(link, [...facts(1, 1, 400), ...facts(2, 1, 100)]);
      yield* untilHolding(projector, 501);
      yield* append(link, [trimAsked(460)]);
      yield* untilSaying(projector, "of record at 503");
      const log = yield* openJetStreamLog(link);
      expect(log.generation).toBe(2);
      const keeper = openKeeper(link, {});
      let old: unknown = "there";
      yield* Effect.forkScoped(
        Effect.repeat(
          Effect.map(keeper.retired(1), (found) => (old = found)),
          { until: (found) => found === null },
        ),
      );
      yield* until(() => old === null);
      const last = yield* log.raw.last;
      const kept = 1 + 43 + 1;
      const first = last - kept + 1;
      expect(first).toBeGreaterThan(502);
      expect(yield* log.head(factOf(1, 1).envelope.lane)).toBe(first);
      yield* append(link, [factOf(1, 401)]);
      yield* untilHolding(projector, 504);
    }),
  );
});
