/** History from before the house looked, one page at a time from the session's host: redacted there, and logged nowhere. */
import { type Event, readEvent } from "@claw/events";
import type { ItemRow, PageAsk, PageOf, SessionRow } from "@claw/views";
import type { HistoryPage } from "@claw/wire";
import { Cause, Exit } from "effect";
import { Refused } from "../http/problem.ts";
import type { House } from "../ports.ts";
import { badCursor } from "./page.ts";

/** The most items that a host gives in one page. */
const MAX_OLDER = 50;
const CURSOR_PREFIX = "older.";
/** The longest cursor that a frame to the host may hold; a longer one would cost the host its uplink. */
const MAX_HOST_CURSOR = 4_096;

export async function readOlder(house: House, session: SessionRow, ask: PageAsk): Promise<PageOf<ItemRow>> {
  if (house.pages === undefined) throw new Refused("unavailable", { part: "pages" });
  const exit = await house.run(
    house.pages.read({
      hostId: session.hostId,
      endpointId: session.endpointId,
      sessionId: session.sessionId,
      cursor: hostCursor(ask.cursor),
      limit: Math.min(ask.limit, MAX_OLDER),
    }),
  );
  if (Exit.isSuccess(exit)) return rowsOf(house, session, exit.value);
  const failure = Cause.findErrorOption(exit.cause);
  if (failure._tag === "None") throw Cause.squash(exit.cause);
  throw new Refused("unavailable", { part: "host", why: failure.value.reason });
}

function rowsOf(house: House, session: SessionRow, page: HistoryPage): PageOf<ItemRow> {
  const reader = house.reader();
  const rows = page.events.flatMap((sealed, index) => {
    const read = readEvent(sealed, page.bodies[index] ?? null, index);
    const row = read.status === "known" ? itemOf(session, read.event, index) : null;
    return row === null || reader.row("items", keyOf(row)) !== null ? [] : [row];
  });
  const nextCursor = page.nextCursor === null ? null : CURSOR_PREFIX + encode(page.nextCursor);
  return { rows: rows.toReversed(), nextCursor };
}

const keyOf = ({ sessionId, turnId, itemId }: ItemRow): string => `${sessionId}/${turnId}/${itemId}`;

function itemOf({ sessionId }: SessionRow, event: Event, index: number): ItemRow | null {
  if (event.type !== "item.completed") return null;
  const { data, body } = event;
  const said = body ?? { text: null, command: null, output: null, tool: null, paths: [] };
  return { sessionId, ...data, ...said, phase: "completed", order: String(index).padStart(8, "0") };
}

const encode = (cursor: string): string => Buffer.from(cursor).toString("base64url");

function hostCursor(cursor: string | null): string | null {
  if (cursor === null) return null;
  if (!cursor.startsWith(CURSOR_PREFIX)) throw badCursor();
  const theirs = Buffer.from(cursor.slice(CURSOR_PREFIX.length), "base64url").toString("utf8");
  if (theirs.length > MAX_HOST_CURSOR) throw badCursor();
  return theirs;
}
