/**
 * Three real nats-servers that are one cluster, on loopback, with a relay on every route: for what only a cluster can do, such as to lose a node, or the
 * wire to it, and go on.
 */
import { freePort } from "../free-port.ts";
import { type Relay, startRelay } from "../relay.ts";
import { type NatsServer, type NatsServerOptions, startNatsServer } from "./nats-server.ts";
import { poll } from "./poll.ts";
import { untilWhole } from "./whole.ts";

export interface NatsCluster {
  readonly servers: readonly NatsServer[];
  /** All of them, separated by commas. */
  readonly url: string;
  /** Cuts a node off from the other two. Whoever is connected to it stays connected. */
  readonly cutOff: (node: number) => void;
  /** Cuts the wire between two nodes, which the third goes on to hear. */
  readonly cutBetween: (one: number, other: number) => void;
  /** Joins a node to both others again. */
  readonly rejoin: (node: number) => void;
  /** Waits until every node has what any of them has now, and all agree on who leads: before that, the loss of another node is a second fault. */
  readonly untilWhole: () => Promise<void>;
  /** Ends all and forgets their stores. */
  readonly remove: () => Promise<void>;
}

const SIZE = 3;
const NODES = Array.from({ length: SIZE }, (_, n) => n);
const LEADER = /new metadata leader/;
const PATIENCE_MS = 30_000;

/** A route from one node to another, as the first dials it. */
interface Route {
  readonly from: number;
  readonly to: number;
  readonly relay: Relay;
}

/** Starts the servers and waits until they have elected who leads them. The options are for each of them. */
export async function startNatsCluster(
  options: Pick<NatsServerOptions, "config" | "jetstream"> = {},
): Promise<NatsCluster> {
  const ports = await Promise.all(NODES.map(() => freePort()));
  const monitors = await Promise.all(NODES.map(() => freePort()));
  const routes = await startRoutes(ports);
  const servers = await Promise.all(
    NODES.map((n) => startNatsServer({ ...options, name: nameOf(n), config: configOf(n) })),
  );
  const remove = async (): Promise<void> => {
    await Promise.all(servers.map((one) => one.remove()));
    await Promise.all(routes.map(({ relay }) => relay.close()));
  };
  const touching = (node: number): readonly Route[] =>
    routes.filter(({ from, to }) => from === node || to === node);
  const elected = (): boolean => servers.some((one) => LEADER.test(one.output()));
  try {
    await poll("the cluster has a leader", elected, PATIENCE_MS);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    servers,
    url: servers.map(({ url }) => url).join(","),
    cutOff: (node) => touching(node).forEach(cut),
    cutBetween: (one, other) =>
      touching(one)
        .filter(({ from, to }) => from === other || to === other)
        .forEach(cut),
    rejoin: (node) => touching(node).forEach(({ relay }) => relay.mend()),
    untilWhole: () => untilWhole(monitors),
    remove,
  };

  function configOf(n: number): string {
    const monitor = `http: "127.0.0.1:${monitors[n]}"`;
    return [options.config ?? "", monitor, clusterBlock(ports[n] ?? 0, routesFrom(routes, n))].join("\n");
  }
}

const nameOf = (n: number): string => `node-${n + 1}`;

const cut = ({ relay }: Route): void => relay.cut("held");

/** A ring, so that each pair has one route: two nodes that dial each other at once close each other's as a duplicate, through relays sometimes for ever. */
const startRoutes = (ports: readonly number[]): Promise<readonly Route[]> =>
  Promise.all(
    NODES.map(async (from) => {
      const to = (from + 1) % SIZE;
      return { from, to, relay: await startRelay(`http://127.0.0.1:${ports[to]}`) };
    }),
  );

const routesFrom = (routes: readonly Route[], node: number): readonly string[] =>
  routes.filter(({ from }) => from === node).map(({ relay }) => relay.url.replace("http", "nats"));

/** Nodes tell each other where they can be dialled, and that would lead around the relays: so each names a place where nobody listens. */
const NOWHERE = "127.0.0.1:1";

const clusterBlock = (port: number, routes: readonly string[]): string => `
cluster {
  name: test
  listen: "127.0.0.1:${port}"
  advertise: "${NOWHERE}"
  no_advertise: true
  routes: [${routes.map((url) => `"${url}"`).join(", ")}]
  pool_size: -1
}`;
