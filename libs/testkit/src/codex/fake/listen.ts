import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type Lines, makePeer, type Peer } from "./peer.ts";

/** How the fake's door behaves. */
export interface Door {
  /** Unix socket path, or null for a free port of the loopback interface. */
  readonly path: string | null;
  /** Asked of every upgrade over TCP, as the real server does; a unix socket has no such guard. */
  readonly bearer: string | null;
  /** Accepts the connection and never answers the upgrade. */
  readonly hangsUpgrade: () => boolean;
  readonly opened: (peer: Peer) => void;
  readonly closed: (peer: Peer) => void;
  readonly text: (peer: Peer, text: string) => void;
}

export interface Listener {
  /** The port, or 0 on a unix socket. */
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Listens as a WebSocket server on a unix socket or a TCP port. */
export async function listen(door: Door, port = 0): Promise<Listener> {
  const http = createServer((_request, response) => void response.writeHead(404).end());
  const sockets = new Set<Duplex>();
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  http.on("upgrade", (request, socket, head) => {
    if (door.hangsUpgrade()) return;
    const refusal = refuse(door, request);
    if (refusal !== null) return void socket.end(refusal);
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const peer = makePeer(linesOf(webSocket));
      door.opened(peer);
      webSocket.on("message", (data, isBinary) => {
        if (!isBinary) door.text(peer, data.toString());
      });
      webSocket.on("error", () => {});
      webSocket.once("close", () => door.closed(peer));
    });
  });
  await bind(http, door.path, port);
  const address = http.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function linesOf(webSocket: WebSocket): Lines {
  return {
    write: (bytes, isBinary) => webSocket.send(bytes, { binary: isBinary }, () => {}),
    cut: () => webSocket.terminate(),
    freeze: () => webSocket.pause(),
  };
}

function refuse({ path, bearer }: Door, { headers }: IncomingMessage): string | null {
  if (path !== null || bearer === null) return null;
  const given = headers.authorization;
  if (given === `Bearer ${bearer}`) return null;
  const text = given === undefined ? "missing websocket bearer token" : "invalid websocket bearer token";
  return `HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

function bind(http: Server, path: string | null, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    if (path === null) http.listen(port, "127.0.0.1", resolve);
    else http.listen(path, resolve);
  });
}
