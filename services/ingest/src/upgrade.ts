/** From an HTTP upgrade to an uplink. The HTTP server belongs to the caller. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { openHouseSide } from "@claw/wire";
import type { WebSocket, WebSocketServer } from "ws";
import { asksForUplink, authenticate, type Guest, turnAway } from "./door.ts";
import type { UPGRADE_PROBLEMS } from "./figures.ts";
import { forget, hearFrame, type Switchboard } from "./switchboard.ts";
import { textOf, type Uplink } from "./uplink.ts";

/** Uplinks that may be open. Each may hold a few MiB on its way to the log. */
export const MAX_UPLINKS = 4_096;

/** Of one host: a new one, and those that it left and that still close. Whoever holds one token must not take everybody's place. */
export const MAX_OF_HOST = 16;

export interface Entrance {
  readonly server: WebSocketServer;
  readonly board: Switchboard;
  isOpen: boolean;
}

/** Lets a connector in, or answers a small problem on the raw socket. */
export function upgrade(entrance: Entrance, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { server, board } = entrance;
  const guest = guestOf(entrance, request);
  if (typeof guest === "string") {
    board.figures.upgrades.add({ reason: guest });
    return turnAway(socket, guest);
  }
  server.handleUpgrade(request, socket, head, (webSocket) => accept(board, guest, webSocket));
}

/** Who comes, or why not. The token is asked first, so that nobody without one learns anything else. */
function guestOf(
  { board, isOpen }: Entrance,
  request: IncomingMessage,
): Guest | (typeof UPGRADE_PROBLEMS)[number] {
  if (!isOpen) return "starting";
  const guest = authenticate(board.register, request.headers.authorization, board.clocks.wallMs());
  if (guest === null) return "unauthenticated";
  if (!asksForUplink(request)) return "subprotocol";
  return board.open.size >= MAX_UPLINKS || isCrowd(board, guest) ? "busy" : guest;
}

const isCrowd = ({ open }: Switchboard, { hostId }: Guest): boolean =>
  [...open].filter((uplink) => uplink.guest.hostId === hostId).length >= MAX_OF_HOST;

function accept(board: Switchboard, guest: Guest, socket: WebSocket): void {
  const uplink: Uplink = {
    guest,
    socket,
    connectedAt: board.clocks.wallMs(),
    side: openHouseSide(guest.hostId, board.clocks.monoMs()),
    hello: null,
    line: null,
    figures: { rttMs: null, clockOffsetMs: null, outboxDepth: 0, oldestUnsentAgeMs: null },
    asks: new Map(),
  };
  board.open.add(uplink);
  socket.on("message", (data, isBinary) => hearFrame(board, uplink, textOf(data, isBinary)));
  // A frame that is too large, or no WebSocket frame at all: the socket closes itself, and the host comes back.
  socket.on("error", () => board.figures.frames.add({ reason: "bad_frame" }));
  socket.on("close", () => forget(board, uplink));
}
