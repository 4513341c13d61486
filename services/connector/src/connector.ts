/**
 * The connector: the supervisor's eyes and hands on one host. It watches app-servers, keeps what it sees in its outbox, tells the house when there is
 * one, and carries out the commands that the house accepted for this host, each at most once. By itself it does nothing: it answers no question,
 * starts no turn and unloads nothing, and without it Codex is exactly as it was.
 */
import { defaultSocketPath } from "@claw/codex-rpc";
import { EndpointId, type HostId } from "@claw/events";
import { REDACTOR_VERSION } from "@claw/redact";
import {
  type Clocks,
  type ConfigOf,
  type Diagnostics,
  EXIT,
  gauge,
  type Health,
  type Metrics,
  Stopped,
} from "@claw/runtime";
import { OpenRefused } from "@claw/sqlite";
import type { HostSide } from "@claw/wire";
import { Effect, Queue, Schedule, type Scope } from "effect";
import { type Daemon, type DaemonOptions, makeDaemon, stopOwn } from "./daemon/daemon.ts";
import type { Endpoint } from "./domain/endpoint.ts";
import { addressFromHere } from "./domain/mcp-config.ts";
import { openEvent } from "./domain/telling.ts";
import { readMachineId } from "./outbox/identity.ts";
import { openOutbox, type Outbox } from "./outbox/outbox.ts";
import { readPage } from "./pages.ts";
import { type Performer, startPerformer } from "./perform/performer.ts";
import type { HouseWord } from "./perform/tools.ts";
import { redactionOf, tokenIn } from "./own-secrets.ts";
import type { Redaction } from "./redaction.ts";
import type { connectorSettings } from "./settings.ts";
import { type KeyRing, makeKeyRing } from "./keys/key-ring.ts";
import { makeReadGit } from "./surroundings/git.ts";
import { describeHost } from "./surroundings/host.ts";
import { missingRoots, realRoots } from "./surroundings/workspaces.ts";
import { storeIdOf } from "./surroundings/store.ts";
import { startUplink, type Uplink } from "./uplink/uplink.ts";
import { type Desk, tellHost, watched, type WatchTools } from "./watch/desk.ts";
import { watchEndpoint } from "./watch/watch.ts";

export interface ConnectorOptions {
  readonly hostId: HostId;
  /** A folder of its own. */
  readonly dataDir: string;
  readonly settings: ConfigOf<typeof connectorSettings>;
  /** Where the house is, or each ingest of a fleet with commas between; null to watch and keep, and tell nobody yet. */
  readonly url: string | null;
  /** Holds the host's token. Read at each connect, so that a new token needs no restart. */
  readonly tokenFile: string;
  /** PEM of the CA, or of the certificate itself, to trust where the house is called over TLS; without it those that the system trusts. */
  readonly caFile?: string;
  /** Numbers in [0, 1), for the jitter of reconnects. */
  readonly random?: () => number;
  /** The environment in which Codex is looked for, and whose secrets are kept out; by default the process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clocks: Clocks;
  readonly health: Health;
  readonly diagnostics: Diagnostics;
  readonly metrics?: Metrics;
}

export interface Connector {
  readonly outbox: Pick<Outbox, "epoch" | "nextSeq" | "used" | "read">;
  readonly uplink: () => HostSide | null;
}

/** Runs until its scope ends. Fails with a sentence when the outbox cannot be used; nothing else keeps it from watching. */
export const startConnector = Effect.fnUntraced(function* (
  options: ConnectorOptions,
): Effect.fn.Return<Connector, Stopped, Scope.Scope> {
  const outbox = yield* Effect.acquireRelease(open(options), ({ close }) => Effect.sync(close));
  const redaction = yield* Effect.sync(() => redactionOf(options));
  const desks = new Map<EndpointId, Desk>();
  const keys = yield* keysOf(options, outbox, redaction);
  const roots = options.settings.workspaceRoots;
  let uplink: Uplink | null = null;
  const house = () => houseWord(uplink?.state() ?? null, options.url);
  const performer = yield* startPerformer({ ...options, outbox, desks, redaction, keys, house, roots });
  uplink =
    options.url === null ? null : yield* uplinkOf(options, options.url, redaction, outbox, desks, performer);
  const { hostId, clocks, diagnostics, health, metrics } = options;
  health.set("outbox", { ok: true, detail: "open" });
  if (metrics !== undefined)
    gauge(metrics, "claw_outbox_facts", "Facts that the house has not confirmed.", () => outbox.used().rows);
  const whisper: Uplink["whisper"] = (delta) => uplink?.whisper(delta);
  yield* watchAll(
    options,
    { hostId, outbox, redaction, clocks, diagnostics, readGit: makeReadGit(), whisper },
    desks,
  );
  return { outbox, uplink: () => uplink?.state() ?? null };
});

const houseWord = (state: HostSide | null, url: string | null): HouseWord => ({
  placement: state?.placement ?? null,
  mcpUrl: addressFromHere(state?.mcpUrl ?? null, url ?? ""),
});

/** Without a house there is nobody to know a key. */
const keysOf = Effect.fnUntraced(function* (
  { hostId, url, clocks }: ConnectorOptions,
  outbox: Outbox,
  redaction: Redaction,
): Effect.fn.Return<KeyRing, never, Scope.Scope> {
  if (url === null) return NO_KEYS;
  const keys = makeKeyRing({ hostId, outbox, redaction, clocks });
  const deafen = outbox.listen({ relieved: keys.tend, untold: keys.renew });
  yield* Effect.addFinalizer(() => Effect.sync(deafen));
  yield* Effect.forkScoped(Effect.repeat(Effect.sync(keys.tend), Schedule.spaced(KEYS_LOOK)));
  return keys;
});

/** Keys grow old over hours. */
const KEYS_LOOK = "10 minutes";
const NO_KEYS: KeyRing = { take: () => null, bind: () => false, tend: () => {}, renew: () => {} };

/** Ends the app-server that a connector with this folder started, and no other process. Its pid, or null if there was none. */
export const stopOwnAppServer = (dataDir: string): Effect.Effect<number | null> => stopOwn(dataDir);

function open({ hostId, clocks, dataDir }: ConnectorOptions): Effect.Effect<Outbox, Stopped> {
  return Effect.try({
    try: () => openOutbox({ directory: dataDir, hostId, redactor: REDACTOR_VERSION, wallMs: clocks.wallMs }),
    catch: (error) => error,
  }).pipe(
    Effect.catch((error) =>
      error instanceof OpenRefused ? Effect.fail(stoppedBy(error)) : Effect.die(error),
    ),
  );
}

const WAYS_OUT: Readonly<Record<OpenRefused["reason"], string>> = {
  locked: "Stop the other connector, or give this one another CLAW_DATA_DIR.",
  newer: "Run the newer version again, or give this one another CLAW_DATA_DIR.",
  unwritable: "Make the directory writable for this user, or set CLAW_DATA_DIR.",
  corrupt: "Move the file away; sessions are read again from Codex.",
  disk_full: "Make room on its disk.",
  pragma: "Put CLAW_DATA_DIR on a local file system.",
};

const stoppedBy = (refused: OpenRefused): Stopped =>
  new Stopped({
    sentence: `The connector's outbox cannot be used: ${refused.message}. ${WAYS_OUT[refused.reason]}`,
    exitCode: refused.reason === "locked" ? EXIT.conflict : EXIT.fault,
  });

function uplinkOf(
  { hostId, tokenFile, caFile, random, clocks, health, diagnostics }: ConnectorOptions,
  url: string,
  redaction: Redaction,
  outbox: Outbox,
  desks: ReadonlyMap<EndpointId, Desk>,
  performer: Performer,
): Effect.Effect<Uplink, never, Scope.Scope> {
  const answerPage = (request: Parameters<typeof readPage>[1]) =>
    readPage(desks.get(request.endpointId) ?? null, request);
  // A new token is a secret from the moment it is read.
  const token = () => {
    const bearer = tokenIn(tokenFile);
    if (bearer !== null) redaction.learn([bearer]);
    return bearer;
  };
  return startUplink({
    url,
    token,
    hostId,
    outbox,
    clocks,
    health,
    diagnostics,
    answerPage,
    carryOut: performer.take,
    ...(caFile === undefined ? {} : { caFile }),
    ...(random === undefined ? {} : { random }),
  });
}

/** A root that is not there is left out, and said so: nobody would see why nothing is spawned. */
const rootsOf = Effect.fnUntraced(function* ({ settings, diagnostics }: ConnectorOptions) {
  const { workspaceRoots } = settings;
  for (const root of yield* Effect.promise(() => missingRoots(workspaceRoots)))
    diagnostics.warn({ part: "spawn", root }, "CLAW_WORKSPACE_ROOTS names what is no folder on this host.");
  return yield* Effect.promise(() => realRoots(workspaceRoots));
});

const watchAll = Effect.fnUntraced(function* (
  options: ConnectorOptions,
  tools: WatchTools,
  desks: Map<EndpointId, Desk>,
) {
  const machineId = readMachineId();
  const roots = yield* rootsOf(options);
  const deafen = tools.outbox.listen({
    relieved: () => repair(desks),
    untold: () => {
      introduce(tools, roots);
      for (const desk of desks.values()) desk.restart();
    },
  });
  yield* Effect.addFinalizer(() => Effect.sync(deafen));
  introduce(tools, roots);
  const { endpoints, daemon } = whatToWatch(options);
  for (const endpoint of endpoints)
    yield* Effect.forkScoped(
      watchEndpoint({
        tools,
        endpoint,
        health: options.health,
        storeIdOf: (codexHome) => storeIdOf(codexHome, machineId),
        isOurs: () => daemon?.isOurs() ?? false,
        prepare: daemon?.ensure ?? Effect.void,
        attached: (desk) =>
          void (desk === null ? desks.delete(endpoint.endpointId) : desks.set(endpoint.endpointId, desk)),
      }),
    );
});

const introduce = (tools: WatchTools, roots: readonly string[]): void =>
  tellHost(tools, openEvent("host.described", tools.clocks.wallMs(), describeHost(roots)));

interface Watching {
  readonly endpoints: readonly Endpoint[];
  readonly daemon: Daemon | null;
}

function whatToWatch({ settings, env = process.env, dataDir, diagnostics }: ConnectorOptions): Watching {
  const { endpoints, codex } = settings;
  if (endpoints !== null)
    return { endpoints: endpoints.map((endpoint) => withEnv(endpoint, withoutOurs(env))), daemon: null };
  const socketPath = defaultSocketPath(env);
  const local: Endpoint = {
    endpointId: EndpointId.parse("local"),
    target: { kind: "unix", path: socketPath },
  };
  return {
    endpoints: [local],
    daemon: makeDaemon({ dataDir, socketPath, codex, env: withoutOurs(env), diagnostics }),
  };
}

/** A server that is our child gets no more of our environment than one that we leave running. */
const withEnv = ({ endpointId, target }: Endpoint, env: Readonly<Record<string, string>>): Endpoint => ({
  endpointId,
  target: target.kind === "stdio" ? { ...target, env } : target,
});

/** Our settings, tokens among them, are nothing that a model's shell should find in its environment. */
const withoutOurs = (env: DaemonOptions["env"]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("CLAW_"),
    ),
  );

/** There is room again: what was not told of a thread is read again. */
function repair(desks: ReadonlyMap<EndpointId, Desk>): void {
  for (const desk of desks.values()) {
    for (const { threadId, isGapped } of desk.outbox.sessionsOf(desk.endpointId)) {
      const thread = isGapped ? watched(desk, threadId) : null;
      if (thread !== null) thread.isCaughtUp = false;
    }
    Queue.offerUnsafe(desk.wake, null);
  }
}
