import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { Effect, type Scope } from "effect";
import { WebSocket } from "ws";
import { type CodexFault, fault } from "../faults.ts";
import type { Settings } from "../options.ts";
import { onceEnded, type Wire, type WireEvents } from "./wire.ts";

/** How the TCP or unix connection below is made, and what the upgrade request carries. */
export interface Upgrade {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly createConnection?: () => Socket;
}

/**
 * Opens a WebSocket and closes it with the scope. Refuses redirects (X1-058), compression and frames over the
 * limit. The deadline spans everything from the first byte to the end of the upgrade, over any kind of socket:
 * the library's own handshake timeout does not reach a unix socket (W-21).
 */
export function openWebsocket(
  upgrade: Upgrade,
  settings: Settings,
  events: WireEvents,
): Effect.Effect<Wire, CodexFault, Scope.Scope> {
  const { connectMs } = settings.deadlines;
  return Effect.acquireRelease(
    Effect.callback<WebSocket, CodexFault>((resume) => {
      const socket = dial(upgrade, settings);
      const cease = listen(socket, settings, onceEnded(events), resume);
      return Effect.sync(cease);
    }).pipe(
      Effect.timeoutOrElse({
        duration: connectMs,
        orElse: () =>
          Effect.fail(
            fault("connect_timeout", { message: "the server did not upgrade in time", timeoutMs: connectMs }),
          ),
      }),
      Effect.interruptible,
    ),
    (socket) => Effect.sync(() => hangUp(socket)),
  ).pipe(Effect.map(toWire));
}

function dial(upgrade: Upgrade, { limits }: Settings): WebSocket {
  return new WebSocket(upgrade.url, {
    headers: upgrade.headers,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    followRedirects: false,
    // Bad UTF-8 is an unreadable frame here, not the end of the connection.
    skipUTF8Validation: true,
    ...(upgrade.createConnection && { createConnection: upgrade.createConnection }),
  });
}

/** Listens from the first moment, since frames may follow the upgrade at once. Returns how to give up. */
function listen(
  socket: WebSocket,
  { limits }: Settings,
  events: WireEvents,
  resume: (opened: Effect.Effect<WebSocket, CodexFault>) => void,
): () => void {
  let isOpen = false;
  const end = (why: CodexFault) => (isOpen ? events.ended(why) : resume(Effect.fail(why)));
  socket.on("open", () => {
    isOpen = true;
    resume(Effect.succeed(socket));
  });
  socket.on("message", (data: Buffer, isBinary: boolean) => events.frame(data, isBinary));
  socket.on("pong", events.alive);
  socket.on("ping", events.alive);
  socket.on("unexpected-response", (_request, response: IncomingMessage) => {
    readRefusal(response, limits.errorBytes, (why) => {
      end(why);
      socket.terminate();
    });
  });
  socket.on("error", (error) => end(faultOf(error, isOpen)));
  socket.on("close", (closeCode) =>
    end(fault("closed_by_server", { message: "the server closed the connection", closeCode })),
  );
  return () => hangUp(socket);
}

function toWire(socket: WebSocket): Wire {
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text, () => {});
    },
    outboundBytes: () => socket.bufferedAmount,
    ping: () => {
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    },
  };
}

/** Says goodbye without waiting for the answer: a hung peer would keep the socket for half a minute. */
function hangUp(socket: WebSocket): void {
  if (socket.readyState === WebSocket.OPEN) socket.close(1000);
  socket.terminate();
}

/** A refusal's text is a diagnosis ("missing websocket bearer token"), read up to its limit and cut again. */
function readRefusal(response: IncomingMessage, limitBytes: number, done: (why: CodexFault) => void): void {
  const status = response.statusCode ?? 0;
  let body = "";
  const finish = () => {
    const code = status === 401 || status === 403 ? "unauthorized" : "upgrade_refused";
    done(fault(code, { message: `HTTP ${status} ${body.trim()}`, status }));
  };
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    body += chunk;
    if (body.length > limitBytes) response.destroy();
  });
  response.on("error", () => {});
  response.on("close", finish);
}

function faultOf(error: Error, isOpen: boolean): CodexFault {
  const code = "code" in error ? String(error.code) : "";
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") {
    return fault("frame_too_large", { message: "the server sent a frame over the limit", closeCode: 1009 });
  }
  return fault(isOpen ? "transport_failed" : "connect_failed", { message: code || error.message });
}
