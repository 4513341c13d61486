/** A listening HTTP or HTTPS server for as long as a scope lives, with every wait and size bounded (RELIABILITY S14). */
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";
import type { HandleUpgrade } from "../live/upgrade.ts";
import type { Certificate } from "./certificate.ts";

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

/** What a client has to speak, and how long it may take to say so. */
const TLS = { minVersion: "TLSv1.2", handshakeTimeout: 10_000 } as const;

export interface Doorway {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Null: plain HTTP. */
  readonly certificate: Certificate | null;
}

type Server = http.Server | https.Server;

/** Refuses (`Stopped`) a port that is in use as a conflict, and what cannot be listened on. */
export const listen = (doorway: Doorway, onRequest: http.RequestListener, onUpgrade: HandleUpgrade) =>
  Effect.acquireRelease(open(doorway, onRequest, onUpgrade), close);

const open = (
  { host, port, certificate }: Doorway,
  onRequest: http.RequestListener,
  onUpgrade: HandleUpgrade,
): Effect.Effect<Server, Stopped> =>
  Effect.callback<Server, Stopped>((resume) => {
    const server =
      certificate === null
        ? http.createServer(LIMITS, onRequest)
        : https.createServer({ ...LIMITS, ...TLS, ...certificate }, onRequest);
    server.maxConnections = MAX_CONNECTIONS;
    server.maxHeadersCount = MAX_HEADERS;
    server.on("upgrade", onUpgrade);
    server.once("error", (error) => resume(Effect.fail(cannotListen(host, port, error))));
    server.listen(port, host, () => resume(Effect.succeed(server)));
  });

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): Stopped {
  const isInUse = error.code === "EADDRINUSE";
  const sentence = isInUse
    ? `Port ${port} on ${host} is in use: stop what listens there, or set CLAW_HTTP_PORT to another port.`
    : `Cannot listen on ${host} port ${port} (${error.code ?? "unknown"}): check CLAW_HTTP_HOST and CLAW_HTTP_PORT.`;
  return new Stopped({ sentence, exitCode: isInUse ? EXIT.conflict : EXIT.fault });
}

/** Takes nobody in any more and ends what is HTTP. Sockets that were handed over belong to others, who close them in their own time. */
const close = (server: Server) =>
  Effect.sync(() => {
    server.close();
    server.closeAllConnections();
  });

/** The port that the server really has. */
export const portOf = (server: Server): number => (server.address() as AddressInfo).port;
