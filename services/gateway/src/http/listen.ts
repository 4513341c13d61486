/** A listening HTTP server for as long as a scope lives, with every wait and size bounded (RELIABILITY S14). */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";
import type { HandleUpgrade } from "../live/upgrade.ts";

const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  maxHeaderSize: 16_384,
  /** How often the two timeouts above are looked at. */
  connectionsCheckingInterval: 2_000,
  insecureHTTPParser: false,
};
const MAX_CONNECTIONS = 10_000;
const MAX_HEADERS = 64;

export const listen = (host: string, port: number, onRequest: RequestListener, onUpgrade: HandleUpgrade) =>
  Effect.acquireRelease(open(host, port, onRequest, onUpgrade), close);

const open = (host: string, port: number, onRequest: RequestListener, onUpgrade: HandleUpgrade) =>
  Effect.callback<Server, Stopped>((resume) => {
    const server = createServer(LIMITS, onRequest);
    server.maxConnections = MAX_CONNECTIONS;
    server.maxHeadersCount = MAX_HEADERS;
    server.on("upgrade", onUpgrade);
    server.once("error", (error) => resume(Effect.fail(cannotListen(host, port, error))));
    server.listen(port, host, () => resume(Effect.succeed(server)));
  });

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): Stopped {
  const sentence =
    error.code === "EADDRINUSE"
      ? `Port ${port} on ${host} is in use: stop what listens there, or set CLAW_HTTP_PORT to another port.`
      : `Cannot listen on ${host} port ${port} (${error.code ?? "unknown"}): check CLAW_HTTP_HOST and CLAW_HTTP_PORT.`;
  return new Stopped({ sentence, exitCode: EXIT.fault });
}

/** Takes nobody in any more and ends what is HTTP. Sockets that were handed over belong to others, who close them in their own time. */
const close = (server: Server) =>
  Effect.sync(() => {
    server.close();
    server.closeAllConnections();
  });

/** The port that the server really has. */
export const portOf = (server: Server): number => (server.address() as AddressInfo).port;
