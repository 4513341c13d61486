/**
 * All live clients: woken together when the views move, looked after once a second. A client whose token is no longer good is closed within two
 * seconds (RELIABILITY S11), one that gives no sign of life for two pings is dropped.
 */
import type { Clocks } from "@claw/runtime";
import type { WebSocket } from "ws";
import type { Tokens } from "../auth/authenticate.ts";
import type { LiveClient } from "./client.ts";

/** How often a client is pinged. */
export const PING_MS = 20_000;
/** How many clients one gateway serves at a time. */
export const MAX_CLIENTS = 2_000;
/** The WebSocket close code that says: the token is no longer good. */
export const TOKEN_ENDED = 4401;
const GOING_AWAY = 1001;

export interface LiveHub {
  readonly add: (client: LiveClient) => void;
  readonly wakeAll: () => void;
  /** To be called once a second. */
  readonly tick: () => void;
  readonly closeAll: () => void;
  readonly size: () => number;
}

interface Member {
  readonly client: LiveClient;
  pingedAtMs: number;
  heardAtMs: number;
  bufferedBytes: number;
}

/** Why the hub closed a client: its token is no longer good, or nothing was heard of it. */
export type ClosedBecause = "token" | "lost";

export function makeLiveHub(tokens: Tokens, clocks: Clocks, onClosed: (why: ClosedBecause) => void): LiveHub {
  const members = new Map<WebSocket, Member>();
  return {
    add: (client) => admit(members, client, clocks.monoMs),
    wakeAll: () => members.forEach(({ client }) => client.wake()),
    tick: () =>
      members.forEach((member) => {
        const why = lookAfter(member, tokens, clocks.monoMs());
        if (why !== null) onClosed(why);
      }),
    closeAll: () => members.forEach(({ client }) => client.socket.close(GOING_AWAY, "stopping")),
    size: () => members.size,
  };
}

function admit(members: Map<WebSocket, Member>, client: LiveClient, monoMs: () => number): void {
  const { socket } = client;
  const member: Member = { client, pingedAtMs: monoMs(), heardAtMs: monoMs(), bufferedBytes: 0 };
  members.set(socket, member);
  socket.on("close", () => members.delete(socket));
  socket.on("pong", () => {
    member.heardAtMs = monoMs();
  });
  client.wake();
}

/** Pings when it is time. Closes, and says why, when the client may not or cannot listen any more. */
function lookAfter(member: Member, tokens: Tokens, nowMs: number): ClosedBecause | null {
  const { caller, socket } = member.client;
  if (socket.readyState !== socket.OPEN) return null;
  if (!tokens.isStillGood(caller)) {
    socket.close(TOKEN_ENDED, "the token is no longer good");
    return "token";
  }
  if (socket.bufferedAmount < member.bufferedBytes) member.heardAtMs = nowMs;
  member.bufferedBytes = socket.bufferedAmount;
  if (nowMs - member.heardAtMs > 2 * PING_MS) {
    socket.terminate();
    return "lost";
  }
  if (nowMs - member.pingedAtMs >= PING_MS) {
    member.pingedAtMs = nowMs;
    socket.ping();
  }
  return null;
}
