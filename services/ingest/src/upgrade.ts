/** From an HTTP upgrade to an uplink. The HTTP server belongs to the caller. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { randomHex } from "@claw/runtime";
import { openHouseSide } from "@claw/wire";
import type { WebSocket, WebSocketServer } from "ws";
import type { Switchboard } from "./board.ts";
import { fullBucket, take } from "./domain/bucket.ts";
import { arrive, leave, pass, type Turnstile } from "./domain/turnstile.ts";
import { asksForUplink, authenticate, type Guest, turnAway } from "./door.ts";
import type { UPGRADE_PROBLEMS } from "./figures.ts";
import { attempted, forget, hearFrame } from "./switchboard.ts";
import { bytesOf, newDispatch, textOf, type Uplink } from "./uplink.ts";

/** Uplinks that may be open. Each may hold a few MiB on its way to the log. */
export const MAX_UPLINKS = 4_096;

/** Of one host: a new one, and those that it left and that still close. Whoever holds one token must not take everybody's place. */
const MAX_OF_HOST = 16;

export interface Entrance {
  readonly server: WebSocketServer;
  readonly board: Switchboard;
  /** Who was recognised and waits for a turn, before the upgrade. */
  turnstile: Turnstile<Held>;
  /** Until the next turn; set whenever somebody waits. */
  timer: NodeJS.Timeout | null;
  isOpen: boolean;
}

/** A connector that was recognised and is not let in yet. */
export interface Held {
  readonly guest: Guest;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

type Problem = (typeof UPGRADE_PROBLEMS)[number];

/** Lets a connector in, at once or when its turn comes, or answers a small problem on the raw socket. */
export function upgrade(entrance: Entrance, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const guest = guestOf(entrance, request);
  if (typeof guest === "string") return refuseUpgrade(entrance, socket, guest);
  const held: Held = { guest, request, socket, head };
  if (!standInLine(entrance, held)) return refuseUpgrade(entrance, socket, "storm");
  letPass(entrance);
  if (!entrance.turnstile.line.includes(held)) return;
  // Who goes while it waits leaves its place in the line, and nothing else.
  socket.on("error", () => socket.destroy());
  socket.once("close", () => {
    entrance.turnstile = leave(entrance.turnstile, held);
  });
  // An HTTP server's sockets stay half open: who only stops sending is gone as well, unless it was let in and is the WebSocket's.
  socket.once("end", () => {
    if (entrance.turnstile.line.includes(held)) socket.destroy();
  });
}

/** Turns those away who still wait, at the end. */
export function turnAwayHeld(entrance: Entrance): void {
  if (entrance.timer !== null) clearTimeout(entrance.timer);
  const { line } = entrance.turnstile;
  entrance.turnstile = { ...entrance.turnstile, line: [] };
  for (const { socket } of line) refuseUpgrade(entrance, socket, "starting");
}

/** Lets those in whose turn it is, and looks again when the next one's may be. */
function letPass(entrance: Entrance): void {
  const { board } = entrance;
  const { turnstile, passed, nextMs } = pass(
    entrance.turnstile,
    board.clocks.monoMs(),
    board.limits.welcomes,
  );
  entrance.turnstile = turnstile;
  if (entrance.timer === null && nextMs !== null)
    entrance.timer = setTimeout(() => {
      entrance.timer = null;
      letPass(entrance);
    }, nextMs);
  for (const held of passed) letIn(entrance, held);
}

function refuseUpgrade({ board }: Entrance, socket: Duplex, problem: Problem): void {
  board.figures.upgrades.add({ reason: problem });
  turnAway(socket, problem);
}

function letIn({ server, board }: Entrance, { guest, request, socket, head }: Held): void {
  if (socket.destroyed) return;
  server.handleUpgrade(request, socket, head, (webSocket) => accept(board, guest, webSocket));
}

/** Who comes, or why not. The token is asked first, so that nobody without one learns anything else. */
function guestOf(entrance: Entrance, request: IncomingMessage): Guest | Problem {
  const { board, isOpen, turnstile } = entrance;
  if (!isOpen) return "starting";
  const guest = authenticate(board.register, request.headers.authorization, board.clocks.wallMs());
  if (guest === null) return "unauthenticated";
  if (!asksForUplink(request)) return "subprotocol";
  return board.open.size + turnstile.line.length >= MAX_UPLINKS || isCrowd(entrance, guest) ? "busy" : guest;
}

function isCrowd({ board, turnstile }: Entrance, { hostId }: Guest): boolean {
  const ofHost = ({ guest }: Pick<Held, "guest">): boolean => guest.hostId === hostId;
  return [...board.open].filter(ofHost).length + turnstile.line.filter(ofHost).length >= MAX_OF_HOST;
}

/** False where the line is too long, or the host came too often. Asked last: only who would be let in takes a place, and its host's own turn. */
function standInLine(entrance: Entrance, held: Held): boolean {
  const { welcomesOf, limits, clocks } = entrance.board;
  const now = clocks.monoMs();
  const { hostId } = held.guest;
  const bucket = welcomesOf.get(hostId) ?? fullBucket(now, limits.welcomesOfHost);
  const own = take(bucket, now, limits.welcomesOfHost);
  const turnstile = own === null ? null : arrive(entrance.turnstile, held, now, limits.welcomes);
  if (own === null || turnstile === null) return false;
  welcomesOf.set(hostId, own);
  entrance.turnstile = turnstile;
  return true;
}

function accept(board: Switchboard, guest: Guest, socket: WebSocket): void {
  const connectedAt = board.clocks.wallMs();
  const openedMonoMs = board.clocks.monoMs();
  const uplink: Uplink = {
    guest,
    socket,
    connectedAt,
    opened: { openedAt: connectedAt, nonce: randomHex(8) },
    openedMonoMs,
    side: openHouseSide(guest.hostId, openedMonoMs, board.houseVersion),
    hello: null,
    line: null,
    figures: { rttMs: null, clockOffsetMs: null, outboxDepth: 0, oldestUnsentAgeMs: null },
    placement: "open",
    rests: new Set(),
    asks: new Map(),
    dispatch: newDispatch(),
  };
  board.open.add(uplink);
  socket.on("message", (data, isBinary) => hearFrame(board, uplink, textOf(data, isBinary), bytesOf(data)));
  socket.on("error", (error) => misspoke(board, uplink, error));
  socket.on("close", () => forget(board, uplink));
}

/** A frame that is too large, or no WebSocket frame at all: the socket closes itself without reading it, and an honest host comes back. */
function misspoke(board: Switchboard, uplink: Uplink, error: NodeJS.ErrnoException): void {
  board.figures.frames.add({ reason: "bad_frame" });
  const code = error.code ?? "";
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") attempted(board, uplink, "oversized_frame");
  else if (code.startsWith("WS_ERR_")) attempted(board, uplink, "bad_frame");
}
