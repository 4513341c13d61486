/** Three nats-servers that are one cluster, with a relay on every route, so that a test can cut a node off from the others and join it again. */
import { freePort, type NatsServer, startNatsServer } from "@claw/testkit/nats";
import { type Relay, startRelay } from "./relay.ts";
import { until } from "./until.ts";

export interface Cluster {
  readonly nodes: readonly NatsServer[];
  /** All of them, separated by commas. */
  readonly url: string;
  /** Cuts a node off from the other two. Whoever is connected to it stays connected. */
  readonly cutOff: (node: number) => void;
  readonly rejoin: (node: number) => void;
  /** Every node says that all its copies of streams have caught up: before that, the loss of another node is a second fault. */
  readonly isWhole: () => Promise<boolean>;
  readonly remove: () => Promise<void>;
}

const SIZE = 3;
const NODES = Array.from({ length: SIZE }, (_, n) => n);

/** A route from one node to another, as the first dials it. */
interface Route {
  readonly from: number;
  readonly to: number;
  readonly relay: Relay;
}

export async function makeCluster(config: string): Promise<Cluster> {
  const ports = await Promise.all(NODES.map(() => freePort()));
  const monitors = await Promise.all(NODES.map(() => freePort()));
  const routes: Route[] = [];
  // A ring, so that each pair has one route: two nodes that dial each other at once close each other's as a duplicate, through relays sometimes for ever.
  for (const from of NODES) {
    const to = (from + 1) % SIZE;
    routes.push({ from, to, relay: await startRelay(`http://127.0.0.1:${ports[to]}`) });
  }
  const nodes = await Promise.all(
    NODES.map((n) =>
      startNatsServer({
        name: `node-${n + 1}`,
        config: `${config}\nhttp: "127.0.0.1:${monitors[n]}"\n${clusterBlock(
          ports[n] ?? 0,
          routes.filter(({ from }) => from === n),
        )}`,
        jetstream: "sync_interval: always",
      }),
    ),
  );
  const touching = (node: number): readonly Route[] =>
    routes.filter(({ from, to }) => from === node || to === node);
  await until(
    "the cluster has a leader",
    () => nodes.some((node) => /new metadata leader/.test(node.output())),
    30_000,
  );
  return {
    nodes,
    url: nodes.map(({ url }) => url).join(","),
    cutOff: (node) => touching(node).forEach(({ relay }) => relay.cut("held")),
    rejoin: (node) => touching(node).forEach(({ relay }) => relay.mend()),
    isWhole: async () => (await Promise.all(monitors.map(isHealthy))).every(Boolean),
    remove: async () => {
      await Promise.all(nodes.map((node) => node.remove()));
      await Promise.all(routes.map(({ relay }) => relay.close()));
    },
  };
}

const isHealthy = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

/** Nodes learn of each other only here: an address that is gossiped would lead around the relays. */
const clusterBlock = (port: number, routes: readonly Route[]): string => `
cluster {
  name: test
  listen: "127.0.0.1:${port}"
  no_advertise: true
  routes: [${routes.map(({ relay }) => `"${relay.url.replace("http", "nats")}"`).join(", ")}]
  pool_size: -1
}`;
