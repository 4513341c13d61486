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
/** How often a client that waits hears that the house is there: often enough that a page knows within half a minute that it is not. */
export const HEARTBEAT_MS = 10_000;
/** How many clients one gateway serves at a time. */
export const MAX_CLIENTS = 2_000;
/**
 * How long clients that were woken are left to gather what comes next, in ms for each client there is, and at most. A few hear of each change at once; of 500, who are each
 * told of 200 changes a second, most of the work is to wake them, and twenty times a second is as good to people (N1-046).
 */
const REST_MS_EACH = 0.1;
const MAX_REST_MS = 100;
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
  beatAtMs: number;
  heardAtMs: number;
  bufferedBytes: number;
}

/** Why the hub closed a client: its token is no longer good, or nothing was heard of it. */
export type ClosedBecause = "token" | "lost";

export function makeLiveHub(tokens: Tokens, clocks: Clocks, onClosed: (why: ClosedBecause) => void): LiveHub {
  const members = new Map<WebSocket, Member>();
  const waking = restedBy(
    () => members.forEach(({ client }) => client.wake()),
    () => Math.min(MAX_REST_MS, Math.floor(members.size * REST_MS_EACH)),
    clocks.monoMs,
  );
  return {
    add: (client) => admit(members, client, clocks.monoMs),
    wakeAll: waking.ask,
    tick: () =>
      members.forEach((member) => {
        const why = lookAfter(member, tokens, clocks.monoMs());
        if (why !== null) onClosed(why);
      }),
    closeAll: () => {
      waking.stop();
      members.forEach(({ client }) => client.socket.close(GOING_AWAY, "stopping"));
    },
    size: () => members.size,
  };
}

/** Does what is asked for at once, and once for all that is asked for while it rests from the last time. */
function restedBy(
  act: () => void,
  restMs: () => number,
  monoMs: () => number,
): { readonly ask: () => void; readonly stop: () => void } {
  let actedAtMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const now = (): void => {
    timer = null;
    actedAtMs = monoMs();
    act();
  };
  return {
    ask: () => {
      if (timer !== null) return;
      const leftMs = actedAtMs + restMs() - monoMs();
      if (leftMs <= 0) now();
      else timer = setTimeout(now, leftMs);
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

function admit(members: Map<WebSocket, Member>, client: LiveClient, monoMs: () => number): void {
  const { socket } = client;
  const nowMs = monoMs();
  const member: Member = { client, pingedAtMs: nowMs, beatAtMs: nowMs, heardAtMs: nowMs, bufferedBytes: 0 };
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
  if (nowMs - member.beatAtMs >= HEARTBEAT_MS) {
    member.beatAtMs = nowMs;
    member.client.beat();
  }
  return null;
}
