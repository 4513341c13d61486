/**
 * `/mcp`: streamable HTTP for clients of the 2025 revisions and of 2026-07-28. Each request is authorised by its own token. Calls are served one by one and
 * without memory; the 2025 revisions' sessions are kept for what they follow and may cancel, and those of 2026-07-28 follow by a request that stays open.
 */
import type { Principal } from "@claw/events";
import { counter, gauge, type Metrics, readBearer } from "@claw/runtime";
import {
  type AuthInfo,
  createMcpHandler,
  isInitializeRequest,
  isJSONRPCNotification,
  isLegacyRequest,
  type McpHttpHandler,
} from "@modelcontextprotocol/server";
import type { ThreadKeyRow } from "@claw/views";
import { mayDo, rolesFor } from "../auth/access.ts";
import { makeTokensChanged } from "../auth/tokens-changed.ts";
import { readJsonBody } from "../http/body.ts";
import { Refused } from "../http/problem.ts";
import type { House } from "../ports.ts";
import { eyesOf } from "../sight.ts";
import { authOf } from "./caller.ts";
import type { McpCaller } from "./who.ts";
import { type Changes, makeChanges } from "./changes.ts";
import { makeKeys } from "./keys.ts";
import { makeLimits } from "./limits.ts";
import { listen, makeSubscriptions, type Subscriptions } from "./listening.ts";
import { makeMismatches } from "./mismatches.ts";
import { CALL_RESULTS, makeServer, type Parts } from "./server.ts";
import { makeMcpSessions, type McpSession, type McpSessions, type SeesOf } from "./sessions.ts";
import { SSE_HEADERS } from "./stream.ts";
import { tools } from "./tools/index.ts";

export interface Mcp {
  /** Who calls from that address; null if no token of theirs is good. Waits for a key that the views may show any moment. */
  readonly authenticate: (bearer: string, address: string) => Promise<McpCaller | null>;
  /** Answers one request. Refuses (throws `Refused`) what is wrong before it is MCP at all. */
  readonly serve: (request: Request, caller: McpCaller) => Promise<Response>;
  /** To be called when the views may have moved. */
  readonly wake: () => void;
  /** Once a second or so: ends what is idle and what belongs to tokens that are not good any more. */
  readonly tick: () => void;
  /** Ends every stream. */
  readonly close: () => Promise<void>;
}

interface Room {
  readonly parts: Parts;
  readonly handler: McpHttpHandler;
  readonly sessions: McpSessions;
  readonly subscriptions: Subscriptions;
  readonly changes: Changes;
}

export const MCP_PATH = "/mcp";
const SESSION_HEADER = "mcp-session-id";

export function makeMcp(house: House): Mcp {
  const sight = house.reader;
  const parts: Parts = {
    house,
    sight,
    keys: makeKeys(house, sight),
    mismatches: makeMismatches(house),
    limits: makeLimits(house.clocks.monoMs),
    called: countCalls(house.metrics),
  };
  const changes = makeChanges(house.reader, house.clocks.monoMs);
  const seesOf: SeesOf = (caller) => seesSessions(parts, caller);
  const handler = createMcpHandler(() => makeServer(parts));
  const room: Room = {
    parts,
    handler,
    changes,
    sessions: makeMcpSessions(house.clocks, changes, seesOf),
    subscriptions: makeSubscriptions(changes, house.clocks.monoMs, seesOf),
  };
  gauge(
    house.metrics,
    "claw_mcp_sessions",
    "MCP sessions of clients of the 2025 revisions.",
    room.sessions.size,
  );
  gauge(house.metrics, "claw_mcp_subscriptions", "Open subscriptions over MCP.", room.subscriptions.size);
  const tokensChanged = makeTokensChanged(house.reader);
  return {
    authenticate: (bearer, address) => authenticate(parts, bearer, address),
    serve: (request, caller) => serve(room, request, caller),
    wake: changes.wake,
    tick: () => {
      const isStillGood = (caller: McpCaller): boolean => isGood(parts, caller);
      // Revoked callers lose what they have open within two seconds (RELIABILITY S11).
      const isChanged = tokensChanged();
      room.sessions.tick(isStillGood, isChanged);
      room.subscriptions.tick(isStillGood, isChanged);
    },
    close: async () => {
      changes.stop();
      room.sessions.closeAll();
      room.subscriptions.closeAll();
      await handler.close();
    },
  };
}

/** What a caller may know of now; a key that belongs to no thread yet knows of nothing. */
function seesSessions({ house, sight }: Parts, caller: McpCaller): (sessionId: string) => boolean {
  const principal =
    caller.kind === "token" ? caller.principal : threadPrincipal(sight().threadKey(caller.tokenId));
  if (principal === null) return () => false;
  const eyes = eyesOf(house, { principal });
  return (sessionId) => eyes.of(sessionId) !== "none";
}

const threadPrincipal = (key: ThreadKeyRow | null): Principal | null =>
  key === null || key.boundTo === null ? null : { kind: "session", name: key.boundTo, role: "session" };

/** Labels are the tools there are, so that no caller makes series (N1-035). */
function countCalls(metrics: Metrics): Parts["called"] {
  const calls = counter(metrics, "claw_mcp_calls_total", "Calls of tools over MCP, by what became of them.", {
    tool: tools.map(({ name }) => name),
    result: [...CALL_RESULTS],
  });
  return (tool, result) => calls.add({ tool, result });
}

async function authenticate(
  { house, keys }: Parts,
  bearer: string,
  address: string,
): Promise<McpCaller | null> {
  const named = readBearer(bearer);
  if (named?.kind === "mcp") {
    const key = await keys.authenticate(bearer, named.tokenId, address);
    return key === null ? null : { kind: "thread", tokenId: named.tokenId, ...key };
  }
  const caller = house.tokens.authenticate(bearer);
  if (caller === null) return null;
  const { role } = caller.principal;
  if (!mayDo(role, "fleet.read"))
    throw new Refused("forbidden", { action: "mcp", role, needs: rolesFor("fleet.read").join(" or ") });
  return { kind: "token", ...caller };
}

const isGood = ({ house, keys }: Parts, caller: McpCaller): boolean =>
  caller.kind === "thread" ? keys.isStillGood(caller.tokenId) : house.tokens.isStillGood(caller);

async function serve(room: Room, request: Request, caller: McpCaller): Promise<Response> {
  switch (request.method) {
    case "POST":
      return post(room, request, caller);
    case "GET":
      return streamOf(room, request, caller);
    case "DELETE":
      return end(room, request, caller);
    default:
      return notAllowed();
  }
}

async function post(room: Room, request: Request, caller: McpCaller): Promise<Response> {
  const body = await readJsonBody(request);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new Refused("bad_request", { where: "body", why: "not one message" });
  if (!(await isLegacyRequest(request, body))) return modern(room, request, caller, body);
  const id = request.headers.get(SESSION_HEADER);
  const session = id === null ? null : room.sessions.find(caller, id);
  if (id !== null && session === null && !isInitializeRequest(body)) return noSession(body);
  if (isCancelled(body)) session?.calls.get(body.params.requestId)?.abort();
  const response = await room.handler.fetch(request, optionsOf(request, caller, session, body));
  return isInitializeRequest(body) && response.ok ? withSession(room, caller, response) : response;
}

function modern(room: Room, request: Request, caller: McpCaller, body: object): Promise<Response> {
  const options = optionsOf(request, caller, null, body);
  if (!("method" in body) || body.method !== "subscriptions/listen")
    return room.handler.fetch(request, options);
  // A handler of its own, because one handler tells all of its subscriptions what one bus says; it ends with its stream.
  return listen(room.parts, room.subscriptions, { caller, body, request }, (signalled, bus) =>
    createMcpHandler(() => makeServer(room.parts), { bus, maxSubscriptions: 1 }).fetch(signalled, options),
  );
}

const optionsOf = (
  request: Request,
  caller: McpCaller,
  session: McpSession | null,
  parsedBody: object,
): { readonly authInfo: AuthInfo; readonly parsedBody: object } => ({
  authInfo: authOf({ caller, session, left: request.signal }),
  parsedBody,
});

interface Cancelled {
  readonly params: { readonly requestId: string | number };
}

function isCancelled(body: object): body is Cancelled {
  if (!isJSONRPCNotification(body) || body.method !== "notifications/cancelled") return false;
  const requestId: unknown = body.params?.["requestId"];
  return typeof requestId === "string" || typeof requestId === "number";
}

/** A client that said hello gets a session, if there is room; without one it is served all the same, but hears of nothing. */
function withSession({ sessions }: Room, caller: McpCaller, response: Response): Response {
  const session = sessions.open(caller);
  if (session === null) return response;
  const headers = new Headers(response.headers);
  headers.set(SESSION_HEADER, session.id);
  return new Response(response.body, { status: response.status, headers });
}

function streamOf({ sessions }: Room, request: Request, caller: McpCaller): Response {
  const id = request.headers.get(SESSION_HEADER);
  if (id === null) return notAllowed();
  const session = sessions.find(caller, id);
  if (session === null) return noSession({});
  return new Response(sessions.listen(session).body, {
    status: 200,
    headers: { ...SSE_HEADERS, [SESSION_HEADER]: session.id },
  });
}

function end({ sessions }: Room, request: Request, caller: McpCaller): Response {
  const id = request.headers.get(SESSION_HEADER);
  if (id === null) return notAllowed();
  const session = sessions.find(caller, id);
  if (session === null) return noSession({});
  sessions.close(session);
  return new Response(null, { status: 200 });
}

const NO_SESSION = -32_001;
const NOT_ALLOWED = -32_000;

function noSession(body: object): Response {
  const id = "id" in body && (typeof body.id === "string" || typeof body.id === "number") ? body.id : null;
  const message = "There is no such MCP session: say initialize again.";
  return Response.json({ jsonrpc: "2.0", id, error: { code: NO_SESSION, message } }, { status: 404 });
}

const notAllowed = (): Response =>
  Response.json(
    { jsonrpc: "2.0", id: null, error: { code: NOT_ALLOWED, message: "Method not allowed." } },
    { status: 405, headers: { allow: "POST" } },
  );
