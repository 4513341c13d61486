/** One connection to one app-server: learn what is there, then listen until it ends. */
import { type CodexFault, connect, type Connection, defaultSocketPath } from "@claw/codex-rpc";
import type { DataOf } from "@claw/events";
import { safeEndpoint } from "@claw/redact";
import { type Health, VERSION } from "@claw/runtime";
import { Deferred, Effect, Queue, Schedule, type Scope, Semaphore, Stream } from "effect";
import type { Endpoint } from "../domain/endpoint.ts";
import { openEvent } from "../domain/telling.ts";
import { secretsOfCodexHome } from "../surroundings/secrets.ts";
import { socketOwner } from "../surroundings/socket-owner.ts";
import { makeDeltas } from "./deltas.ts";
import { type Desk, tellHost, type Watched, type WatchTools } from "./desk.ts";
import { hear } from "./hear.ts";
import { learnListed, learnLoaded } from "./learn.ts";
import { makeMisread } from "./misread.ts";
import type { FilesHeard } from "./files-heard.ts";
import { dueJob, tend } from "./tend.ts";

/** Says what the endpoint became, and why. */
export type Report = (state: DataOf<"endpoint.became">["state"], reason: string | null) => void;

export interface WatchOptions {
  readonly tools: WatchTools;
  readonly endpoint: Endpoint;
  readonly health: Health;
  /** An opaque name for a Codex home. */
  readonly storeIdOf: (codexHome: string) => string;
  /** Whether we started the server ourselves; asked after each connect. */
  readonly isOurs: () => boolean;
  /** Before each connect: makes sure, where it is ours to do so, that a server is there. */
  readonly prepare: Effect.Effect<void>;
  /** What was heard of file changes, also by connections before this one. */
  readonly files: FilesHeard;
  /** Hears of the open connection, and of its end. */
  readonly attached: (desk: Desk | null) => void;
}

/** Requests of all threads of one endpoint that may be on the way at once. */
const PARALLEL = 8;
/** How often threads are looked at when nothing arrives: for retries, and for subscriptions that may end. */
const TICK = "250 millis";
const MISREAD_EVERY = "10 seconds";
/** Much said and never read here. */
const UNREAD = ["item/commandExecution/outputDelta", "item/fileChange/outputDelta", "turn/diff/updated"];

/** Returns why it ended. */
export const converse = Effect.fnUntraced(function* (
  options: WatchOptions,
  report: Report,
): Effect.fn.Return<string, CodexFault, Scope.Scope> {
  const { tools, endpoint } = options;
  const beganAt = tools.clocks.monoMs();
  const connection = yield* connect(endpoint.target, {
    clientInfo: { name: "claw-connector", title: "Claw Supervisor", version: VERSION },
    optOutNotificationMethods: UNREAD,
    // Without it a command is asked for as if it wanted no rights beyond the sandbox (`additionalPermissions`), and who accepts it grants them unseen.
    experimentalApi: true,
  });
  tools.redaction.learn(yield* knownSecrets(connection));
  const restarted = yield* Deferred.make<void>();
  const wake = yield* Queue.sliding<null>(1);
  const desk = openDesk(options, connection, report, {
    wake,
    restart: () => Deferred.doneUnsafe(restarted, Effect.void),
  });
  logPhase(desk, "connect", beganAt);
  tellHost(tools, describeEndpoint(options, connection, yield* ownerOf(endpoint)));
  report("ready", null);
  options.attached(desk);
  const ended: Pick<CodexFault, "code"> | { readonly code: "restart" } = yield* Effect.raceAllFirst([
    connection.closed,
    Effect.as(Deferred.await(restarted), { code: "restart" as const }),
    Effect.flip(Effect.andThen(listen(desk), Effect.never)),
    Effect.flip(Effect.andThen(learn(desk), Effect.never)),
    keepTending(desk),
    keepCounting(desk),
  ]);
  for (const event of desk.misread.take(tools.clocks.wallMs())) tellHost(tools, event);
  return ended.code;
});

/** A home on a disk that hangs keeps nobody waiting. */
const knownSecrets = ({ server }: Connection): Effect.Effect<readonly string[]> =>
  Effect.promise(() => secretsOfCodexHome(server.codexHome)).pipe(
    Effect.timeoutOrElse({ duration: "1 second", orElse: () => Effect.succeed([]) }),
  );

/** The unix user whose socket it is; null for what is no socket, and where the disk does not say in time. */
const ownerOf = ({ target }: Endpoint): Effect.Effect<string | null> =>
  target.kind === "unix"
    ? Effect.promise(() => socketOwner(target.path)).pipe(
        Effect.timeoutOrElse({ duration: "1 second", orElse: () => Effect.succeed(null) }),
      )
    : Effect.succeed(null);

function openDesk(
  { tools, endpoint, files }: WatchOptions,
  connection: Connection,
  report: Report,
  handles: Pick<Desk, "wake" | "restart">,
): Desk {
  return {
    ...tools,
    endpointId: endpoint.endpointId,
    target: endpoint.target,
    connection,
    ...handles,
    draining: () => report("draining", null),
    threads: new Map(),
    ignored: new Set(),
    files,
    deltas: makeDeltas(tools.redaction, tools.whisper),
    misread: makeMisread(endpoint.endpointId),
    isLocal: endpoint.target.kind !== "websocket",
  };
}

function describeEndpoint(
  { tools, endpoint, storeIdOf, isOurs }: WatchOptions,
  { server }: Connection,
  unixUser: string | null,
) {
  const { endpointId, target } = endpoint;
  return openEvent("endpoint.described", tools.clocks.wallMs(), {
    endpointId,
    storeId: storeIdOf(server.codexHome),
    transport: target.kind,
    address: target.kind === "websocket" ? safeEndpoint(target.url) : `${target.kind}://[hidden]`,
    codexVersion: server.codexVersion,
    startedByConnector: isOurs(),
    // Where a terminal of this user looks that was told nothing of any CODEX_HOME.
    isDefault: target.kind === "unix" && target.path === defaultSocketPath({}),
    ...(unixUser !== null && { unixUser }),
  });
}

/** Threads in memory first; the list of stored ones may take its time, and may fail without harm. */
const learn = Effect.fnUntraced(function* (desk: Desk): Effect.fn.Return<void, CodexFault> {
  const beganAt = desk.clocks.monoMs();
  yield* learnLoaded(desk);
  logPhase(desk, "loaded", beganAt);
  Queue.offerUnsafe(desk.wake, null);
  yield* learnListed(desk).pipe(
    Effect.catch((fault) =>
      Effect.sync(() => {
        if (fault.code === "draining") desk.draining();
        desk.diagnostics.info(
          { endpointId: desk.endpointId, code: fault.code },
          "stored threads were not listed",
        );
      }),
    ),
  );
  logPhase(desk, "listed", beganAt);
});

/** A phase that takes longer than this is told without being asked. */
const SLOW_MS = 1_000;

/** Which phase waits, and for how long, is never a riddle (W-12). */
function logPhase({ diagnostics, endpointId, clocks }: Desk, phase: string, beganAt: number): void {
  const ms = Math.round(clocks.monoMs() - beganAt);
  const level = ms > SLOW_MS ? "warn" : "debug";
  diagnostics[level]({ part: `endpoint ${endpointId}`, phase, ms }, `The phase "${phase}" took ${ms} ms.`);
}

/** A batch of arrivals is one commit. */
const listen = (desk: Desk): Effect.Effect<void, CodexFault> =>
  Stream.runForEachArray(desk.connection.inbox, (batch) =>
    Effect.sync(() => {
      desk.outbox.commit(() => batch.forEach((inbound) => hear(desk, inbound)));
      Queue.offerUnsafe(desk.wake, null);
    }),
  );

/** Looks for threads that need something, and serves each by a fiber of its own. */
const keepTending = (desk: Desk): Effect.Effect<never> => {
  const seats = Semaphore.makeUnsafe(PARALLEL);
  const serve = (thread: Watched) => {
    thread.isBusy = true;
    const done = Effect.sync(() => {
      thread.isBusy = false;
      Queue.offerUnsafe(desk.wake, null);
    });
    return Effect.forkChild(seats.withPermits(1)(tend(desk, thread)).pipe(Effect.ensuring(done)));
  };
  const look = Effect.suspend(() => {
    const due = [...desk.threads.values()].filter(
      (thread) => !thread.isBusy && dueJob(desk, thread) !== null,
    );
    return Effect.forEach(due, serve, { discard: true });
  });
  return Effect.forever(Effect.andThen(look, Effect.timeoutOption(Queue.take(desk.wake), TICK)));
};

const keepCounting = (desk: Desk): Effect.Effect<never> =>
  Effect.sync(() => {
    for (const event of desk.misread.take(desk.clocks.wallMs())) tellHost(desk, event);
  }).pipe(Effect.repeat(Schedule.spaced(MISREAD_EVERY)), Effect.andThen(Effect.never));
