/** Sessions: the list with its filters, and one by its id. Reads views only, so no slow host holds an answer up (W-08, W-10). */
import { AttentionKind, Lifecycle } from "@claw/events";
import {
  type FleetLine,
  type PageAsk,
  type PageOf,
  ProgressView,
  type SessionFilter,
  type SessionRow,
  SessionView,
  type ViewReader,
} from "@claw/views";
import { z } from "zod";
import { mayDo } from "../auth/access.ts";
import type { Caller } from "../auth/authenticate.ts";
import { Refused } from "../http/problem.ts";
import { cursor, flag, limit, wholeNumber, word } from "../http/query.ts";
import { listOf, oneOf, read } from "../http/route.ts";
import type { House } from "../ports.ts";
import { presenterFor } from "../present.ts";
import { eyesOf, linesFor, type Looking, pageWhere, seesWords } from "../sight.ts";
import { pageOf } from "./page.ts";

const age = wholeNumber.transform(Number).optional();

const SessionsQuery = z.strictObject({
  host: word.describe("Sessions of this host."),
  endpoint: word.describe("Sessions of endpoints with this id."),
  repo: z.string().min(1).max(1_024).optional().describe("Sessions in this repository."),
  status: word.describe("What Codex says the session does: idle, active, notLoaded, systemError."),
  freshness: z.enum(["live", "stale", "unknown", "gone"]).optional(),
  search: z.string().min(1).max(256).optional().describe("A part of workspace, repo, branch, name or id."),
  closed: flag.describe("Closed sessions as well."),
  group: word.describe("Sessions that this group looks after."),
  owner: z.string().min(1).max(1_024).optional().describe("Sessions of this owner."),
  state: Lifecycle.optional().describe("Sessions in this state of the fleet's eight."),
  attention: z
    .enum(["any", ...AttentionKind.options])
    .optional()
    .describe("Sessions that need somebody, for this reason or for any."),
  minAgeMs: age.describe("Sessions that were made at least so many ms ago."),
  maxAgeMs: age.describe("Sessions that were made at most so many ms ago."),
  minItems: age.describe("Sessions with at least so many items."),
  limit,
  cursor,
});

type SessionsQuery = z.output<typeof SessionsQuery>;

/** S1-077, N1-032 */
export const listSessions = read({
  path: "/api/sessions",
  summary: "Sessions, the one that changed last first",
  action: "fleet.read",
  query: SessionsQuery,
  answer: listOf("sessions", SessionView),
  handle: ({ house, caller, query }) => {
    const present = presenterFor(house, caller);
    const chosen = chosenOf(house, caller, query);
    return pageOf(
      house,
      (reader) => pageOfSessions(reader, query, filterOf(query, maySearchNames(house, caller)), chosen),
      ({ rows, ...rest }) => ({ sessions: rows.map(present.session), ...rest }),
    );
  },
});

/** The sessions that what is worked out of several rows leaves: whose they are, their state, what they need. Null where nobody asks for any of it. */
function chosenOf(house: House, caller: Caller, query: SessionsQuery): ReadonlySet<string> | null {
  const { group, owner, state, attention, minAgeMs, maxAgeMs } = query;
  const isAsked = [group, owner, state, attention, minAgeMs, maxAgeMs].some((one) => one !== undefined);
  if (!isAsked) return null;
  const nowMs = house.clocks.wallMs();
  const lines = linesFor(house, caller).filter((line) => isChosen(line, query, nowMs));
  return new Set(lines.map(({ session }) => session.id));
}

function isChosen({ session, belonging }: FleetLine, query: SessionsQuery, nowMs: number): boolean {
  const { group, owner, state, attention } = query;
  return (
    isOfAge(session.createdAt, query, nowMs) &&
    (group === undefined || belonging.group === group) &&
    (owner === undefined || session.owner === owner) &&
    (state === undefined || session.status === state) &&
    (attention === undefined || isNeedy(session, attention))
  );
}

/** What nobody knows the age of is of none. */
function isOfAge(createdAt: number | null, { minAgeMs, maxAgeMs }: SessionsQuery, nowMs: number): boolean {
  if (minAgeMs === undefined && maxAgeMs === undefined) return true;
  if (createdAt === null) return false;
  const ageMs = nowMs - createdAt;
  return ageMs >= (minAgeMs ?? 0) && ageMs <= (maxAgeMs ?? ageMs);
}

const isNeedy = ({ attention }: FleetLine["session"], why: string): boolean =>
  why === "any" ? attention.length > 0 : attention.includes(why);

/** Sessions that no list of the views can choose by itself are chosen while it is read. */
function pageOfSessions(
  reader: ViewReader,
  query: SessionsQuery,
  filter: SessionFilter,
  chosen: ReadonlySet<string> | null,
): PageOf<SessionRow> {
  const { limit, cursor, minItems = 0 } = query;
  const readPage = (page: PageAsk) => reader.sessions(filter, page);
  if (chosen === null && minItems === 0) return readPage({ limit, cursor });
  const isMeant = ({ sessionId, itemCount }: SessionRow): boolean =>
    itemCount >= minItems && (chosen === null || chosen.has(sessionId));
  return pageWhere({ limit, cursor }, readPage, isMeant, chosen?.size);
}

/**
 * Names are searched only for those who see them: a name that is hidden must not be found by guessing (X1-025). Keepers of a private house see of most sessions only that
 * they are there, so for them no names are searched, those of their own sessions neither.
 */
function maySearchNames(house: House, caller: Caller): boolean {
  const { isWide, isKeeper } = eyesOf(house, caller);
  return mayDo(caller.principal.role, "transcript.read") && (isWide || !isKeeper);
}

function filterOf(query: SessionsQuery, searchNames: boolean): SessionFilter {
  const { host, endpoint, repo, status, freshness, search, closed } = query;
  return {
    ...(host !== undefined && { hostId: host }),
    ...(endpoint !== undefined && { endpointId: endpoint }),
    ...(repo !== undefined && { repo }),
    ...(status !== undefined && { activity: status }),
    ...(freshness !== undefined && { freshness }),
    ...(search !== undefined && { search, searchNames }),
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

/** S1-166. As many as are kept; there are no further pages. */
export const sessionProgress = read({
  path: "/api/sessions/{sessionId}/progress",
  summary: "What a session said of its own work, oldest first",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: listOf("reports", ProgressView),
  handle: ({ house, caller, segment }) => {
    const position = house.reader().position();
    const { sessionId } = knownSession(house, segment("sessionId"));
    const present = presenterFor(house, caller);
    const reports = house
      .reader()
      .reports(sessionId)
      .map((report) => present.progress(report, sessionId));
    return { reports, nextCursor: null, position };
  },
});

/** A session whose words are open to the caller. Refuses as `knownSession` does, and those who see of it only that it is there. */
export function sessionWithWords(house: House, caller: Caller, sessionId: string): SessionRow {
  const row = knownSession(house, sessionId);
  refuseWithoutWords(house, caller, row);
  return row;
}

/** Refuses (throws) the words of a session of which the caller may see only that it is there: they know that it is, so there is nothing to hide. */
export function refuseWithoutWords(house: House, looking: Looking, row: Pick<SessionRow, "sessionId">): void {
  if (seesWords(eyesOf(house, looking), row)) return;
  const { role } = looking.principal;
  throw new Refused("forbidden", {
    action: "transcript.read",
    role,
    needs: "share.grant or share.break_glass",
  });
}

/** The session's row; the first name of one that was asked for names that of its thread. Refuses ids that no view knows. */
export function knownSession(house: House, sessionId: string): SessionRow {
  const row = house.reader().session(sessionId);
  if (row === null) throw new Refused("not_found", { kind: "session" });
  return row;
}
