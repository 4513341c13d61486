/** Checkpoints that were registered for sessions and runtimes (F1-039, F1-179, X1-046). */
import { CheckpointsView, presentCheckpoints, type ViewReader } from "@claw/views";
import { z } from "zod";
import { cursor, limit, word } from "../http/query.ts";
import { listOf, read } from "../http/route.ts";
import type { House } from "../ports.ts";
import { linesFor, type Looking } from "../sight.ts";
import { pageOfList } from "./page.ts";

/** Under its first name a session has the same checkpoints as under its thread's. A session without any is as good as one that is out of sight. */
export const listCheckpoints = read({
  path: "/api/checkpoints",
  summary: "Checkpoints of sessions and runtimes, by session: how many, and the newest of them",
  action: "fleet.read",
  query: z.strictObject({ session: word.describe("Of this session or runtime."), limit, cursor }),
  answer: listOf("checkpoints", CheckpointsView),
  handle: ({ house, caller, query }) => {
    const reader = house.reader();
    const position = reader.position();
    const ids = query.session === undefined ? idsWithAny(house, caller) : [nameOf(reader, query.session)];
    const { rows, nextCursor } = pageOfList(ids, query, (id) => [id]);
    const known = rows.flatMap((id) => reader.checkpoints(id) ?? []);
    return { checkpoints: known.map(presentCheckpoints), nextCursor, position };
  },
});

const nameOf = (reader: ViewReader, id: string): string => reader.session(id)?.sessionId ?? id;

/** The lines of the fleet count checkpoints already, each session once, and no line that this caller may not see. */
const idsWithAny = (house: House, caller: Looking): readonly string[] =>
  linesFor(house, caller)
    .flatMap(({ session: { id, checkpoints } }) => (checkpoints === 0 ? [] : [id]))
    .toSorted((a, b) => (a < b ? -1 : Number(a > b)));
