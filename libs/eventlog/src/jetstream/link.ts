/** One service's connection to the NATS server: who it is there, what the server is, and whether the wire holds. */
import { connect, type ConnectionOptions, type NatsConnection } from "@nats-io/transport-node";
import { Effect, type Scope } from "effect";
import { LogUnavailable } from "../faults.ts";
import { drifted, faultOf, forbidden } from "./faults.ts";
import { type NatsOptions, settingsOf } from "./settings.ts";
import { lookOut } from "./lookout.ts";
import { MAX_MESSAGE_BYTES } from "./message.ts";
import { rateVersion, type VersionRating } from "./version.ts";
import { makeWire, type Wire } from "./wire.ts";

export interface NatsLink {
  readonly connection: NatsConnection;
  readonly server: ServerFacts;
  /** What this service's inboxes begin with, `_INBOX_<name>`: a permission that names it shares no inbox with others (RELIABILITY E18). */
  readonly inboxPrefix: string;
  readonly wire: Wire;
}

export interface ServerFacts {
  readonly version: string;
  readonly isSupported: boolean;
  readonly rating: VersionRating;
  /** The largest message that it takes, headers included. */
  readonly maxPayloadBytes: number;
}

const WAIT_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Connects for the time of a scope, and again by itself whenever the connection is lost. Waits for a server that is not there yet; fails as
 * `unreachable` when it does not come in time, as `forbidden` when it refuses the key, and as `too_old` when it is below 2.10.
 */
export const connectNats = Effect.fnUntraced(function* (
  options: NatsOptions,
): Effect.fn.Return<NatsLink, LogUnavailable, Scope.Scope> {
  const settings = settingsOf(options);
  if (settings instanceof LogUnavailable) return yield* settings;
  const connection = yield* Effect.acquireRelease(dial(settings, options), (connection) =>
    Effect.promise(() => connection.close()),
  );
  const server = factsOf(connection);
  if (!server.isSupported && options.allowOld !== true)
    return yield* new LogUnavailable({
      reason: "too_old",
      retry: "never",
      detail: `nats-server ${server.version} cannot keep a log durable; 2.10 is the oldest that can, 2.14.3 is recommended.`,
    });
  if (server.maxPayloadBytes > 0 && server.maxPayloadBytes < MAX_MESSAGE_BYTES)
    return yield* drifted(
      `The server takes messages of ${server.maxPayloadBytes} bytes at most; an entry may need ${MAX_MESSAGE_BYTES} (max_payload: 1MB).`,
    );
  const wire = makeWire();
  void listen(connection, wire);
  yield* Effect.forkScoped(lookOut(connection, wire));
  return { connection, server, inboxPrefix: `_INBOX_${options.name}`, wire };
});

/** Ends with the connection, which ends the iteration. A fiber would wait for one more status when it is interrupted. */
async function listen(connection: NatsConnection, wire: Wire): Promise<void> {
  for await (const status of connection.status()) wire.hear(status);
}

const dial = (
  settings: ConnectionOptions,
  { waitMs = WAIT_MS, onWait }: NatsOptions,
): Effect.Effect<NatsConnection, LogUnavailable> =>
  Effect.suspend(() => {
    const until = performance.now() + waitMs;
    const attempt = (pauseMs: number): Effect.Effect<NatsConnection, LogUnavailable> =>
      Effect.catch(dialOnce(settings), (fault) => {
        if (fault.retry === "never" || performance.now() + pauseMs > until) return Effect.fail(fault);
        onWait?.(fault);
        return Effect.delay(attempt(Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)), pauseMs);
      });
    return attempt(FIRST_PAUSE_MS);
  });

/** A connection that comes about after its fiber was interrupted is closed again. */
const dialOnce = (settings: ConnectionOptions): Effect.Effect<NatsConnection, LogUnavailable> =>
  Effect.callback((resume) => {
    let isWanted = true;
    connect(settings).then(
      (connection) => (isWanted ? resume(Effect.succeed(connection)) : void connection.close()),
      (error: unknown) => resume(Effect.fail(dialFault(error))),
    );
    return Effect.sync(() => {
      isWanted = false;
    });
  });

/** A server without TLS where the URL asks for it will not grow any. */
const dialFault = (error: unknown): LogUnavailable =>
  error instanceof Error && error.message.includes("does not support 'tls'")
    ? forbidden("The server speaks no TLS, and the URL of the log asks for it.")
    : faultOf(error, "The NATS server");

function factsOf({ info }: NatsConnection): ServerFacts {
  const version = info?.version ?? "";
  const rating = rateVersion(version);
  const maxPayloadBytes = info?.max_payload ?? 0;
  return { version, isSupported: rating !== "too_old", rating, maxPayloadBytes };
}
