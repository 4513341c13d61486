/** codex_session_read (S1-066): the newest of one transcript. A session's own and its children's are open to it; others' only by policy (S1-093, X1-002). */
import { z } from "zod";
import { Refused } from "../../http/problem.ts";
import { knownTo, MAX_ITEMS, readSession, readTranscript } from "../reading.ts";
import { cursor, sessionId } from "./arguments.ts";
import { ItemData, SessionData } from "./shapes.ts";
import { READ, tool } from "./tool.ts";

const USUAL = 60;

export const sessionRead = tool({
  name: "codex_session_read",
  title: "Read a Codex session",
  description:
    "Reads a session and the newest items of its transcript, in the order they happened. Without `session_id` it is your own.",
  hints: READ,
  input: z.strictObject({
    session_id: sessionId.optional(),
    limit: z.int().min(1).max(MAX_ITEMS).default(USUAL).describe("Items of the transcript."),
    cursor: cursor.optional(),
  }),
  output: z.object({
    session_id: z.string(),
    notice: z.string(),
    data: z.object({ session: SessionData, items: z.array(ItemData) }),
    truncated: z.boolean().describe("there is more before these"),
    next_cursor: z.string().nullable(),
    position: z.int(),
  }),
  handle: (ask) => {
    const { limit, cursor: from = null } = ask.args;
    const target = ask.args.session_id ?? ask.asking.via?.sessionId;
    if (target === undefined)
      throw new Refused("bad_request", { where: "arguments.session_id", why: "a session has to be named" });
    const { sessionId: id } = knownTo(ask, target);
    const { data, ...transcript } = readTranscript(ask, id, { limit, cursor: from });
    const { session } = readSession(ask, id).data;
    const structured = { ...transcript, data: { session, items: data.items } };
    return { structured, text: textOf(structured) };
  },
});

function textOf({
  session_id: id,
  data: { session, items },
  next_cursor: next,
}: {
  readonly session_id: string;
  readonly data: { readonly session: SessionData; readonly items: readonly ItemData[] };
  readonly next_cursor: string | null;
}): string {
  const turns = [...new Set(items.map(({ turn_id: turn }) => turn))].slice(-5);
  return [
    `Session ${id}: ${session.status}, ${session.freshness}; ${items.length} items in \`data\`.`,
    ...(turns.length === 0 ? [] : [`Turns ${turns.join(" ")}`]),
    ...(next === null ? [] : [`There is more before: next_cursor ${next}`]),
  ].join("\n");
}
