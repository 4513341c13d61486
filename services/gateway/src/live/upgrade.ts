/** WebSocket upgrades: through the same door as HTTP, then to the live stream or to ingest. What is refused gets a problem and a closed socket. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { randomHex } from "@claw/runtime";
import { WebSocketServer, type WebSocket } from "ws";
import type { Attempts } from "../auth/attempts.ts";
import type { Caller } from "../auth/authenticate.ts";
import { readCookie } from "../auth/cookies.ts";
import { originOf } from "../auth/own-page.ts";
import { judge, type OwnNames } from "../http/door.ts";
import { knockOf } from "../http/knock.ts";
import type { LiveMetrics } from "../http/metrics.ts";
import { problemOf, Refused } from "../http/problem.ts";
import { hangUp, rawProblem } from "../http/raw.ts";
import type { House } from "../ports.ts";
import { eyesOf } from "../sight.ts";
import { bearerOf, LIVE_SUBPROTOCOL, readAsk, ticketOf } from "./ask.ts";
import { type LiveAsk, makeLiveClient, type Wire } from "./client.ts";
import { type LiveHub, MAX_CLIENTS } from "./hub.ts";
import { makeTogether, type Together } from "./together.ts";

/** Live clients have nothing to say; this is what `ws` reads before it closes with 1009. */
const MAX_MESSAGE_BYTES = 4_096;
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

export type HandleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface UpgradeShell {
  readonly house: House;
  readonly own: OwnNames;
  readonly attempts: Attempts;
  readonly hub: LiveHub;
  readonly metrics: LiveMetrics;
  /** Ingest's door for connectors; absent where ingest has its own port. */
  readonly handleUplink?: HandleUpgrade;
}

export function makeUpgradeHandler(shell: UpgradeShell): HandleUpgrade {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(LIVE_SUBPROTOCOL) ? LIVE_SUBPROTOCOL : false),
  });
  const together = makeTogether(shell.house);
  return (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    try {
      const live = admit(request, socket, head, shell);
      if (live === null) return;
      server.handleUpgrade(request, socket, head, (client) =>
        serve(client, { ...live, wire: socket }, shell, together),
      );
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const instance = `urn:claw:request:${randomHex(8)}`;
      hangUp(socket, rawProblem(problemOf(error.code, error.facts, instance)));
    }
  };
}

/** What a live client asked for, or null if the upgrade went to ingest. Throws `Refused`. */
function admit(request: IncomingMessage, socket: Duplex, head: Buffer, shell: UpgradeShell): LiveAsk | null {
  const knock = knockOf(request);
  const refusal = judge(knock, shell.own);
  if (refusal !== null) throw new Refused(refusal.code, refusal.facts);
  const url = URL.parse(knock.target, "http://localhost");
  if (url?.pathname === "/uplink" && shell.handleUplink !== undefined) {
    shell.handleUplink(request, socket, head);
    return null;
  }
  if (url?.pathname !== "/api/live") throw new Refused("not_found", { kind: "route" });
  const ask = named(readAsk(url.searchParams, authenticated(request, shell)), shell);
  if (shell.hub.size() >= MAX_CLIENTS)
    throw new Refused("too_many", { limit: MAX_CLIENTS, retryAfterMs: 5_000 });
  return ask;
}

/** A session that was asked for is followed under the name of its thread, if it has one by now. */
function named(ask: LiveAsk, { house }: UpgradeShell): LiveAsk {
  const sessionId = ask.sessionId === null ? null : house.reader().session(ask.sessionId)?.sessionId;
  return { ...ask, sessionId: sessionId ?? ask.sessionId };
}

/** A cookie alone opens nothing here: a browser sends it with every upgrade, whoever's page asks for one. */
function authenticated(request: IncomingMessage, shell: UpgradeShell): Caller {
  const bearer = bearerOf(request.headers);
  const ticket = bearer === null ? ticketOf(request.headers) : null;
  if (bearer === null && ticket === null) throw new Refused("unauthenticated");
  const byBearer = bearer === null ? null : shell.house.tokens.authenticate(bearer);
  const caller = ticket === null ? byBearer : ofTicket(request, ticket, shell);
  if (caller !== null) return caller;
  const wait = shell.attempts.failed(request.socket.remoteAddress ?? "unknown");
  throw wait === null ? new Refused("unauthenticated") : new Refused("too_many", { ...wait });
}

/** Who asked for the ticket, which is used up by this. A browser's is good in that browser only, for a page of ours (RELIABILITY S12). */
function ofTicket(request: IncomingMessage, ticket: string, { house, own }: UpgradeShell): Caller | null {
  const caller = house.desk.tickets.take(ticket);
  if (caller === null || !house.tokens.isStillGood(caller)) return null;
  if (caller.signInId === undefined) return caller;
  const origin = originOf(request.headers.host ?? "", own);
  const cookie = readCookie(request.headers.cookie, "claw", origin);
  const browser = cookie === null ? null : house.tokens.signedIn(cookie);
  return request.headers.origin === origin.origin && browser?.signInId === caller.signInId ? caller : null;
}

function serve(
  socket: WebSocket,
  { wire, ...ask }: LiveAsk & { readonly wire: Wire },
  { house, hub, metrics }: UpgradeShell,
  together: Together,
): void {
  const { clocks } = house;
  const sightOf = (caller: Caller): string => eyesOf(house, caller).version();
  socket.on("error", () => metrics.closed("message"));
  socket.once("message", (_data, isBinary) => {
    metrics.closed("message");
    socket.close(isBinary ? UNSUPPORTED_DATA : POLICY_VIOLATION, "live clients only listen");
  });
  const client = makeLiveClient(ask, socket, { ...together, sightOf, clocks, onFrame: metrics.sent }, wire);
  const wake = (): void => {
    together.forget();
    client.wake();
  };
  hub.add({ ...client, wake });
}
