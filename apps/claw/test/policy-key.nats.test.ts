/** What policy's own key lets it see: it follows the whole log, as ingest appends it, and grants a lease by what it saw there. */
import { connectNats, makeSeed, openJetStreamLog, openKeeper, publicKeyOf, signerOf } from "@claw/eventlog";
import {
  type By,
  Command,
  DECIDED,
  Epoch,
  type EntryId,
  HostId,
  hostEntryId,
  hostLane,
  type Lane,
  type OpenEvent,
  type Principal,
  seal,
  SessionId,
  sessionLane,
  stampEntry,
} from "@claw/events";
import { startPolicy } from "@claw/policy";
import { makeRedactor } from "@claw/redact";
import { makeHealth, makeMetrics, newId, noDiagnostics, systemClocks } from "@claw/runtime";
import { startNatsServer } from "@claw/testkit/nats";
import { askGate, serveGate } from "@claw/wire";
import { Effect, Stream } from "effect";
import { expect, onTestFinished, test } from "vitest";
import { accountsConf, type PublicKeys } from "../src/fleet/accounts-conf.ts";
import { SERVICES, type Service } from "../src/fleet/accounts.ts";

const HOST = HostId.parse("h1");
const SESSION = SessionId.parse("s1");
const EPOCH = Epoch.parse("0".repeat(32));
const operator: Principal = { kind: "person", name: "ada", role: "operator" };

const entryOf = (lane: Lane, by: By, id: EntryId, event: OpenEvent) =>
  stampEntry(
    seal(lane, null, [event], () => "00".repeat(16)),
    { id, by, at: Date.now() },
  );
const fact = (seq: number, type: string, data: object, body?: object) =>
  entryOf(
    sessionLane(SESSION),
    { kind: "host", hostId: HOST, epoch: EPOCH, seq },
    hostEntryId(HOST, EPOCH, seq),
    {
      type,
      v: 1,
      at: Date.now(),
      data: data as never,
      ...(body === undefined ? {} : { body: body as never }),
    },
  );
const figures = { count: 1, longestGapMs: 0, rttMs: null, clockOffsetMs: null, outboxDepth: 0 };
const heard = entryOf(hostLane(HOST), { kind: "ingest" }, "heard/h1/1" as EntryId, {
  type: "host.heard",
  v: 1,
  at: Date.now(),
  data: { edge: "connected", ...figures },
});
const NOTHING_ELSE = {
  workspace: null,
  repo: null,
  branch: null,
  commit: null,
  source: "cli",
  threadSource: null,
  parentSessionId: null,
  rootSessionId: null,
  model: null,
  modelProvider: null,
  codexVersion: null,
  createdAt: null,
};
const observed = fact(
  1,
  "session.observed",
  { hostId: HOST, endpointId: "main", activity: { type: "idle", flags: [] }, ...NOTHING_ELSE },
  { name: null, preview: null },
);

test("N1-012 policy sees session facts with its own key, and grants a lease once the host has fenced it", async () => {
  const seeds = new Map(SERVICES.map((service) => [service, makeSeed()]));
  const keys = Object.fromEntries([...seeds].map(([service, seed]) => [service, publicKeyOf(seed) ?? ""]));
  const server = await startNatsServer({ config: accountsConf(keys as PublicKeys) });
  onTestFinished(() => server.remove());
  const linkAs = (service: Service) =>
    connectNats({ url: server.url, name: service, seed: seeds.get(service) ?? "" });

  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const trust = { policyKeys: [keys["policy"] ?? ""] };
        yield* openKeeper(yield* linkAs("keeper"), { maxBytes: 50_000_000 }).ensure(true);
        const ingest = yield* openJetStreamLog(yield* linkAs("ingest"), { trust });
        yield* ingest.append([{ entry: heard }, { entry: observed }]);

        const link = yield* linkAs("policy");
        const log = yield* openJetStreamLog(link, { trust, sign: signerOf(seeds.get("policy") ?? "") });
        const policy = yield* startPolicy({
          log,
          clocks: systemClocks,
          ids: { newId },
          redactor: makeRedactor({ linkKey: "test" }),
          health: makeHealth(),
          metrics: makeMetrics(),
          diagnostics: noDiagnostics,
        });
        yield* Effect.forkScoped(policy.whileLeading(serveGate(link.connection, policy.gate)));

        const gate = askGate((yield* linkAs("gateway")).connection);
        const acquire = Command.parse({
          type: "lease.acquire",
          commandId: "lease-1",
          target: { sessionId: SESSION },
        });
        const offer = yield* gate.submit(acquire, operator);
        expect(offer).toMatchObject({
          decision: "accepted",
          facts: { leaseId: "lease-1", state: "offered" },
        });
        const token = { generation: log.generation, counter: 1 };
        yield* ingest.append([{ entry: fact(2, "lease.fenced", { leaseId: "lease-1", fence: token }) }]);
        const granted = yield* ingest.follow(0).pipe(
          Stream.filter(({ entry }) => entry.envelope.lane === DECIDED),
          Stream.filter(({ entry }) => entry.envelope.id === "due/lease-1/granted"),
          Stream.runHead,
          Effect.timeout("10 seconds"),
        );
        expect(granted._tag).toBe("Some");

        const held = yield* gate.submit({ ...acquire, commandId: "lease-2" } as Command, operator);
        expect(held).toMatchObject({ entryId: null, facts: { leaseId: "lease-1", state: "inForce" } });
      }),
    ),
  );
});
