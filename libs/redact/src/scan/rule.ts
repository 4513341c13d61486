/** A stretch of text to take out: `[start, end)` in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/**
 * How far a match may reach from its trigger: inside one word (no whitespace, no quote), to the end of the line, or
 * over many lines. The stream holds text back accordingly.
 */
export type Reach = "word" | "line" | "block";

/**
 * One way to recognise secrets. `triggers` are ASCII literals, compared without case; `match` is called at each of
 * them and must cost a bounded number of steps, or be bounded over all triggers of a text: the promise that
 * redaction is linear rests on it.
 */
export interface Rule {
  readonly reach: Reach;
  readonly triggers: readonly string[];
  readonly match: (text: string, at: number) => Span | undefined;
}
