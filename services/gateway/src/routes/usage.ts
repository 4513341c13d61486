/** How many tokens were used, by session, group or owner (N1-036). */
import { TokenSums, UsageBy, usageBy, usageOf, usagePlace, UsageView } from "@claw/views";
import { z } from "zod";
import { cursor, limit } from "../http/query.ts";
import { listOf, read } from "../http/route.ts";
import { linesFor } from "../sight.ts";
import { pageOfList } from "./page.ts";

/** What the caller may not see is in no row and in no sum (X1-026). */
export const fleetUsage = read({
  path: "/api/usage",
  summary: "Tokens as Codex counted them, by session, group or owner: the most first, with the sum of all",
  action: "fleet.read",
  query: z.strictObject({
    by: UsageBy.default("session").describe("What they are added up by."),
    limit,
    cursor,
  }),
  answer: listOf("usage", UsageView).extend({ by: UsageBy, total: TokenSums }),
  handle: ({ house, caller, query }) => {
    const position = house.reader().position();
    const lines = linesFor(house, caller);
    const { rows, nextCursor } = pageOfList(usageBy(lines, query.by), query, usagePlace);
    return { by: query.by, total: usageOf(lines), usage: [...rows], nextCursor, position };
  },
});
