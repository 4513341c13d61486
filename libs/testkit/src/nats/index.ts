export { freePort } from "../free-port.ts";
export { type NatsCluster, startNatsCluster } from "./nats-cluster.ts";
export { type NatsServer, natsServerBinary, type NatsServerOptions, startNatsServer } from "./nats-server.ts";

/** For a request whose answer is what a test is about: the client by itself waits for one second, and a busy machine may need that. */
export const PATIENT = { timeout: 30_000 } as const;
