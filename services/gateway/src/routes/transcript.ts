/**
 * A session's transcript: its items in the order they happened, or the newest first. With `older=1` pages come from the host itself, for what
 * happened before the house looked (DESIGN 14.17); what the views have already is left out of those.
 */
import type { SessionId } from "@claw/events";
import { type ItemRow, type PageOf, TranscriptItemView, type ViewReader } from "@claw/views";
import { z } from "zod";
import { Refused } from "../http/problem.ts";
import { cursor, flag, limit } from "../http/query.ts";
import { listOf, read } from "../http/route.ts";
import { presenterFor } from "../present.ts";
import { readOlder } from "./older.ts";
import { pageOf } from "./page.ts";
import { sessionWithWords } from "./sessions.ts";

/** Items read at a time, and the letters after which a page ends before it is full. */
const PORTION = 20;
const MAX_LETTERS = 4_194_304;

/** S1-079, S1-137 */
export const sessionTranscript = read({
  path: "/api/sessions/{sessionId}/transcript",
  summary: "The items of a session",
  action: "transcript.read",
  query: z.strictObject({
    order: z.enum(["oldest", "newest"]).default("oldest"),
    older: flag.describe("Older history, read from the host; newest first."),
    limit,
    cursor,
  }),
  answer: listOf("items", TranscriptItemView),
  handle: async ({ house, caller, query, segment }) => {
    const session = sessionWithWords(house, caller, segment("sessionId"));
    const present = presenterFor(house, caller);
    if (query.older) {
      const position = house.reader().position();
      const { rows, nextCursor } = await readOlder(house, session, query);
      // A host may take its time, and who asked may have lost what they had meanwhile (RELIABILITY S11, X1-026).
      if (!house.tokens.isStillGood(caller)) throw new Refused("unauthenticated");
      sessionWithWords(house, caller, session.sessionId);
      return { items: rows.map(present.item), nextCursor, position };
    }
    const page = { ...query, newestFirst: query.order === "newest" };
    return pageOf(
      house,
      (reader) => readItems(reader, session.sessionId, page),
      ({ rows, ...rest }) => ({ items: rows.map(present.item), ...rest }),
    );
  },
});

type ItemsAsk = Parameters<ViewReader["items"]>[1];

/** Items by portions until the page is full or its text is: an item may hold 192 KiB, and an answer is written in one piece. */
function readItems(reader: ViewReader, sessionId: SessionId, ask: ItemsAsk): PageOf<ItemRow> {
  const rows: ItemRow[] = [];
  let letters = 0;
  let { cursor } = ask;
  do {
    const portion = reader.items(sessionId, {
      ...ask,
      cursor,
      limit: Math.min(PORTION, ask.limit - rows.length),
    });
    rows.push(...portion.rows);
    letters += portion.rows.reduce((sum, row) => sum + lettersOf(row), 0);
    cursor = portion.nextCursor;
  } while (cursor !== null && rows.length < ask.limit && letters < MAX_LETTERS);
  return { rows, nextCursor: cursor };
}

const lettersOf = ({ text, command, output }: ItemRow): number =>
  (text?.length ?? 0) + (command?.length ?? 0) + (output?.length ?? 0);
