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

export function makeLiveHub(tokens: Tokens, clocks: Clocks): LiveHub {
  const members = new Map<WebSocket, Member>();
  return {
    add: (client) => admit(members, client, clocks.monoMs),
    wakeAll: () => members.forEach(({ client }) => client.wake()),
    tick: () => members.forEach((member) => lookAfter(member, tokens, clocks.monoMs())),
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

function lookAfter(member: Member, tokens: Tokens, nowMs: number): void {
  const { client } = member;
  if (client.socket.readyState !== client.socket.OPEN) return;
  if (!tokens.isStillGood(client.caller))
    return client.socket.close(TOKEN_ENDED, "the token is no longer good");
  const buffered = client.socket.bufferedAmount;
  if (buffered < member.bufferedBytes) member.heardAtMs = nowMs;
  member.bufferedBytes = buffered;
  if (nowMs - member.heardAtMs > 2 * PING_MS) return client.socket.terminate();
  if (nowMs - member.pingedAtMs < PING_MS) return;
  member.pingedAtMs = nowMs;
  client.socket.ping();
}
