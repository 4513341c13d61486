/** Three real nats-servers that are one cluster, on loopback: for what only a cluster can do, such as to lose a node and go on. */
import { freePort } from "../free-port.ts";
import { type NatsServer, startNatsServer } from "./nats-server.ts";

export interface NatsCluster {
  readonly servers: readonly NatsServer[];
  /** All of them, separated by commas. */
  readonly url: string;
  /** Ends all and forgets their stores. */
  readonly remove: () => Promise<void>;
}

const LEADER = /new metadata leader/;
const PATIENCE_MS = 30_000;
const POLL_MS = 20;

/** Starts the servers and waits until they have elected who leads them. */
export async function startNatsCluster(size = 3): Promise<NatsCluster> {
  const ports: number[] = [];
  for (let n = 0; n < size; n += 1) ports.push(await freePort());
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(", ");
  const servers = await Promise.all(
    ports.map((port, n) =>
      startNatsServer({
        name: `node-${n + 1}`,
        config: `cluster { name: "test", listen: "127.0.0.1:${port}", routes: [${routes}] }`,
      }),
    ),
  );
  const remove = async (): Promise<void> => void (await Promise.all(servers.map((one) => one.remove())));
  try {
    await elected(servers);
  } catch (error) {
    await remove();
    throw error;
  }
  return { servers, url: servers.map(({ url }) => url).join(","), remove };
}

async function elected(servers: readonly NatsServer[]): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!servers.some((one) => LEADER.test(one.output()))) {
    if (performance.now() > until) throw new Error("the cluster elected no leader in time");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
