/** A server and connections for the tests of the conversations over NATS. */
import { connect, type ConnectionOptions, type NatsConnection } from "@nats-io/transport-node";
import { type NatsServer, type NatsServerOptions, startNatsServer } from "@claw/testkit/nats";
import { Effect, Exit, Scope } from "effect";
import { onTestFinished } from "vitest";
import type { TalkTrouble } from "../src/index.ts";

export interface TalkWorld {
  readonly server: NatsServer;
  readonly connection: (options?: ConnectionOptions) => Promise<NatsConnection>;
  readonly end: () => Promise<void>;
}

export async function openWorld(options: NatsServerOptions = {}): Promise<TalkWorld> {
  const server = await startNatsServer(options);
  const connections: NatsConnection[] = [];
  const connection = async (more: ConnectionOptions = {}): Promise<NatsConnection> => {
    const made = await connect({
      servers: server.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
      reconnectJitter: 0,
      ...more,
    });
    connections.push(made);
    return made;
  };
  const end = async (): Promise<void> => {
    await Promise.all(connections.map((one) => one.close()));
    await server.remove();
  };
  return { server, connection, end };
}

/** A world of one test's own, which ends with it, also where it fails. */
export async function openOwnWorld(options: NatsServerOptions = {}): Promise<TalkWorld> {
  const world = await openWorld(options);
  onTestFinished(world.end);
  return world;
}

export const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(effect));

/** Begins what lasts as long as a scope, and gives the end of it. */
export async function begin(
  lasting: Effect.Effect<unknown, never, Scope.Scope>,
): Promise<() => Promise<void>> {
  const scope = await Effect.runPromise(Scope.make());
  await Effect.runPromise(Scope.provide(lasting, scope));
  return () => Effect.runPromise(Scope.close(scope, Exit.void));
}

const PATIENCE_MS = 10_000;

/** Waits until it holds, and says what did not. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Collects troubles as `conversation/kind`. */
export function troubles(): {
  readonly all: string[];
  readonly onTrouble: (trouble: TalkTrouble) => void;
} {
  const all: string[] = [];
  return { all, onTrouble: ({ conversation, kind }) => void all.push(`${conversation}/${kind}`) };
}
