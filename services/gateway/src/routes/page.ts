/** A page of a list, with where the views stood before it was read: whoever follows from there misses nothing. */
import { parseJson } from "@claw/events";
import { BadCursor, type PageAsk, type PageOf, type ViewReader } from "@claw/views";
import { Refused } from "../http/problem.ts";
import type { House } from "../ports.ts";

export interface Page<Row> extends PageOf<Row> {
  readonly position: number;
}

export function pageOf<Row, Answer>(
  house: House,
  ask: (reader: ViewReader) => PageOf<Row>,
  answer: (page: Page<Row>) => Answer,
): Answer {
  const reader = house.reader();
  const position = reader.position();
  return answer({ position, ...refusingBadCursors(() => ask(reader)) });
}

function refusingBadCursors<Row>(ask: () => PageOf<Row>): PageOf<Row> {
  try {
    return ask();
  } catch (error) {
    if (error instanceof BadCursor) throw badCursor();
    throw error;
  }
}

export const badCursor = (): Refused =>
  new Refused("bad_request", { where: "query.cursor", why: "not a cursor of this list" });

/** Where something stands in a list that is worked out anew for each request: the values that it is sorted by, the last of them its own. */
type Place = readonly (number | string)[];

/**
 * A page of such a list, which is sorted by these places already. The cursor is the place of the last row, so what came or went meanwhile shifts nothing. Refuses
 * (throws) cursors of other lists.
 */
export function pageOfList<Row>(
  sorted: readonly Row[],
  { limit, cursor }: PageAsk,
  placeOf: (row: Row) => Place,
): PageOf<Row> {
  const after = cursor === null ? null : placeIn(cursor);
  const start = after === null ? 0 : sorted.findIndex((row) => isAfter(placeOf(row), after));
  const rows = start === -1 ? [] : sorted.slice(start, start + limit);
  const last = rows.at(-1);
  const hasMore = last !== undefined && start + limit < sorted.length;
  return { rows, nextCursor: hasMore ? cursorOf(placeOf(last)) : null };
}

const cursorOf = (place: Place): string => Buffer.from(JSON.stringify(place)).toString("base64url");

function placeIn(cursor: string): Place {
  const read = parseJson(Buffer.from(cursor, "base64url").toString("utf8"));
  if (!read.ok || !Array.isArray(read.value)) throw badCursor();
  const values: readonly unknown[] = read.value;
  if (!values.every(isValue)) throw badCursor();
  return values;
}

const isValue = (value: unknown): value is number | string =>
  typeof value === "number" || typeof value === "string";

function isAfter(place: Place, other: Place): boolean {
  if (place.length !== other.length) throw badCursor();
  for (const [index, value] of place.entries()) {
    const than = other[index];
    if (typeof value !== typeof than || than === undefined) throw badCursor();
    if (value !== than) return value > than;
  }
  return false;
}
