/** Lists, page by page: the command holds one page, however long the list is. */
import { EXIT } from "@claw/runtime";
import { z } from "zod";
import { CommandFailed } from "../io.ts";
import { get, type Params } from "./http.ts";
import type { Target } from "./target.ts";

/** A thing as the house shows it. Columns pick what they know; the rest passes through. */
export const Thing = z.record(z.string(), z.unknown());
export type Thing = z.infer<typeof Thing>;

/** Rows asked for at a time: the most that the house gives. */
const PAGE_ROWS = 500;

export interface List {
  readonly path: string;
  /** The plural under which the rows stand. */
  readonly key: string;
  readonly params: Params;
}

export interface ListPage {
  readonly rows: readonly Thing[];
  readonly position: number;
  readonly nextCursor: string | null;
}

export async function readPage(
  target: Target,
  list: List,
  cursor: string | null,
  rows = PAGE_ROWS,
): Promise<ListPage> {
  const body = await get(target, list.path, { ...list.params, limit: rows, cursor: cursor ?? undefined });
  const shape = z.object({
    [list.key]: z.array(Thing),
    nextCursor: z.string().nullable(),
    position: z.number(),
  });
  const parsed = shape.safeParse(body);
  if (!parsed.success)
    throw new CommandFailed(
      EXIT.fault,
      `The server's answer is not a list of ${list.key}: is CLAW_URL a Claw Supervisor?`,
    );
  const { nextCursor, position, ...rest } = parsed.data as unknown as Omit<ListPage, "rows"> &
    Record<string, Thing[]>;
  return { rows: rest[list.key] ?? [], nextCursor, position };
}

/** All rows of a list, or the first `most`. */
export async function* readRows(
  target: Target,
  list: List,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Thing> {
  let left = most;
  let cursor: string | null = null;
  do {
    const page: ListPage = await readPage(target, list, cursor, Math.min(PAGE_ROWS, left));
    yield* page.rows;
    left -= page.rows.length;
    cursor = page.nextCursor;
  } while (cursor !== null && left > 0);
}
