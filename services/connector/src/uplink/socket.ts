/** One outbound WebSocket to the house, with finite frames and deadlines. */
import { type FromIngest, HOST_SIDE, MAX_FRAME_BYTES, readFromIngest, UPLINK_SUBPROTOCOL } from "@claw/wire";
import { type RawData, WebSocket } from "ws";
import { sentenceOf } from "./trust.ts";

export interface Socket {
  readonly send: (text: string) => void;
  readonly buffered: () => number;
  /** Ends it at once. `closed` is still told. */
  readonly close: () => void;
}

export interface SocketEvents {
  readonly opened: () => void;
  readonly frame: (frame: FromIngest) => void;
  readonly unreadable: (code: string) => void;
  /** Told once. `reason` is a sentence that holds neither address nor token. */
  readonly closed: (reason: string, isUnauthenticated: boolean) => void;
}

/** `ca` holds the certificates to trust over TLS, in PEM; null for those that the system trusts. A certificate is always checked. */
export function dial(url: string, token: string, ca: string | null, events: SocketEvents): Socket {
  const over = once(events.closed);
  const socket = new WebSocket(uplinkUrl(url), [UPLINK_SUBPROTOCOL], {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: HOST_SIDE.greetingMs,
    followRedirects: false,
    // Said here so that no variable of the environment can switch it off.
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    // With a partial chain a certificate that is none of a CA can be pinned.
    ...(ca === null ? {} : { ca, allowPartialTrustChain: true }),
  });
  socket.on("open", events.opened);
  socket.on("message", (data: RawData, isBinary: boolean) => read(data, isBinary, events));
  socket.on("error", (error: NodeJS.ErrnoException) => over(reasonOf(error), false));
  socket.on("unexpected-response", (_request, response) => {
    response.resume();
    const status = response.statusCode ?? 0;
    over(`The supervisor answered HTTP ${status} to the uplink.`, status === 401 || status === 403);
    socket.terminate();
  });
  socket.on("close", (code) => over(`The uplink closed (${code}).`, false));
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    buffered: () => socket.bufferedAmount,
    close: () => socket.terminate(),
  };
}

function read(data: RawData, isBinary: boolean, events: SocketEvents): void {
  if (isBinary || !(data instanceof Buffer)) return events.unreadable("not_text");
  const frame = readFromIngest(data.toString("utf8"));
  if (frame.ok) events.frame(frame.value);
  else events.unreadable(frame.problem.code);
}

/** The house's address with the uplink's path. An `http` scheme is the same door. */
export function uplinkUrl(url: string): string {
  const base = url.replace(/^http/, "ws").replace(/\/+$/, "");
  return base.endsWith("/uplink") ? base : `${base}/uplink`;
}

const reasonOf = (error: NodeJS.ErrnoException): string => sentenceOf(error.code ?? error.name);

function once(tell: SocketEvents["closed"]): SocketEvents["closed"] {
  let isTold = false;
  return (reason, isUnauthenticated) => {
    if (isTold) return;
    isTold = true;
    tell(reason, isUnauthenticated);
  };
}
