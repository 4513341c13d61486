/** WebSocket upgrades: through the same door as HTTP, then to the live stream or to ingest. What is refused gets a problem and a closed socket. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { randomHex } from "@claw/runtime";
import { WebSocketServer, type WebSocket } from "ws";
import type { Attempts } from "../auth/attempts.ts";
import type { Caller } from "../auth/authenticate.ts";
import { judge, type OwnNames } from "../http/door.ts";
import { knockOf } from "../http/knock.ts";
import type { LiveMetrics } from "../http/metrics.ts";
import { problemOf, Refused } from "../http/problem.ts";
import { hangUp, rawProblem } from "../http/raw.ts";
import type { House } from "../ports.ts";
import { presenterFor } from "../present.ts";
import { bearerOf, LIVE_SUBPROTOCOL, readAsk } from "./ask.ts";
import { type LiveAsk, makeLiveClient, type Present } from "./client.ts";
import { type LiveHub, MAX_CLIENTS } from "./hub.ts";

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
  return (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    try {
      const live = admit(request, socket, head, shell);
      if (live === null) return;
      server.handleUpgrade(request, socket, head, (client) => serve(client, live, shell));
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
  const ask = readAsk(url.searchParams, authenticated(request, shell));
  if (shell.hub.size() >= MAX_CLIENTS)
    throw new Refused("too_many", { limit: MAX_CLIENTS, retryAfterMs: 5_000 });
  return ask;
}

function authenticated(request: IncomingMessage, { house, attempts }: UpgradeShell): Caller {
  const bearer = bearerOf(request.headers);
  const caller = bearer === null ? null : house.tokens.authenticate(bearer);
  if (caller !== null) return caller;
  const wait = bearer === null ? null : attempts.failed(request.socket.remoteAddress ?? "unknown");
  throw wait === null ? new Refused("unauthenticated") : new Refused("too_many", { ...wait });
}

function serve(socket: WebSocket, ask: LiveAsk, { house, hub, metrics }: UpgradeShell): void {
  const { reader, clocks } = house;
  const presentFor = (caller: Caller): Present => presenterFor(house, caller).changed;
  socket.on("error", () => metrics.closed("message"));
  socket.once("message", (_data, isBinary) => {
    metrics.closed("message");
    socket.close(isBinary ? UNSUPPORTED_DATA : POLICY_VIOLATION, "live clients only listen");
  });
  hub.add(makeLiveClient(ask, socket, { reader, presentFor, clocks, onFrame: metrics.sent }));
}
