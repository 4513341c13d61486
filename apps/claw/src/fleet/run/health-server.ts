/**
 * `/healthz`, `/readyz` and `/metrics` of a service that has no HTTP of its own, on loopback (CLAW_HEALTH_PORT; unset = none). They hold figures and
 * states only, so they ask for no token; other machines reach them through what scrapes this one.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { EXIT, type Health, type Metrics, Stopped } from "@claw/runtime";
import { Effect, type Scope } from "effect";

const LOCAL_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);
const MAX_CONNECTIONS = 32;
const REQUEST_TIMEOUT_MS = 10_000;

export interface HealthServerOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: Metrics;
}

/** Listens for the time of a scope. Gives the port. Refuses a port that is taken. */
export const serveHealth = (options: HealthServerOptions): Effect.Effect<number, Stopped, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({ try: () => listen(options), catch: () => taken(options.port) }),
    (server) => Effect.sync(() => void server.close().closeAllConnections()),
  ).pipe(Effect.map(portOf));

function listen(options: HealthServerOptions): Promise<Server> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: 8_192 },
    (request, response) => void answer(options, request, response),
  );
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", () => resolve(server));
  });
}

async function answer(
  { health, metrics }: HealthServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  if (!isLocal(request.headers.host)) return send(response, 421, "text/plain", "not this host\n");
  if (request.method !== "GET") return send(response, 405, "text/plain", "GET only\n");
  const parts = JSON.stringify({ ok: health.isReady(), parts: health.parts() });
  if (request.url === "/healthz") return send(response, 200, "application/json", parts);
  if (request.url === "/readyz")
    return send(response, health.isReady() ? 200 : 503, "application/json", parts);
  if (request.url === "/metrics") return send(response, 200, metrics.contentType, await metrics.metrics());
  return send(response, 404, "text/plain", "/healthz /readyz /metrics\n");
}

/** A page in a browser that had its name resolved to this machine sends its own name (RELIABILITY S13). */
const isLocal = (host: string | undefined): boolean =>
  host !== undefined && LOCAL_HOSTS.has(host.replace(/:\d{1,5}$/, ""));

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const taken = (port: number): Stopped =>
  new Stopped({
    sentence: `Something else listens on 127.0.0.1:${port}: choose another port with CLAW_HEALTH_PORT, or none by leaving it out.`,
    exitCode: EXIT.conflict,
  });
