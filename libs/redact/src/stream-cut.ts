import { spansOutsideMarks } from "./redact-text.ts";
import { isBoundary } from "./scan/chars.ts";
import type { Span } from "./scan/rule.ts";
import type { Opening, Scanner } from "./scan/scanner.ts";

/** What must arrive before held text can be decided. */
export type Awaited = "boundary" | "newline";

/** How much can go out, and what the rest waits for. */
export interface Cut {
  readonly at: number;
  readonly awaited: Awaited;
}

const isOpenBlock = (opening: Opening, text: string): boolean =>
  opening.reach === "block" && opening.span !== undefined && opening.span.end >= text.length;

/** The first place from which a rule may read on beyond the end of `text`. */
const firstOpen = (openings: readonly Opening[], text: string): Opening | undefined => {
  const lastNewline = text.lastIndexOf("\n");
  return openings.find((opening) =>
    opening.span === undefined ? opening.at > lastNewline : isOpenBlock(opening, text),
  );
};

/** The place behind the last whitespace or quote up to `limit`; 0 when there is none. */
export const boundaryBefore = (text: string, limit: number): number => {
  for (let at = limit; at > 0; at -= 1) if (isBoundary(text.charCodeAt(at - 1))) return at;
  return 0;
};

/** The last word boundary up to `limit` that parts no secret, and no opening from the rest of its line. */
const settle = (
  text: string,
  limit: number,
  openings: readonly Opening[],
  spans: readonly Span[],
): number => {
  let at = boundaryBefore(text, limit);
  for (;;) {
    const cut = at;
    const lineStart = cut === 0 ? 0 : text.lastIndexOf("\n", cut - 1) + 1;
    const parted = [
      openings.find((opening) => opening.at >= lineStart && opening.at < cut)?.at,
      spans.find((span) => span.start < cut && cut < span.end)?.start,
    ];
    for (const start of parted) if (start !== undefined) at = Math.min(at, boundaryBefore(text, start));
    if (at === cut) return at;
  }
};

/** How much of `text` can go out now: what lies before everything that is still open. */
export const cutOf = (scanner: Scanner, text: string): Cut => {
  const openings = scanner.openings(text);
  const open = firstOpen(openings, text);
  const limit = Math.min(open?.at ?? text.length, text.length - scanner.pendingKnown(text));
  return {
    at: settle(text, limit, openings, spansOutsideMarks(scanner, text)),
    awaited: open ? "newline" : "boundary",
  };
};

/** The first block in `text`, ended or not. */
export const firstBlock = (scanner: Scanner, text: string): Opening | undefined =>
  scanner.openings(text).find((opening) => opening.span !== undefined);

/** A block that has begun in `text` and not ended. */
export const openBlock = (scanner: Scanner, text: string): Opening | undefined =>
  scanner.openings(text).find((opening) => isOpenBlock(opening, text));
