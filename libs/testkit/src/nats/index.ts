export { freePort } from "../free-port.ts";
export { type NatsCluster, startNatsCluster } from "./nats-cluster.ts";
export { type NatsServer, natsServerBinary, type NatsServerOptions, startNatsServer } from "./nats-server.ts";
