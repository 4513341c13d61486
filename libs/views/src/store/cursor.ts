/** Cursors of pages: where the last page ended, and which question it answered. Opaque to callers; not secret, so not signed. */
import { sha256 } from "@claw/events";
import { BadCursor } from "../reader.ts";

type Mark = string | number;

/** The longest cursor that is looked at. */
const MAX_LETTERS = 1_024;
const QUESTION_LETTERS = 8;

/** A short name of a question, so that a cursor of one is not used for another. */
export const questionOf = (parts: readonly (string | number | null)[]): string =>
  sha256(JSON.stringify(parts)).slice(0, QUESTION_LETTERS);

/** `marks` are the sort values of the last row of a page. */
export const writeCursor = (question: string, marks: readonly Mark[]): string =>
  Buffer.from(JSON.stringify([question, ...marks])).toString("base64url");

/** The marks of a cursor. Throws `BadCursor` for one that was not made here, or for another question. */
export function readCursor(
  question: string,
  cursor: string,
  types: readonly ("string" | "number")[],
): readonly Mark[] {
  const [made, ...marks] = parse(cursor);
  const fits = marks.length === types.length && marks.every((mark, n) => typeof mark === types[n]);
  if (made !== question || !fits) throw new BadCursor("the cursor belongs to another question");
  return marks as readonly Mark[];
}

function parse(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(
      cursor.length > MAX_LETTERS ? "" : Buffer.from(cursor, "base64url").toString("utf8"),
    );
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // Falls through: what is no JSON is no cursor.
  }
  throw new BadCursor("the cursor cannot be read");
}
