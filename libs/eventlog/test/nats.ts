/** A nats-server for a test file, and logs on it. */
import { onTestFinished } from "vitest";
import { startNatsServer, type NatsServer, type NatsServerOptions } from "@claw/testkit/nats";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { Effect, Exit, Schedule, Scope } from "effect";
import type { LogHarness } from "../src/contract/index.ts";
import {
  connectNats,
  type JetStreamLog,
  type LogUnavailable,
  makeSeed,
  type NatsLink,
  type NatsOptions,
  openJetStreamLog,
  openKeeper,
  publicKeyOf,
  type StreamSettings,
} from "../src/index.ts";

/** A server that is gone when the test is. */
export async function givenServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const server = await startNatsServer(options);
  onTestFinished(() => server.remove());
  return server;
}

/** A connection to look behind the adapter with, and to do what it never does. */
export async function givenClient({ url }: Pick<NatsServer, "url">): Promise<NatsConnection> {
  const client = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  onTestFinished(() => client.close());
  return client;
}

/** Asks the JetStream API and answers with what it says. */
export async function api(client: NatsConnection, request: string, payload?: object) {
  const message = await client.request(`$JS.API.${request}`, payload ? JSON.stringify(payload) : "", {
    timeout: 5_000,
  });
  return message.json<Record<string, unknown>>();
}

export const linkTo = (
  { url }: Pick<NatsServer, "url">,
  name = "test",
): Effect.Effect<NatsLink, LogUnavailable, Scope.Scope> => connectNats({ url, name });

/** Opens the log of a server whose streams are there. */
export const openOn = (
  server: Pick<NatsServer, "url">,
  name = "test",
): Effect.Effect<JetStreamLog, LogUnavailable, Scope.Scope> =>
  Effect.flatMap(linkTo(server, name), (link) => openJetStreamLog(link));

/** Makes generation 1 and what stands beside it. */
export const makeStreams = (server: Pick<NatsServer, "url">, settings: StreamSettings = {}): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(linkTo(server, "keeper"), (link) =>
        Effect.retry(openKeeper(link, settings).ensure(true), {
          while: ({ retry }) => retry === "later",
          // A cluster elects its leader before it knows what each node can hold.
          schedule: Schedule.upTo(Schedule.spaced("200 millis"), { duration: "30 seconds" }),
        }),
      ),
    ),
  );

/**
 * A server with many accounts: each is a server of its own to whoever has its key, so that each log is a stream with a name of its own. Deleting a
 * stream and making it again at once is not the same: its messages can come back (nats-server 2.14.0).
 */
export async function startHouses(count: number): Promise<Houses> {
  const seeds = Array.from({ length: count }, makeSeed);
  const accounts = seeds.map(
    (seed, n) => `A${n} { jetstream: enabled, users: [{ nkey: ${publicKeyOf(seed)} }] }`,
  );
  const server = await startNatsServer({ config: `accounts { ${accounts.join("\n")} }` });
  let next = 0;
  return {
    server,
    harness: () => {
      const seed = seeds[next];
      next += 1;
      if (seed === undefined) throw new Error(`more than ${count} logs on this server`);
      return harnessOf({ url: server.url, name: "test", seed });
    },
  };
}

export interface Houses {
  readonly server: NatsServer;
  /** A new, empty log. */
  readonly harness: () => LogHarness;
}

/** The server sets aside what a stream may hold, and there are many. */
const SMALL: StreamSettings = { maxBytes: 16 * 1_048_576, pulseBytes: 1_048_576, receiptBytes: 1_048_576 };

function harnessOf(options: NatsOptions): LogHarness {
  const make = Effect.flatMap(connectNats(options), (link) => openKeeper(link, SMALL).ensure(true));
  return {
    open: Effect.andThen(
      Effect.scoped(make),
      Effect.flatMap(connectNats(options), (link) => openJetStreamLog(link)),
    ),
    lasting: true,
  };
}

/** A thing of a scope that a test holds and lets go of by hand, at the latest when it ends. */
export async function held<A>(open: Effect.Effect<A, LogUnavailable, Scope.Scope>): Promise<A> {
  const scope = Scope.makeUnsafe();
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)));
  return Effect.runPromise(Effect.provideService(open, Scope.Scope, scope));
}

/** Waits until a condition holds; fails after `withinMs`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 45_000,
): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - start;
}
