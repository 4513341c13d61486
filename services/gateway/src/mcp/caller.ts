/** Who calls over MCP, as the bearer token of each request proves it. A session id of MCP proves nothing and is never asked (ADR 0013). */
import type { SessionId, TurnId } from "@claw/events";
import type { ServerContext } from "@modelcontextprotocol/server";
import type { Caller } from "../auth/authenticate.ts";
import { Refused } from "../http/problem.ts";
import { claimOf, namesThread } from "./domain/claim.ts";
import type { Keys } from "./keys.ts";
import type { Mismatches } from "./mismatches.ts";
import type { McpSession } from "./sessions.ts";
import type { Asking, McpCaller } from "./who.ts";

/** One HTTP request as handlers see it. */
export interface McpRequest {
  readonly caller: McpCaller;
  /** Where notifications of a client of the 2025 revisions go; null for all others. */
  readonly session: McpSession | null;
  /** Tells when the client has gone away. */
  readonly left: AbortSignal;
}

interface Proof {
  readonly keys: Keys;
  readonly mismatches: Mismatches;
}

const REQUEST = "claw";

/** What the SDK hands through to our handlers. The bearer itself goes no further than the door. */
export const authOf = (request: McpRequest) => ({
  token: "",
  clientId: request.caller.tokenId,
  scopes: [],
  extra: { [REQUEST]: request },
});

/** The request behind a handler's context. */
export function requestOf(ctx: ServerContext): McpRequest {
  const request = ctx.http?.authInfo?.extra?.[REQUEST];
  if (request === undefined) throw new Error("an MCP request came past the door");
  return request as McpRequest;
}

/** Who calls a tool. Refuses keys that belong to no thread yet, and calls that come from another thread than the key's. */
export async function callerOfTool(proof: Proof, { caller }: McpRequest, meta: unknown): Promise<Asking> {
  if (caller.kind === "token") return personal(caller);
  const sessionId = await boundSession(proof, caller.tokenId);
  const claim = claimOf(meta, sessionId);
  if (claim.isOwn) return sessionAsking(caller.tokenId, sessionId, claim.turnId);
  proof.mismatches.seen({
    kind: "thread_mismatch",
    keyId: caller.tokenId,
    hostId: caller.hostId,
    sessionId,
    claimed: claim.claimed,
  });
  throw new Refused("thread_mismatch", { sessionId, claimed: claim.claimed });
}

/** Who reads a resource. Codex names no thread then; a request that names one has to name the right one. */
export async function callerOfRead(proof: Proof, request: McpRequest, meta: unknown): Promise<Asking> {
  const { caller } = request;
  if (caller.kind === "token" || namesThread(meta)) return callerOfTool(proof, request, meta);
  return sessionAsking(caller.tokenId, await boundSession(proof, caller.tokenId), null);
}

async function boundSession({ keys }: Proof, keyId: string): Promise<SessionId> {
  const sessionId = await keys.sessionOf(keyId);
  if (sessionId === null) throw new Refused("key_unbound", { keyId });
  return sessionId;
}

const personal = ({ tokenId, principal }: Caller): Asking => ({ tokenId, principal, via: null });

const sessionAsking = (tokenId: string, sessionId: SessionId, turnId: TurnId | null): Asking => ({
  tokenId,
  principal: { kind: "session", name: sessionId, role: "session" },
  via: { sessionId, turnId },
});
