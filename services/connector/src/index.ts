export { type Connector, type ConnectorOptions, startConnector, stopOwnAppServer } from "./connector.ts";
export { type Endpoint, parseEndpoints, type ReadTarget } from "./domain/endpoint.ts";
export { openOutbox, type Outbox, type OutboxOptions } from "./outbox/outbox.ts";
export { connectorSettings } from "./settings.ts";
