/** The files of `infra/nats/`, as `npm run docs` writes them: the same texts that `claw fleet` uses, for machines on which a system starts the server. Pure. */
import { accountsConf, placeholderKeys } from "./accounts-conf.ts";
import { type ClusterConf, serverConf } from "./server-conf.ts";

const FOLDER = "/etc/claw/nats";
const STORE = "/var/lib/claw-nats";
const NODES = ["a", "b", "c"] as const;
type Node = (typeof NODES)[number];

/** `listen` is loopback, or, in containers, whatever reaches the network that only they share. */
const single = (listen: string): string =>
  serverConf({
    name: "claw",
    listen,
    storeDir: STORE,
    accountsFile: "./accounts.conf",
    syncsAlways: true,
  });

/** Nodes are called `nats-a`, `nats-b`, `nats-c`, by names of the network that only they and the services share. */
const clusterOf = (node: Node): ClusterConf => ({
  listen: `nats-${node}:6222`,
  routes: NODES.filter((other) => other !== node).map((other) => `nats-route://nats-${other}:6222`),
  tls: {
    certFile: `${FOLDER}/node-${node}.crt`,
    keyFile: `${FOLDER}/node-${node}.key`,
    caFile: `${FOLDER}/ca.crt`,
  },
});

const clustered = (node: Node): string =>
  serverConf({
    name: `claw-${node}`,
    listen: `nats-${node}:4222`,
    storeDir: STORE,
    accountsFile: "./accounts.conf",
    syncsAlways: true,
    tls: { certFile: `${FOLDER}/node-${node}.crt`, keyFile: `${FOLDER}/node-${node}.key` },
    cluster: clusterOf(node),
  });

/** Path below the repository, and text. */
export const infraFiles = (): Readonly<Record<string, string>> => ({
  "infra/nats/accounts.conf": accountsConf(placeholderKeys()),
  "infra/nats/server.conf": single("127.0.0.1:4222"),
  "infra/nats/compose.conf": single("0.0.0.0:4222"),
  ...Object.fromEntries(NODES.map((node) => [`infra/nats/cluster-${node}.conf`, clustered(node)])),
});
