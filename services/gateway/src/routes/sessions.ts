/** Sessions: the list with its filters, and one by its id. Reads views only, so no slow host holds an answer up (W-08, W-10). */
import { type SessionFilter, type SessionRow, SessionView } from "@claw/views";
import { z } from "zod";
import { mayDo } from "../auth/access.ts";
import type { Caller } from "../auth/authenticate.ts";
import { Refused } from "../http/problem.ts";
import { cursor, flag, limit, word } from "../http/query.ts";
import { listOf, oneOf, read } from "../http/route.ts";
import type { House } from "../ports.ts";
import { presenterFor } from "../present.ts";
import { pageOf } from "./page.ts";

const SessionsQuery = z.strictObject({
  host: word.describe("Sessions of this host."),
  endpoint: word.describe("Sessions of endpoints with this id."),
  repo: z.string().min(1).max(1_024).optional().describe("Sessions in this repository."),
  status: word.describe("What Codex says the session does: idle, active, notLoaded, systemError."),
  freshness: z.enum(["live", "stale", "unknown", "gone"]).optional(),
  search: z.string().min(1).max(256).optional().describe("A part of workspace, repo, branch, name or id."),
  closed: flag.describe("Closed sessions as well."),
  limit,
  cursor,
});

/** S1-077, N1-032 */
export const listSessions = read({
  path: "/api/sessions",
  summary: "Sessions, the one that changed last first",
  action: "fleet.read",
  query: SessionsQuery,
  answer: listOf("sessions", SessionView),
  handle: ({ house, caller, query }) => {
    const present = presenterFor(house, caller);
    return pageOf(
      house,
      (reader) => reader.sessions(filterOf(query, caller), query),
      ({ rows, ...rest }) => ({ sessions: rows.map(present.session), ...rest }),
    );
  },
});

/** Names are searched only for those who may see them. */
function filterOf(query: z.infer<typeof SessionsQuery>, caller: Caller): SessionFilter {
  const { host, endpoint, repo, status, freshness, search, closed } = query;
  return {
    ...(host !== undefined && { hostId: host }),
    ...(endpoint !== undefined && { endpointId: endpoint }),
    ...(repo !== undefined && { repo }),
    ...(status !== undefined && { activity: status }),
    ...(freshness !== undefined && { freshness }),
    ...(search !== undefined && { search, searchNames: mayDo(caller.principal.role, "transcript.read") }),
    includeClosed: closed,
  };
}

export const oneSession = read({
  path: "/api/sessions/{sessionId}",
  summary: "One session",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("session", SessionView),
  handle: ({ house, caller, segment }) => ({
    session: presenterFor(house, caller).session(knownSession(house, segment("sessionId"))),
  }),
});

/** The session's row. Refuses ids that no view knows. */
export function knownSession(house: House, sessionId: string): SessionRow {
  const row = house.reader().session(sessionId);
  if (row === null) throw new Refused("not_found", { kind: "session" });
  return row;
}
