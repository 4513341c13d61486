/**
 * Archives of a fleet: a real nats-server with the accounts that are shipped, each service with its own key; the ledger of record archives into the bucket that the keeper made, and
 * a gateway's key reads it (ADR 0014).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARCHIVE_BUCKET, openNatsObjects, type ObjectStore } from "@claw/archives";
import {
  connectNats,
  type LogUnavailable,
  makeSeed,
  openJetStreamLog,
  openJetStreamPulse,
  openKeeper,
  openLedger,
  publicKeyOf,
  signerOf,
} from "@claw/eventlog";
import type { Entry } from "@claw/events";
import { startPolicy } from "@claw/policy";
import { startProjector, startReplication } from "@claw/projector";
import { newId, systemClocks } from "@claw/runtime";
import { type NatsServer, startNatsServer } from "@claw/testkit/nats";
import { askClaims, serveClaims } from "@claw/wire";
import { Effect, Schedule } from "effect";
import { expect, onTestFinished, test } from "vitest";
import { accountsConf, type PublicKeys } from "../src/fleet/accounts-conf.ts";
import { type Service, SERVICES } from "../src/fleet/accounts.ts";
import { fleetArchivist } from "../src/fleet/run/archives.ts";
import {
  clocksAhead,
  closed,
  DAY_MS,
  observed,
  parts,
  said,
  SOON,
  textOf,
  untilArchive,
} from "./archive-world.ts";

interface Fleet {
  readonly server: NatsServer;
  readonly seeds: ReadonlyMap<Service, string>;
  readonly policyKey: string;
}

async function givenFleet(): Promise<Fleet> {
  const seeds = new Map(SERVICES.map((service) => [service, makeSeed()]));
  const keys = Object.fromEntries([...seeds].map(([service, seed]) => [service, publicKeyOf(seed) ?? ""]));
  const server = await startNatsServer({
    config: accountsConf(keys as PublicKeys),
    jetstream: "sync_interval: always",
  });
  onTestFinished(() => server.remove());
  return { server, seeds, policyKey: keys["policy"] ?? "" };
}

const linkAs = ({ server, seeds }: Fleet, service: Service) =>
  connectNats({ url: server.url, name: service, seed: seeds.get(service) ?? "" });

const HEARS = "pulse.*.fleet.*";
const PULSE = { subject: HEARS };

/** Decides as long as the scope lasts, and answers a projector's claims. */
const startDeciding = Effect.fnUntraced(function* (fleet: Fleet) {
  const link = yield* linkAs(fleet, "policy");
  const trust = { policyKeys: [fleet.policyKey] };
  const log = yield* Effect.retry(
    openJetStreamLog(link, { trust, sign: signerOf(fleet.seeds.get("policy") ?? "") }),
    LATER,
  );
  const policy = yield* startPolicy({ ...parts(), log, clocks: systemClocks });
  yield* Effect.forkScoped(policy.whileLeading(serveClaims(link.connection, policy.gate)));
});

const LATER = {
  schedule: Schedule.spaced("100 millis"),
  while: ({ retry }: LogUnavailable) => retry === "later",
};

/** A projector that may become of record, and archives while it is. */
const startArchiving = Effect.fnUntraced(function* (fleet: Fleet, folder: string) {
  const link = yield* linkAs(fleet, "projector");
  const keeper = yield* linkAs(fleet, "keeper");
  const trust = { policyKeys: [fleet.policyKey] };
  const shell = { ...parts(), dataDir: folder };
  const ledger = yield* openLedger({ path: join(folder, "ledger.db"), newId: () => newId("ldg"), trust });
  const projector = yield* startProjector({ ...shell, log: ledger, clocks: systemClocks });
  const replication = yield* startReplication({
    ...shell,
    clocks: systemClocks,
    ledger,
    openLog: openJetStreamLog(link, { trust }),
    keeper: openKeeper(keeper, { maxBytes: 50_000_000 }),
    gate: askClaims(link.connection),
    pulse: openJetStreamPulse(link, PULSE),
    role: "record",
  });
  const ahead = clocksAhead();
  const { clocks } = ahead;
  const given = { link, keeper, replicas: 1, ledger, projector, replication, talk: {}, patience: SOON };
  yield* Effect.forkScoped(replication.whileOfRecord(fleetArchivist({ ...shell, clocks }, given)));
  return { reader: projector.reader, ahead, store: openNatsObjects(link, ARCHIVE_BUCKET) };
});

const startTelling = Effect.fnUntraced(function* (fleet: Fleet) {
  const trust = { policyKeys: [fleet.policyKey] };
  const log = yield* Effect.retry(openJetStreamLog(yield* linkAs(fleet, "ingest"), { trust }), LATER);
  return (entries: readonly Entry[]) => Effect.retry(log.append(entries.map((entry) => ({ entry }))), LATER);
});

/** Several pieces of an object. */
const long = (): readonly Entry[] =>
  Array.from({ length: 20 }, (_, n) => said(3 + n, "the last words ".repeat(1_000)));
const FACTS = 23;

const untilEmpty = (store: ObjectStore): Effect.Effect<unknown> =>
  store.list("").pipe(
    Effect.filterOrFail(
      ({ length }) => length === 0,
      () => "not yet" as const,
    ),
    Effect.retry({ schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("20 seconds"),
    Effect.orDie,
  );

test("X1-035 X1-036 X1-037: the ledger of record archives into the bucket with its own key, a gateway reads it, and the objects go after their rows", async () => {
  const fleet = await givenFleet();
  const folder = mkdtempSync(join(tmpdir(), "claw-fleet-archives-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { reader, ahead, store } = yield* startArchiving(fleet, folder);
        yield* startDeciding(fleet);
        const tell = yield* startTelling(fleet);
        yield* tell([observed(1), said(2, "the first words")]);
        ahead.aheadMs = DAY_MS + 1;
        const first = yield* untilArchive(reader, ({ version }) => version === 1);
        expect(first).toMatchObject({ isFinal: false, events: 2 });

        yield* tell([...long(), closed(FACTS)]);
        ahead.aheadMs += DAY_MS;
        const last = yield* untilArchive(reader, ({ isFinal }) => isFinal);
        // What was told in several commits may have been archived in between: to this clock it is always time.
        expect(last.version).toBeGreaterThan(first.version);
        expect(last).toMatchObject({ events: FACTS, status: "stopped" });

        const gateway = openNatsObjects(yield* linkAs(fleet, "gateway"), ARCHIVE_BUCKET);
        const transcript = yield* textOf(gateway, last, "transcript");
        expect(/the first words[^]*the last words/.test(transcript)).toBe(true);
        expect((yield* textOf(gateway, last, "events")).trimEnd().split("\n")).toHaveLength(FACTS);
        expect(JSON.parse(yield* textOf(gateway, last, "summary"))).toMatchObject({
          version: last.version,
          events: FACTS,
        });
        const fault = yield* Effect.flip(gateway.delete(`${last.sessionId}/2/x`));
        expect(fault.reason).toBe("forbidden");

        ahead.aheadMs += 366 * DAY_MS;
        yield* untilArchive(reader, ({ deletedAt }) => deletedAt !== null);
        yield* untilEmpty(store);
      }),
    ),
  );
});
