/**
 * What a live client asks for: in the query what it wants to see, in a header who it is. A token in the URL is refused like any other unknown
 * parameter: URLs end up in logs and histories (DESIGN 14.22).
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Facts, RefusalCode } from "@claw/events";
import { z } from "zod";
import { type Action, mayDo, rolesFor } from "../auth/access.ts";
import { bearerIn, type Caller } from "../auth/authenticate.ts";
import { parseQuery } from "../http/query.ts";
import { Refused } from "../http/problem.ts";
import type { LiveAsk } from "./client.ts";
import { LIVE_VIEWS, type LiveView } from "./frames.ts";

/**
 * The WebSocket subprotocol of live clients. What proves the caller may come as a second one, because a browser can set no header: `bearer.<token>`, or for one that is signed
 * in `ticket.<ticket>` (`POST /api/ws-ticket`).
 */
export const LIVE_SUBPROTOCOL = "claw.v1";
const BEARER_PREFIX = "bearer.";
const TICKET_PREFIX = "ticket.";

const TRANSCRIPT_VIEWS: readonly LiveView[] = ["turns", "items"];
/** What is followed by who names nothing. */
const UNNAMED = LIVE_VIEWS.filter((view) => view !== "signIns" && !TRANSCRIPT_VIEWS.includes(view));

export const LiveQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/, "a position")
    .transform(Number)
    .optional(),
  views: z
    .string()
    .transform((list) => list.split(","))
    .pipe(z.array(z.enum(LIVE_VIEWS)).min(1).max(LIVE_VIEWS.length))
    .optional(),
  session: z.string().min(1).max(128).optional(),
});

/** The token of an upgrade request, from either header. */
export function bearerOf(headers: IncomingHttpHeaders): string | null {
  if (headers.authorization !== undefined) return bearerIn(headers.authorization);
  const bearer = offered(headers, BEARER_PREFIX);
  return bearer === null ? null : bearerIn(`Bearer ${bearer}`);
}

/** The ticket of an upgrade request; null if there is none. */
export const ticketOf = (headers: IncomingHttpHeaders): string | null => offered(headers, TICKET_PREFIX);

/** What follows a prefix in the first subprotocol that has it. */
function offered(headers: IncomingHttpHeaders, prefix: string): string | null {
  const words = (headers["sec-websocket-protocol"] ?? "").split(",").map((word) => word.trim());
  return words.find((word) => word.startsWith(prefix))?.slice(prefix.length) ?? null;
}

/** Reads the query and checks that the caller may see what it asks for. Throws `Refused`. */
export function readAsk(query: URLSearchParams, caller: Caller): LiveAsk {
  const { after, views, session } = parseQuery(LiveQuery, query);
  const wanted = [...new Set(views ?? (session === undefined ? UNNAMED : ["items" as const]))];
  const refused = wanted.map((view) => refusalFor(view, session, caller)).find((refusal) => refusal !== null);
  if (refused !== undefined) throw new Refused(refused.code, refused.facts);
  return { caller, views: wanted, sessionId: session ?? null, after: after ?? null };
}

function refusalFor(
  view: LiveView,
  session: string | undefined,
  { principal: { role } }: Caller,
): { readonly code: RefusalCode; readonly facts: Facts } | null {
  const isTranscript = TRANSCRIPT_VIEWS.includes(view);
  const action = actionFor(view);
  if (!mayDo(role, action))
    return { code: "forbidden", facts: { action, role, needs: rolesFor(action).join(" or ") } };
  if (isTranscript && session === undefined)
    return { code: "bad_request", facts: { where: "query.session", why: "needed for turns and items" } };
  return null;
}

/** The right to follow rows is that to list them. */
function actionFor(view: LiveView): Action {
  if (TRANSCRIPT_VIEWS.includes(view)) return "transcript.read";
  return view === "signIns" ? "tokens.read" : "fleet.read";
}
