/** A whole ingest on a log in memory behind a real HTTP server, and hosts that speak to it over real sockets. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { DECIDED, type Entry, type EntryId, type Epoch, seal, sha256, stampEntry } from "@claw/events";
import { type EventLog, openSqliteLog } from "@claw/eventlog";
import {
  type Clocks,
  makeHealth,
  makeMetrics,
  newBearer,
  newId,
  noDiagnostics,
  systemClocks,
} from "@claw/runtime";
import { type FromHost, type FromIngest, readFromIngest, UPLINK_SUBPROTOCOL } from "@claw/wire";
import { Effect, type Scope, Stream } from "effect";
import { WebSocket } from "ws";
import type { Fact } from "../src/domain/delivery.ts";
import { type IngestOptions, startIngest } from "../src/index.ts";
import { event, redactor } from "./given.ts";

export const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(joinPath(tmpdir(), "claw-ingest-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true })),
);

export const memoryLog = openSqliteLog({ path: ":memory:" });

export interface HouseGiven extends Partial<
  Pick<IngestOptions, "receipts" | "uplinks" | "pulse" | "limits" | "ingestId">
> {
  readonly log: EventLog;
  readonly dataDir: string;
  readonly heartbeatMs?: number;
  readonly silentAfterMs?: number;
  readonly clocks?: Clocks;
}

export const startHouse = Effect.fnUntraced(function* ({
  log,
  dataDir,
  heartbeatMs = 5_000,
  silentAfterMs = 30_000,
  clocks = systemClocks,
  ...ports
}: HouseGiven) {
  const metrics = makeMetrics();
  const health = makeHealth();
  const settings = { heartbeatMs, silentAfterMs };
  const ids = { newId };
  const ingest = yield* startIngest({
    log,
    dataDir,
    redactor,
    clocks,
    ids,
    settings,
    metrics,
    health,
    diagnostics: noDiagnostics,
    ...ports,
  });
  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const made = createServer();
      made.on("upgrade", (request, socket, head) => ingest.handleUpgrade(request, socket, head));
      made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)));
    }),
    (made) => Effect.sync(() => made.close()),
  );
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/uplink`;
  return { ingest, metrics, health, url };
});

/** Adds a host as policy would, and gives its bearer token. */
export const addHost = Effect.fnUntraced(function* (
  log: EventLog,
  hostId: string,
  until: number | null = null,
) {
  const { bearer, tokenId } = newBearer("host");
  yield* decide(log, `decision/${tokenId}`, "host.added", {
    hostId,
    tokenId,
    tokenDigest: sha256(bearer),
    until,
  });
  return { bearer, tokenId };
});

export const place = (log: EventLog, hostId: string, placement: string) =>
  decide(log, `decision/${placement}-${hostId}`, "host.placed", { hostId, placement, reason: "test" });

export const limit = (log: EventLog, tokenId: string, until: number) =>
  decide(log, `decision/limit-${tokenId}`, "token.limited", { tokenId, until });

export const revoke = (log: EventLog, tokenId: string) =>
  decide(log, `decision/revoke-${tokenId}`, "token.revoked", { tokenId, reason: "test" });

const decide = (log: EventLog, id: string, type: string, data: object) =>
  log.append([
    {
      entry: stampEntry(
        seal(DECIDED, null, [event(type, data as never)], () => ""),
        { id: id as EntryId, by: { kind: "policy" }, at: Date.now() },
      ),
    },
  ]);

/** Everything in the log, in order. */
export const entriesOf = (log: EventLog): Effect.Effect<readonly Entry[], unknown> =>
  Effect.map(Stream.runCollect(log.read({ after: 0 })), (all) => all.map(({ entry }) => entry));

export const typesIn = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap(({ envelope }) => envelope.events.map(({ type }) => type));

/** A log that keeps the ids of all drafts that came, also of those that it knew: a stream would store such a one again after its window. */
export function noting(log: EventLog): { readonly log: EventLog; readonly drafted: string[] } {
  const drafted: string[] = [];
  const append: EventLog["append"] = (drafts) => {
    drafted.push(...drafts.map(({ entry }) => entry.envelope.id));
    return log.append(drafts);
  };
  return { log: { ...log, append }, drafted };
}

/** Waits until the log holds an entry that fits, following it. */
export const until = (log: EventLog, fits: (entry: Entry) => boolean) =>
  log.follow(0).pipe(
    Stream.filter(({ entry }) => fits(entry)),
    Stream.runHead,
  );

export const untilType = (log: EventLog, type: string, count = 1) =>
  log.follow(0).pipe(
    Stream.filter(({ entry }) => entry.envelope.events.some((one) => one.type === type)),
    Stream.take(count),
    Stream.runDrain,
  );

/** A host on a real socket. Frames are kept as they come; `take` waits for one that fits. */
export interface Host {
  readonly say: (frame: FromHost | string) => void;
  readonly take: <Type extends FromIngest["type"]>(
    type: Type,
    fits?: (frame: Extract<FromIngest, { type: Type }>) => boolean,
  ) => Promise<Extract<FromIngest, { type: Type }>>;
  /** The frames that came and were not taken. */
  readonly left: () => readonly FromIngest[];
  readonly closed: Promise<number>;
  readonly drop: () => void;
  /** Reads nothing any more, as a host that hangs. */
  readonly hang: () => void;
}

export function connectHost(url: string, bearer: string): Promise<Host> {
  const socket = new WebSocket(url, UPLINK_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${bearer}` },
    perMessageDeflate: false,
  });
  const frames: FromIngest[] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (data) => {
    const read = readFromIngest(String(data));
    if (read.ok) frames.push(read.value);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  const host: Host = {
    say: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    take: (type, fits = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const index = frames.findIndex((frame) => frame.type === type && fits(frame as never));
          if (index < 0) return;
          waiting.delete(look);
          resolve(frames.splice(index, 1)[0] as never);
        };
        waiting.add(look);
        look();
      }),
    left: () => frames,
    closed,
    drop: () => socket.terminate(),
    hang: () => socket.pause(),
  };
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve(host));
    socket.on("unexpected-response", (_, response) => {
      let body = "";
      response.on("data", (chunk) => (body += String(chunk)));
      response.on("end", () => reject(new Error(`${response.statusCode} ${body}`)));
    });
    socket.on("error", reject);
  });
}

export const hello = (hostId: string, epoch: Epoch, given: object = {}): FromHost =>
  ({
    type: "hello",
    protocol: 1,
    hostId,
    connectorVersion: "1",
    epoch,
    nextSeq: 1,
    outboxDepth: 0,
    at: Date.now(),
    capabilities: [],
    ...given,
  }) as unknown as FromHost;

export const factsFrame = (epoch: Epoch, ...entries: readonly Fact[]): FromHost =>
  ({ type: "facts", epoch, entries: [...entries] }) as unknown as FromHost;

/** Connects and is welcomed. `placed` is what the welcome said. */
export const join = (url: string, bearer: string, hostId = "h1", epoch = DEFAULT_EPOCH, given: object = {}) =>
  Effect.promise(async () => {
    const host = await connectHost(url, bearer);
    host.say(hello(hostId, epoch, given));
    const { confirmed, placement } = await host.take("welcome");
    return { ...host, confirmed, placement };
  });

const DEFAULT_EPOCH = "ab".repeat(16) as Epoch;

export const acked = (host: Host, through: number) =>
  Effect.promise(() => host.take("ack", (ack) => ack.through >= through));

export const heartbeat = (nonce = 1, oldestUnsentAgeMs: number | null = null): FromHost =>
  ({
    type: "heartbeat",
    nonce,
    at: Date.now(),
    outboxDepth: 0,
    oldestUnsentAgeMs,
    rttMs: 1,
  }) as FromHost;
