/**
 * A session's transcript: its items in the order they happened, or the newest first. With `older=1` pages come from the host itself, for what
 * happened before the house looked (DESIGN 14.17); what the views have already is left out of those.
 */
import { TranscriptItemView } from "@claw/views";
import { z } from "zod";
import { cursor, flag, limit } from "../http/query.ts";
import { listOf, read } from "../http/route.ts";
import { presenterFor } from "../present.ts";
import { readOlder } from "./older.ts";
import { pageOf } from "./page.ts";
import { knownSession } from "./sessions.ts";

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
    const session = knownSession(house, segment("sessionId"));
    const present = presenterFor(house, caller);
    if (query.older) {
      const position = house.reader().position();
      const { rows, nextCursor } = await readOlder(house, session, query);
      return { items: rows.map(present.item), nextCursor, position };
    }
    const page = { ...query, newestFirst: query.order === "newest" };
    return pageOf(
      house,
      (reader) => reader.items(session.sessionId, page),
      ({ rows, ...rest }) => ({ items: rows.map(present.item), ...rest }),
    );
  },
});
