/** Pages of rows by keyset: a page costs the same wherever it is, and rows that move never shift the others. */
import type { Database } from "@claw/sqlite";
import type { PageAsk, PageOf } from "../reader.ts";
import { questionOf, readCursor, writeCursor } from "./cursor.ts";
import { prepared } from "./statements.ts";

type Value = string | number;

/** The most rows of a page. */
export const MAX_PAGE = 500;

/** One question about a table. `sort` names a column with its type; the primary key breaks ties in the same direction. */
export interface Question {
  readonly table: string;
  readonly key: "key" | "position";
  readonly where: readonly (readonly [sql: string, ...values: readonly Value[]])[];
  readonly sort: readonly [column: string, type: "string" | "number"] | null;
  readonly direction: "ASC" | "DESC";
}

/** Asks for a page. Refuses (throws) a limit outside 1…500, which is a defect of the caller, and a cursor of another question (`BadCursor`). */
export function askPage<Row>(db: Database, question: Question, { limit, cursor }: PageAsk): PageOf<Row> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw new RangeError(`A page has 1 to ${MAX_PAGE} rows.`);
  const { table, key, where, sort, direction } = question;
  const sorted = sort === null ? [key] : [sort[0], key];
  const after = startOf(question, cursor);
  const conditions = where.map(([sql]) => sql);
  if (after.length > 0)
    conditions.push(
      `(${sorted.join(", ")}) ${direction === "ASC" ? ">" : "<"} (${sorted.map(() => "?").join(", ")})`,
    );
  const sql = `SELECT row, ${sorted.join(", ")} FROM ${table}
    ${conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : ""}
    ORDER BY ${sorted.map((column) => `${column} ${direction}`).join(", ")} LIMIT ?`;
  const found = prepared(db, sql).all(
    ...where.flatMap(([, ...values]) => values),
    ...after,
    limit + 1,
  ) as (readonly [string, ...Value[]])[];
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const nextCursor =
    found.length > limit && last !== undefined ? writeCursor(nameOf(question), last.slice(1)) : null;
  return { rows: rows.map(([row]) => JSON.parse(row) as Row), nextCursor };
}

function startOf(question: Question, cursor: string | null): readonly Value[] {
  if (cursor === null) return [];
  const keyType = question.key === "key" ? "string" : "number";
  const types = question.sort === null ? [keyType] : [question.sort[1], keyType];
  return readCursor(nameOf(question), cursor, types as readonly ("string" | "number")[]);
}

const nameOf = ({ table, where, direction }: Question): string =>
  questionOf([table, direction, ...where.flat()]);
