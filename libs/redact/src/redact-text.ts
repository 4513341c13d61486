import { findMarks, type Mark, rememberMarks } from "./marker.ts";
import { allKinds } from "./rules/index.ts";
import type { Scanner } from "./scan/scanner.ts";
import type { Span } from "./scan/rule.ts";
import { joinSpans } from "./scan/spans.ts";

/** How many secrets of each kind were taken out. */
export type Kinds = Readonly<Record<string, number>>;

export interface Redacted {
  readonly text: string;
  readonly count: number;
  readonly kinds: Kinds;
}

/**
 * Rounds after which text is taken as settled. Each mark set is a new edge, behind which more may be recognised: of secrets that are glued together
 * each round finds one (five of them were met).
 */
const ROUNDS_MAX = 16;

/** Spans of everything outside the marks that stand in the text already. */
export const spansOutsideMarks = (scanner: Scanner, text: string): readonly Span[] => {
  const spans: Span[] = [];
  let from = 0;
  for (const [start, end] of [...findMarks(text, allKinds), [text.length, text.length] as const]) {
    const offset = from;
    for (const span of joinSpans(scanner.find(text.slice(from, start)))) {
      spans.push({ start: span.start + offset, end: span.end + offset, kind: span.kind });
    }
    from = end;
  }
  return spans;
};

const replace = (text: string, spans: readonly Span[], mark: Mark): string => {
  const parts: string[] = [];
  let from = 0;
  for (const span of spans) {
    parts.push(text.slice(from, span.start), mark(span.kind, text.slice(span.start, span.end)));
    from = span.end;
  }
  return parts.join("") + text.slice(from);
};

/** Count one more of a kind. The tally has no prototype, so any kind is a safe key. */
export const tally = (kinds: Record<string, number>, kind: string, by = 1): void => {
  kinds[kind] = (kinds[kind] ?? 0) + by;
};

export const emptyKinds = (): Record<string, number> => Object.create(null) as Record<string, number>;

/** Take the secrets out of one text. Total: any string is taken, lone surrogates too. */
export const redactText = (scanner: Scanner, mark: Mark, text: string): Redacted => {
  const kinds = emptyKinds();
  let count = 0;
  let current = text;
  const markOnce = rememberMarks(mark);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const spans = spansOutsideMarks(scanner, current);
    if (spans.length === 0) break;
    for (const span of spans) tally(kinds, span.kind);
    count += spans.length;
    current = replace(current, spans, markOnce);
  }
  return { text: current, count, kinds };
};
