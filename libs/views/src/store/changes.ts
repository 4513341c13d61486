/** Rows that changed after a position: what a live client resumes with. */
import type { Database } from "@claw/sqlite";
import { position } from "@claw/events";
import type { ChangedRow } from "../reader.ts";
import type { ViewName, ViewRows } from "../rows.ts";
import { prepared } from "./statements.ts";

type Found = readonly [view: ViewName, key: string, position: number, row: string];

/**
 * The oldest changes after a position, at least `limit` of them where there are so many. A page never ends inside a position, because its
 * reader goes on after the last one it saw: so a page may be longer than `limit`, by what one entry changed.
 */
export function changesAfter(
  db: Database,
  views: readonly ViewName[],
  after: number,
  limit: number,
): readonly ChangedRow[] {
  if (views.length === 0) return [];
  const found = select(db, views, "position > ?", after, `LIMIT ${Math.max(1, Math.floor(limit))}`);
  const last = found.at(-1)?.[2];
  if (last === undefined) return [];
  const whole = select(db, views, "position = ?", last, "");
  return [...found.filter(([, , at]) => at < last), ...whole].map(changedOf);
}

/** Each view gives its own oldest ones first, so that none is sorted whole. */
function select(
  db: Database,
  views: readonly ViewName[],
  condition: string,
  value: number,
  limit: string,
): readonly Found[] {
  const parts = views.map(
    (view) =>
      `SELECT * FROM (SELECT '${view}' AS view, key, position, row FROM ${view} WHERE ${condition} ORDER BY position, key ${limit})`,
  );
  const sql = `${parts.join(" UNION ALL ")} ORDER BY position, view, key ${limit}`;
  return prepared(db, sql).all(...views.map(() => value)) as unknown as readonly Found[];
}

const changedOf = ([view, key, at, row]: Found): ChangedRow => ({
  view,
  key,
  position: position(at),
  row: JSON.parse(row) as ViewRows[ViewName],
});
