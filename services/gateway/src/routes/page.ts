/** A page of a list, with where the views stood before it was read: whoever follows from there misses nothing. */
import { BadCursor, type PageOf, type ViewReader } from "@claw/views";
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
