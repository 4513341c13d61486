/**
 * A message in pieces: its words, and what stands between backticks, which is shown in mono because a command whose quotes and hyphens cannot be told apart is read
 * wrong. Nothing else is read as markup: every piece stays text (ADR 0014). Pure.
 */
export interface Piece {
  /** `code`: within a line · `block`: lines of their own, without the fence. */
  readonly kind: "words" | "code" | "block";
  readonly text: string;
}

/** A fence on a line of its own to the next one, or one backtick to the next on the same line. What is not closed is words. */
const MARKED = /^```[^\n`]*\n([\s\S]*?)\n```[ \t]*$|`([^`\n]+)`/gm;

/** The pieces in their order; together they hold the whole text but for the marks around code. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const words = (to: number): void => {
    if (to > from) pieces.push({ kind: "words", text: text.slice(from, to) });
  };
  for (const match of text.matchAll(MARKED)) {
    words(match.index);
    const [whole, block, code = ""] = match;
    pieces.push(block === undefined ? { kind: "code", text: code } : { kind: "block", text: block });
    from = match.index + whole.length;
  }
  words(text.length);
  return pieces;
}
