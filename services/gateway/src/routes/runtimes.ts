/** Runtimes that somebody registered (ADR 0014). */
import { presentRuntime, RuntimeView } from "@claw/views";
import { z } from "zod";
import { Refused } from "../http/problem.ts";
import { PageQuery } from "../http/query.ts";
import { listOf, oneOf, read } from "../http/route.ts";
import { pageOf } from "./page.ts";

export const listRuntimes = read({
  path: "/api/runtimes",
  summary: "Runtimes that somebody registered, by id",
  action: "fleet.read",
  query: PageQuery,
  answer: listOf("runtimes", RuntimeView),
  handle: ({ house, query }) => {
    const nowMs = house.clocks.wallMs();
    return pageOf(
      house,
      (reader) => reader.runtimes(query),
      ({ rows, ...rest }) => ({ runtimes: rows.map((row) => presentRuntime(row, nowMs)), ...rest }),
    );
  },
});

export const oneRuntime = read({
  path: "/api/runtimes/{runtimeId}",
  summary: "One registered runtime",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("runtime", RuntimeView),
  handle: ({ house, segment }) => {
    const row = house.reader().runtime(segment("runtimeId"));
    if (row === null) throw new Refused("not_found", { kind: "runtime" });
    return { runtime: presentRuntime(row, house.clocks.wallMs()) };
  },
});
