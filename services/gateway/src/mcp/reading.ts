/** What may be read of sessions over MCP, by tools and as resources alike: one page of the list, one session, one page of a transcript. */
import type { SessionId } from "@claw/events";
import type { SessionFilter, SessionRow } from "@claw/views";
import { Refused } from "../http/problem.ts";
import type { House } from "../ports.ts";
import { presenterFor } from "../present.ts";
import { pageOf } from "../routes/page.ts";
import { refuseWithoutWords } from "../routes/sessions.ts";
import type { Asking } from "./who.ts";
import { fitting, MAX_DATA_BYTES } from "./domain/fitting.ts";
import { relationOf, type Target, transcriptRefusal } from "./domain/transcripts.ts";
import { NOTICE } from "./domain/words.ts";
import type { McpSight } from "./ports.ts";
import { itemData, type ItemData, sessionData, type SessionData } from "./tools/shapes.ts";

/** Items of one answer, the newest there are (X1-006). */
export const MAX_ITEMS = 240;
/** Items read of the views at a time. */
const PORTION = 20;

export interface Reading {
  readonly house: House;
  readonly sight: McpSight;
  readonly asking: Asking;
}

export interface PageAsked {
  readonly limit: number;
  readonly cursor: string | null;
}

export interface SessionsPage {
  readonly notice: string;
  readonly data: { readonly sessions: SessionData[] };
  readonly next_cursor: string | null;
  readonly position: number;
}

/** A page of the sessions that the caller may know of: every session of the fleet (DESIGN 14.20), with its words where they are open to this caller. */
export function readSessions(reading: Reading, filter: SessionFilter, asked: PageAsked): SessionsPage {
  const show = sessionsFor(reading);
  for (let { limit } = asked; ; limit = Math.ceil(limit / 2)) {
    const page = pageOf(
      reading.house,
      (reader) => reader.sessions(filter, { limit, cursor: asked.cursor }),
      ({ rows, nextCursor, position }) => ({
        notice: NOTICE,
        data: { sessions: rows.map(show) },
        next_cursor: nextCursor,
        position,
      }),
    );
    if (limit === 1 || Buffer.byteLength(JSON.stringify(page.data)) <= MAX_DATA_BYTES) return page;
  }
}

export interface OneSession {
  readonly notice: string;
  readonly data: { readonly session: SessionData };
  readonly position: number;
}

export function readSession(reading: Reading, sessionId: SessionId): OneSession {
  const position = reading.house.reader().position();
  const row = knownTo(reading, sessionId);
  return { notice: NOTICE, data: { session: sessionsFor(reading)(row) }, position };
}

export interface Transcript {
  readonly session_id: string;
  readonly notice: string;
  readonly data: { readonly items: ItemData[] };
  /** There is more before these than this answer holds. */
  readonly truncated: boolean;
  readonly next_cursor: string | null;
  readonly position: number;
}

/** The newest items, or those before a cursor, in the order they happened: at most as many as were asked for, and 64 KiB. Refuses what the caller may not read. */
export function readTranscript(reading: Reading, sessionId: SessionId, asked: PageAsked): Transcript {
  const { house } = reading;
  const row = knownTo(reading, sessionId);
  refuseWords(reading, row);
  const { item } = presenterFor(house, reader(reading));
  return pageOf(
    house,
    (views) =>
      fitting({ ...asked, limit: Math.min(asked.limit, MAX_ITEMS) }, PORTION, (page) => {
        const { rows, nextCursor } = views.items(row.sessionId, { ...page, newestFirst: true });
        return { rows: rows.map((one) => itemData(item(one))), nextCursor };
      }),
    ({ rows, nextCursor, position }) => ({
      session_id: row.sessionId,
      notice: NOTICE,
      data: { items: rows.toReversed() },
      truncated: nextCursor !== null,
      next_cursor: nextCursor,
      position,
    }),
  );
}

/** Refuses (throws) a transcript that is closed to the caller. */
export function refuseWords(reading: Reading, row: SessionRow): void {
  const refusal = refusing(reading, ownOf(reading))(targetOf(row));
  if (refusal !== null) throw new Refused(refusal.code, refusal.facts);
  refuseWithoutWords(reading.house, reading.asking, row);
}

/** The session's row. Refuses ids that no view knows. */
export function knownTo({ house }: Pick<Reading, "house">, sessionId: SessionId): SessionRow {
  const row = house.reader().session(sessionId);
  if (row === null) throw new Refused("session_unknown", { sessionId });
  return row;
}

/** The parent that policy accepted; of a sub-agent of Codex's own the one that Codex names. */
const targetOf = ({ sessionId, parentSessionId, spawn }: SessionRow): Target => ({
  sessionId,
  parentSessionId: spawn?.parentSessionId ?? parentSessionId,
});

/** Sessions as this caller sees them. */
function sessionsFor(reading: Reading): (row: SessionRow) => SessionData {
  const own = ownOf(reading);
  const refusalOf = refusing(reading, own);
  const plain = presenterFor(reading.house, reading.asking);
  const open = presenterFor(reading.house, reader(reading));
  return (row) => {
    const target = targetOf(row);
    const present = refusalOf(target) === null ? open : plain;
    return sessionData(present.session(row), relationOf(own, target));
  };
}

/** Why a transcript is closed to the caller, made for one answer: what the caller may do is asked once, however many sessions it shows. */
function refusing({ house, asking: { principal, via }, sight }: Reading, own: Target | null) {
  let right: "open" | "closed" | null = null;
  const rightNow = (): "open" | "closed" =>
    (right ??= via === null ? "closed" : sight.rightOf("transcript", via.sessionId, house.clocks.wallMs()));
  return (row: Target) => transcriptRefusal(principal, relationOf(own, row), rightNow);
}

/** The caller's own session, with its parent. */
function ownOf({ house, asking: { via } }: Reading): Target | null {
  if (via === null) return null;
  const row = house.reader().session(via.sessionId);
  return row === null ? { sessionId: via.sessionId, parentSessionId: null } : targetOf(row);
}

/** The views show words to roles, and a session's is none of them: what is open to it was decided here, so it reads with the eyes of a Claw. */
const reader = ({ asking }: Reading): Pick<Asking, "principal"> => ({
  principal: asking.principal.kind === "session" ? { ...asking.principal, role: "claw" } : asking.principal,
});
