/** The port at which connectors come in (CLAW_UPLINK_PORT). It serves `/uplink` and nothing else. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { readCertificate } from "@claw/gateway";
import { type ConfigOf, EXIT, Stopped } from "@claw/runtime";
import { Effect, type Scope } from "effect";
import type { uplinkSettings } from "../settings.ts";

type HandleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
type Certificate = Effect.Success<ReturnType<typeof readCertificate>>;

const PATH = "/uplink";
const REQUEST_TIMEOUT_MS = 10_000;
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"]);

/** Listens for the time of a scope; gives the address for connectors on this machine. Without a certificate, other machines' tokens travel in clear text: it warns. */
export const serveUplinks = Effect.fnUntraced(function* (
  settings: ConfigOf<typeof uplinkSettings>,
  handleUpgrade: HandleUpgrade,
): Effect.fn.Return<string, Stopped, Scope.Scope> {
  const certificate = yield* readCertificate(settings);
  if (certificate === null && !LOOPBACK.has(settings.host))
    process.stderr.write(
      `Warning: uplinks are served on ${settings.host} without CLAW_TLS_CERT, so hosts' tokens travel in clear text unless something in front of it encrypts.\n`,
    );
  const server = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () => listen(settings, certificate, handleUpgrade),
      catch: (error) => refusal(settings, error),
    }),
    (open) => Effect.sync(() => void open.close().closeAllConnections()),
  );
  return addressOf(settings, certificate !== null, (server.address() as AddressInfo).port);
});

/** For connectors on this machine, and, with a certificate, by the name that it is for. */
function addressOf(
  { host, publicUrl }: ConfigOf<typeof uplinkSettings>,
  isEncrypted: boolean,
  port: number,
): string {
  if (isEncrypted && publicUrl !== undefined) return `https://${publicUrl.hostname}:${port}`;
  const isWildcard = host === "0.0.0.0" || host === "::";
  const name = isWildcard ? "127.0.0.1" : host;
  return `${isEncrypted ? "https" : "http"}://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function listen(
  { host, port }: ConfigOf<typeof uplinkSettings>,
  certificate: Certificate,
  handleUpgrade: HandleUpgrade,
): Promise<Server> {
  const limits = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    maxHeaderSize: 8_192,
  };
  const server =
    certificate === null
      ? createServer(limits)
      : createTlsServer({
          ...limits,
          ...certificate,
          minVersion: "TLSv1.2",
          handshakeTimeout: REQUEST_TIMEOUT_MS,
        });
  server.on("request", (request, response) => {
    request.resume();
    response.writeHead(request.url === PATH ? 426 : 404, { connection: "close" }).end();
  });
  server.on("upgrade", (request, socket, head) => {
    if (pathOf(request) === PATH) return handleUpgrade(request, socket, head);
    socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

const pathOf = ({ url = "" }: IncomingMessage): string => url.split("?", 1)[0] ?? "";

function refusal({ host, port }: ConfigOf<typeof uplinkSettings>, error: unknown): Stopped {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  const isTaken = code === "EADDRINUSE";
  const what = isTaken ? "something else listens there" : code;
  return new Stopped({
    sentence: `Uplinks cannot be served on ${host}:${port} (${what}): choose another port with CLAW_UPLINK_PORT.`,
    exitCode: isTaken ? EXIT.conflict : EXIT.fault,
  });
}
